using MathNet.Numerics.LinearAlgebra;
using TalkingMachines.Models;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>
/// What latents say of lips: the mouth values of a frame as a linear function of its code around the mouth, by least squares over
/// training clips. A small error of a latent may be all of a mouth's width, so a loss weighs what errors do to this reading. The lip
/// reader, which judges, has no part in it.
/// </summary>
public sealed class MouthReading
{
    const int PerLatent = AutoencoderConfig.FramesPerLatent, Values = MouthShape.Count;
    const int MostRows = 5, MostColumns = 7;    // cells around a mouth's middle, at 1/16 of the picture
    const int FittedClips = 250;
    const double Ridge = 1e-3;                  // of the mean square of a code value

    readonly int channels, side, rows, columns;
    readonly float[] weights;                   // [channel, row, column, mouth value], to units of the value's deviation

    /// <summary>Fits the reading to clips whose latents are divided by <paramref name="scale"/>.</summary>
    public MouthReading(LatentSet set, AvatarConfig config, ReadOnlySpan<float> scale)
    {
        (channels, side) = (config.Autoencoder.CodeChannels, config.LatentSide);
        (rows, columns) = (Math.Min(MostRows, side), Math.Min(MostColumns, side));
        int step = Math.Max(1, set.Clips.Count / FittedClips), clips = (set.Clips.Count + step - 1) / step;
        var seen = Matrix<double>.Build.Dense(clips * ClipSet.Frames, channels * rows * columns);
        var said = Matrix<double>.Build.Dense(clips * ClipSet.Frames, Values);
        for (int i = 0; i < seen.RowCount; i++)
        {
            int clip = i / ClipSet.Frames * step, frame = i % ClipSet.Frames;
            var (row, column) = Corner(Puppet.FromSeed(set.Clips.Character(clip)).Geometry);
            var code = set.Code(clip, frame);
            for (int k = 0; k < seen.ColumnCount; k++) seen[i, k] = (double)code[Cell(k, row, column)] / scale[k / (rows * columns)];
            for (int k = 0; k < Values; k++) said[i, k] = (double)set.Clips.Mouth(clip, frame)[k];
        }
        Standardize(seen, toUnit: false);
        Standardize(said, toUnit: true);
        var squares = seen.TransposeThisAndMultiply(seen);
        double ridge = Ridge * squares.Trace() / squares.RowCount;
        for (int k = 0; k < squares.RowCount; k++) squares[k, k] += ridge;
        var fitted = squares.Cholesky().Solve(seen.TransposeThisAndMultiply(said));
        weights = new float[fitted.RowCount * Values];
        for (int k = 0; k < weights.Length; k++) weights[k] = (float)fitted[k / Values, k % Values];
    }

    static void Standardize(Matrix<double> columns, bool toUnit)
    {
        for (int k = 0; k < columns.ColumnCount; k++)
        {
            var column = columns.Column(k);
            column -= column.Sum() / column.Count;
            columns.SetColumn(k, toUnit ? column / Math.Sqrt(column.DotProduct(column) / column.Count) : column);
        }
    }

    /// <summary>Upper left cell of the window around a mouth.</summary>
    (int Row, int Column) Corner(FaceGeometry face) =>
        (Math.Clamp((int)(face.MouthY * side) - (rows / 2), 0, side - rows), Math.Clamp((int)(face.MouthX * side) - (columns / 2), 0, side - columns));

    // Place in a code [channel,side,side] of the window's number k [channel,row,column].
    int Cell(int k, int row, int column)
    {
        var (channel, within) = Math.DivRem(k, rows * columns);
        return (((channel * side) + row + (within / columns)) * side) + column + (within % columns);
    }

    /// <summary>Mean square of what an error of clean latents [B,C,F,h,w] changes in the reading of each frame.</summary>
    public Tensor Loss(Tensor error, MotionBatch batch)
    {
        using var scope = Tensor.Scope();
        var s = error.Shape;
        int b = s[0], latents = s[2], values = channels * side * side;
        float[] matrices = new float[b * values * Values];
        for (int i = 0; i < b; i++)
        {
            var (row, column) = Corner(batch.Faces[i]);
            for (int k = 0; k < weights.Length; k++) matrices[(((i * values) + Cell(k / Values, row, column)) * Values) + (k % Values)] = weights[k];
        }
        var codes = error.Reshape(b, PerLatent, channels, latents, side * side).Permute(0, 3, 1, 2, 4).Reshape(b, latents * PerLatent, values);
        return scope.Keep(codes.MatMul(Tensor.From(error.Device, [b, values, Values], matrices)).Square().Mean());
    }
}
