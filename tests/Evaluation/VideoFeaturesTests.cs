using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class VideoFeaturesTests
{
    static readonly Puppet Puppet = Puppet.FromSeed(1_000_001);

    static Picture Draw(float open) => new PuppetRenderer().Draw(Puppet, new PuppetPose(MouthShape.Rest with { Open = open }, default), 64);

    [Fact]
    public void Mini_features_see_where_the_mouth_is_and_how_it_moves() => LeakCheck.On("cpu:0", device =>
    {
        using var reader = LipReader.Load(Checkout.File($"models/mini/{LipReader.File}"), device);
        var features = new MiniVideoFeatures(reader);
        Picture[] still = [.. Enumerable.Repeat(Draw(0.5f), 20)], moving = [.. Enumerable.Range(0, 20).Select(i => Draw(i % 2))];
        float[] Rows(Picture[] frames) => features.Of(Draw(0), Puppet.Geometry, frames);
        var (rest, talk) = (Rows(still), Rows(moving));
        Assert.Equal((2 * features.Width, 2 * features.Width), (rest.Length, talk.Length)); // pieces at 0 and 4
        Assert.All(rest[LipReader.HiddenValues..features.Width], motion => Assert.InRange(motion, 0, 1e-4f));
        Assert.Contains(talk[LipReader.HiddenValues..features.Width], motion => motion > 0.1f);
        Assert.Empty(features.Of(Draw(0), Puppet.Geometry, still[..15]));
    });

    [Fact]
    public void A_file_of_i3d_gives_its_logits_for_each_piece() => LeakCheck.On("cpu:0", device =>
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("i3d.safetensors");
        using (var weights = Weights.New(device, 1))
        {
            _ = new InflatedInception(weights);
            SafeTensors.Write(path, weights.All, DType.F16);
        }
        using var features = KineticsVideoFeatures.Load(path, device);
        float[] row = features.Of(Draw(0), Puppet.Geometry, [.. Enumerable.Repeat(Draw(0), 17)]);
        Assert.Equal(InflatedInception.Classes, row.Length);
        Assert.All(row, value => Assert.True(float.IsFinite(value)));
    });

    [Fact]
    public void Large_matrices_have_their_eigenvalues()
    {
        const int size = 150;
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            matrix[(i * size) + i] = 2; // springs in a row: 2 - 2 cos(pi k / (n + 1))
            if (i > 0) matrix[(i * size) + i - 1] = matrix[((i - 1) * size) + i] = -1;
        }
        double[] values = [.. SymmetricEigen.Decompose(matrix, size).Values.Order()];
        for (int k = 1; k <= size; k++) Assert.Equal(2 - (2 * Math.Cos(Math.PI * k / (size + 1))), values[k - 1], 1e-12);
        double[] row = [.. Enumerable.Range(1, size).Select(i => Math.Sin(i))];
        double[] thin = [.. row.SelectMany(x => row.Select(y => x * y))]; // of rank 1
        values = [.. SymmetricEigen.Decompose(thin, size).Values.Order()];
        Assert.Equal(row.Sum(x => x * x), values[^1], 1e-10);
        Assert.All(values[..^1], value => Assert.Equal(0, value, 1e-12));
        Assert.All(SymmetricEigen.Decompose(new double[9], 3).Values, value => Assert.Equal(0, value));
    }
}
