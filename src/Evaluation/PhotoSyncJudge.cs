using TalkingMachines.Media;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>
/// The public SyncNet v2 (FACTS 6.1), which learned from faces of people. Frames are repeated to 25 a second and cut to where its
/// face detector would find the face: for drawn characters that place is known, so nothing has to be detected.
/// </summary>
public sealed class PhotoSyncJudge : ISyncJudge, IDisposable
{
    const int Rate = 25, Face = SyncNet.Size * SyncNet.Size;
    const byte Padding = 110;
    const float Below = 1.8f, Beside = 1.4f;    // of half the detector's box; it reaches as far above as its box
    const float EyesAt = 0.4f;                  // of the height of the box, whose lower end is the chin

    readonly Weights weights;
    readonly SyncJudge judge;

    PhotoSyncJudge(Weights weights)
    {
        this.weights = weights;
        judge = new SyncJudge(new SyncNet(weights), weights.Device);
    }

    public string Name => "SyncNet v2";

    public int FramesPerSecond => Rate;

    /// <summary>Opens the published file, syncnet_v2.model, or the same as .safetensors.</summary>
    public static PhotoSyncJudge Load(string path, Device device)
    {
        using var stored = CheckpointNames.Clean(WeightFile.Open(path));
        KeyReport.Expect(device, stored, weights => _ = new SyncNet(weights), SyncNet.Ignores);
        var weights = Weights.From(device, stored);
        try
        {
            return new PhotoSyncJudge(weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public SyncScore Judge(FaceGeometry face, IReadOnlyList<Picture> frames, Sound sound)
    {
        int count = (int)((long)frames.Count * Rate / Performance.FrameRate);
        float[] faces = new float[count * 3 * Face], samples = new float[sound.Samples.Length];
        Picture? shown = null;
        int last = -1;
        for (int i = 0; i < count; i++)
        {
            int index = i * Performance.FrameRate / Rate; // the one on the screen at that time
            if (index != last) shown = Cut(face, frames[index]);
            last = index;
            ToPlanes(shown!, faces.AsSpan(i * 3 * Face, 3 * Face));
        }
        for (int i = 0; i < samples.Length; i++) samples[i] = MathF.Round(Math.Clamp(sound.Samples[i], -1, 1) * short.MaxValue);
        return judge.Judge(faces, samples);
    }

    /// <summary>What SyncNet gets to see of a picture, 224 x 224.</summary>
    public static Picture Cut(FaceGeometry face, Picture picture)
    {
        float chin = face.FaceY + face.FaceRadiusY, half = (chin - face.EyeY) / (1 - EyesAt) / 2, middle = chin - half;
        int side = (int)MathF.Round(2 * Beside * half * picture.Width); // as high as wide: 1 above and 1.8 below
        int left = (int)MathF.Round((face.FaceX - (Beside * half)) * picture.Width), top = (int)MathF.Round((middle + (Below * half)) * picture.Height) - side;
        var cut = new Picture(side, side);
        cut.Pixels.AsSpan().Fill(Padding);
        cut.Draw(picture, -left, -top);
        return cut.Resized(SyncNet.Size, SyncNet.Size);
    }

    /// <summary>Blue, green and red planes of 0 to 255.</summary>
    static void ToPlanes(Picture picture, Span<float> planes)
    {
        var pixels = picture.Pixels.AsSpan();
        for (int i = 0; i < Face; i++)
            for (int colour = 0; colour < 3; colour++) planes[((2 - colour) * Face) + i] = pixels[(3 * i) + colour];
    }

    public void Dispose() => weights.Dispose();
}
