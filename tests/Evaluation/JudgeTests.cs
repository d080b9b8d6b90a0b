using TalkingMachines.Evaluation;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class JudgeTests
{
    [Fact]
    public void A_pool_gives_the_largest_of_each_window() => LeakCheck.On("cpu:0", device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Normal(device, [2, 3, 5, 7, 8], new RandomStream(1));
        var window = new ConvolutionWindow(StrideT: 2, StrideH: 2, StrideW: 1, FrontT: 1, BackT: 1, FrontH: 0, BackH: 1, FrontW: 1, BackW: 0);
        var y = MaxPool.Forward(x, [3, 3, 2], window);
        Assert.Equal(new Shape([2, 3, 3, 3, 8]), y.Shape);
        float[] source = x.ToArray(), found = y.ToArray();
        for (int i = 0; i < found.Length; i++)
        {
            int w = i % 8, h = i / 8 % 3, t = i / 24 % 3, plane = i / 72;
            float largest = float.NegativeInfinity;
            for (int a = Math.Max(0, (2 * t) - 1); a < Math.Min(5, (2 * t) + 2); a++)
                for (int b = 2 * h; b < Math.Min(7, (2 * h) + 3); b++)
                    for (int c = Math.Max(0, w - 1); c <= w; c++) largest = Math.Max(largest, source[(((((plane * 5) + a) * 7) + b) * 8) + c]);
            Assert.Equal(largest, found[i]);
        }
    });

    [Fact]
    public void Sound_that_comes_late_is_found_by_its_shift()
    {
        const int Windows = 40, Width = 8, Late = 3;
        float[] lips = new float[Windows * Width], sound = new float[Windows * Width];
        new RandomStream(1).Normal(lips);
        lips.AsSpan(0, lips.Length - (Late * Width)).CopyTo(sound.AsSpan(Late * Width)); // window i is heard at i + 3
        var score = SyncScore.Of(lips, sound, Width);
        Assert.Equal(-Late, score.Offset);
        Assert.InRange(score.Distance, 0, 0.5f);
        Assert.True(score.Confidence > 2, $"Confidence {score.Confidence}");
    }

    [Fact]
    public void A_judge_cuts_windows_of_the_same_moment() => LeakCheck.On("cpu:0", device =>
    {
        const int Frames = 7, Plane = SyncNet.Size * SyncNet.Size;
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new SyncNet(weights);
        float[] faces = new float[Frames * 3 * Plane], samples = new float[Frames * 640];
        new RandomStream(2).Normal(faces);
        new RandomStream(3).Normal(samples);
        for (int i = 0; i < samples.Length; i++) samples[i] *= 1000;
        var score = new SyncJudge(network, device).Judge(faces, samples);

        var pictures = Tensor.From(device, [Frames, 3, Plane], faces);
        float[] cepstrum = new MelCepstrum().Compute(samples);
        var columns = Tensor.From(device, [cepstrum.Length / 13, 13], cepstrum);
        var (lips, sound) = (new List<Tensor>(), new List<Tensor>());
        for (int i = 0; i < 2; i++)
        {
            lips.Add(pictures.Narrow(0, i, 5).Permute(1, 0, 2).Reshape(1, 3, 5, SyncNet.Size, SyncNet.Size));
            sound.Add(columns.Narrow(0, 4 * i, 20).Permute(1, 0).Reshape(1, 1, 13, 20));
        }
        var expected = SyncScore.Of(network.Lips(Tensor.Concat(0, [.. lips])).ToArray(), network.Sound(Tensor.Concat(0, [.. sound])).ToArray(), SyncNet.Width);
        Assert.Equal(expected.Distances, score.Distances);
        Assert.Throws<ArgumentException>(() => new SyncJudge(network, device).Judge(faces.AsSpan(0, 15 * Plane), samples));
    });

    [Fact]
    public void Eigenvectors_put_their_matrix_together_again()
    {
        const int Size = 9;
        float[] random = new float[Size * Size];
        new RandomStream(1).Normal(random);
        double[] matrix = new double[Size * Size];
        for (int i = 0; i < Size; i++)
            for (int j = 0; j < Size; j++) matrix[(i * Size) + j] = random[(i * Size) + j] + random[(j * Size) + i];
        var (values, vectors) = SymmetricEigen.Decompose(matrix, Size);
        for (int i = 0; i < Size; i++)
            for (int j = 0; j < Size; j++)
                Assert.Equal(matrix[(i * Size) + j], Enumerable.Range(0, Size).Sum(k => vectors[(i * Size) + k] * values[k] * vectors[(j * Size) + k]), 1e-12);
    }

    [Fact]
    public void Frechet_distance_of_lines_is_that_of_means_and_deviations()
    {
        float[] a = [1, 3, 5], b = [10, 11, 12]; // means 3 and 11, deviations 2 and 1
        Assert.Equal((8 * 8) + 1, FrechetDistance.Of(a, b, 1), 1e-9);
        float[] many = new float[60 * 4];
        new RandomStream(1).Normal(many);
        Assert.Equal(0, FrechetDistance.Of(many, many, 4), 1e-9);
        Assert.Throws<ArgumentException>(() => FrechetDistance.Of(a, b, 3));
    }

    [Fact]
    public void Silence_has_a_cepstrum()
    {
        Assert.All(new MelCepstrum().Compute(new float[100]), value => Assert.True(float.IsFinite(value)));
        Assert.Equal(13 * 99, new MelCepstrum().Compute(new float[16000]).Length);
    }

    [Fact]
    public void A_wide_video_becomes_a_square() => LeakCheck.On("cpu:0", device =>
    {
        using var scope = Tensor.Scope();
        Assert.Equal(new Shape([1, 3, 2, 224, 224]), InflatedInception.Prepare(Tensor.Zeros(device, [1, 3, 2, 30, 47])).Shape);
    });
}
