using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>
/// Reads the mouth of each frame off its code, knowing the reference picture: what a decoder would show, without decoding. Teachers and
/// students learn by what it reads of their latents, for a small error of a latent may be all of a mouth's width. The lip reader, which
/// judges pixels, has no part in it.
/// </summary>
public sealed class CodeReader
{
    /// <summary>Its weights in a teacher's model folder.</summary>
    public const string File = "code-reader.safetensors";

    const int PerLatent = AutoencoderConfig.FramesPerLatent;
    const int MostRows = 5, MostColumns = 7;    // cells around a mouth's middle, at 1/16 of the picture
    const int FaceChannels = 16, Places = 4, Width = 192;

    /// <summary>How much each mouth value varies in clips: the unit of the loss.</summary>
    static readonly float[] Deviations = [0.2f, 0.13f, 0.22f, 0.2f, 0.11f];

    /// <summary>How much a squared error counts: lips are what is seen, width and rounding are learnt last.</summary>
    static readonly float[] Importance = [1, 2.5f, 2.5f, 0.5f, 0.5f];

    readonly int channels, side, rows, columns;
    readonly Linear kept, codes, stretched, shifted, hidden, mouth;

    public CodeReader(Weights weights, AvatarConfig config)
    {
        (channels, side) = (config.Autoencoder.CodeChannels, config.LatentSide);
        (rows, columns) = (Math.Min(MostRows, side), Math.Min(MostColumns, side));
        int face = (FaceChannels * rows * columns) + Places;
        kept = new Linear(weights.Under("kept"), config.Autoencoder.Width16, FaceChannels);
        codes = new Linear(weights.Under("codes"), channels * rows * columns, Width);
        stretched = new Linear(weights.Under("stretched"), face, Width);
        shifted = new Linear(weights.Under("shifted"), face, Width);
        hidden = new Linear(weights.Under("hidden"), Width, Width);
        mouth = new Linear(weights.Under("mouth"), Width, MouthShape.Count);
    }

    /// <summary>Mean square, in deviations and by importance, of how far the mouths read of normalised latents [B,C,F,h,w] are from those that the sound of their batch asks for.</summary>
    public Tensor Loss(Tensor latents, MotionBatch batch)
    {
        using var scope = Tensor.Scope();
        float[] units = [.. Deviations.Zip(Importance, (deviation, importance) => MathF.Sqrt(importance) / deviation)];
        return scope.Keep(((Read(latents, batch) - batch.Mouths) * Tensor.From(latents.Device, [1, 1, MouthShape.Count], units)).Square().Mean());
    }

    /// <summary>Mouth values of each frame [B,4F,5].</summary>
    public Tensor Read(Tensor latents, MotionBatch batch)
    {
        using var scope = Tensor.Scope();
        int b = latents.Shape[0], f = latents.Shape[2];
        var face = Tensor.Concat(1, kept.Forward(Windows(batch.References, batch).Reshape(b, -1, rows * columns).Permute(0, 2, 1)).Reshape(b, -1), PlacesOf(batch));
        var code = Windows(latents, batch).Reshape(b, PerLatent, channels, f, rows * columns).Permute(0, 3, 1, 2, 4).Reshape(b, f * PerLatent, channels * rows * columns);
        var x = (codes.Forward(code) * (stretched.Forward(face).Reshape(b, 1, Width) + 1)) + shifted.Forward(face).Reshape(b, 1, Width);
        return scope.Keep(mouth.Forward(hidden.Forward(x.Silu()).Silu()) * Tensor.From(latents.Device, [1, 1, MouthShape.Count], Deviations));
    }

    // The cells around each character's mouth.
    Tensor Windows(Tensor x, MotionBatch batch)         // [B,C,F,h,w] -> [B,C,F,rows,columns]
    {
        using var scope = Tensor.Scope();
        var windows = new Tensor[batch.Faces.Count];
        for (int i = 0; i < windows.Length; i++)
        {
            var (row, column) = Corner(batch.Faces[i]);
            windows[i] = x.Narrow(0, i, 1).Narrow(3, row, rows).Narrow(4, column, columns);
        }
        return scope.Keep(Tensor.Concat(0, windows));
    }

    /// <summary>Upper left cell of the window around a mouth.</summary>
    (int Row, int Column) Corner(FaceGeometry face) =>
        (Math.Clamp((int)(face.MouthY * side) - (rows / 2), 0, side - rows), Math.Clamp((int)(face.MouthX * side) - (columns / 2), 0, side - columns));

    // Where in its window a mouth is, and how large.
    Tensor PlacesOf(MotionBatch batch)                  // [B,4]
    {
        float[] places = new float[batch.Faces.Count * Places];
        for (int i = 0; i < batch.Faces.Count; i++)
        {
            var face = batch.Faces[i];
            var (row, column) = Corner(face);
            float[] own = [((face.MouthX * side) - column) / columns, ((face.MouthY * side) - row) / rows, face.MouthHalfWidth * side / columns, face.MouthHalfHeight * side / rows];
            own.CopyTo(places, i * Places);
        }
        return Tensor.From(batch.Latents.Device, [batch.Faces.Count, Places], places);
    }
}
