using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class PuppetSyncTests
{
    [Fact]
    public void It_fits_into_two_megabytes() => LeakCheck.On("reference", device =>
    {
        using var network = new PuppetSyncNet(Weights.New(device, 1));
        Assert.InRange(network.Parameters, 500_000, 1_000_000); // as f16
    });

    [Fact]
    public void Lips_and_sound_of_a_window_are_of_the_same_moment() => LeakCheck.On("cpu:0", device =>
    {
        const int frames = 40; // more than one batch
        using var network = new PuppetSyncNet(Weights.New(device, 1));
        using var scope = Tensor.Scope();
        float[] mouths = new float[frames * PuppetSyncNet.MouthValues], samples = new float[frames * Performance.SamplesPerFrame];
        new RandomStream(2).Normal(mouths);
        new RandomStream(3).Normal(samples);
        var score = new PuppetSyncJudge(network).Judge(mouths, samples);

        float[] mel = new float[MelSpectrogram.Bands * 4 * frames];
        new MelSpectrogram().Compute(samples, 0, 0, 4 * frames, mel);
        var columns = Tensor.From(device, [1, MelSpectrogram.Bands, 4 * frames], mel);
        var pictures = Tensor.From(device, [frames, 3, FaceWindows.MouthHeight, FaceWindows.MouthWidth], mouths);
        var (lips, sound) = (new List<float>(), new List<float>());
        for (int i = 0; i < frames - 5; i++)
        {
            lips.AddRange(network.Lips(network.Look(pictures.Narrow(0, i, 5)), runs: 1).ToArray());
            sound.AddRange(network.Sound(columns.Narrow(2, 4 * i, 20)).ToArray());
        }
        var expected = SyncScore.Of(lips.ToArray(), sound.ToArray(), PuppetSyncNet.Width);
        Assert.Equal(expected.Distances.Length, score.Distances.Length);
        for (int i = 0; i < expected.Distances.Length; i++) Assert.Equal(expected.Distances[i], score.Distances[i], 1e-3f);
    });

    [Fact]
    public void Too_short_a_clip_is_refused_in_one_line() => LeakCheck.On("cpu:0", device =>
    {
        using var network = new PuppetSyncNet(Weights.New(device, 1));
        var refusal = Assert.Throws<ArgumentException>(() => new PuppetSyncJudge(network).Judge(new float[5 * PuppetSyncNet.MouthValues], new float[9000]));
        Assert.Equal("5 mouths and 9000 samples came, expected at least 6 frames of both.", refusal.Message);
    });

    [Fact]
    public void The_public_network_gets_the_face_it_expects()
    {
        for (long seed = 0; seed < 20; seed++)
        {
            var puppet = Puppet.FromSeed(seed);
            var (marked, face) = (new Picture(256, 256), puppet.Geometry);
            int x = (int)(face.MouthX * 256), y = (int)(face.MouthY * 256);
            for (int row = y - 3; row < y + 3; row++) marked.Row(row).Slice(3 * (x - 3), 18).Fill(255);
            var cut = PhotoSyncJudge.Cut(face, marked);
            Assert.Equal((SyncNet.Size, SyncNet.Size), (cut.Width, cut.Height));
            int brightest = Enumerable.Range(0, cut.Pixels.Length / 3).MaxBy(i => cut.Pixels[3 * i]);
            Assert.InRange(brightest % SyncNet.Size, 95, 129);          // in the middle
            Assert.InRange(brightest / SyncNet.Size, 112, 200);         // in the lower half
        }
    }

    [Fact]
    public void A_file_of_the_public_network_judges_drawn_frames() => LeakCheck.On("cpu:0", device =>
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("syncnet.safetensors");
        using (var weights = Weights.New(device, 1))
        {
            _ = new SyncNet(weights);
            SafeTensors.Write(path, weights.All, DType.F16);
        }
        var puppet = Puppet.FromSeed(1);
        var frame = new PuppetRenderer().Draw(puppet, PuppetPose.Neutral, 64);
        using var judge = PhotoSyncJudge.Load(path, device);
        var score = judge.Judge(puppet.Geometry, [frame, frame, frame, frame], new Sound(new float[4000], 16_000)); // 6 frames of 25 a second
        Assert.Equal(SyncScore.Shifts, score.Distances.Length);
        Assert.All(score.Distances, distance => Assert.True(float.IsFinite(distance)));
    });

    [Fact]
    public void Weights_of_another_network_are_refused_in_one_line() => LeakCheck.On("cpu:0", device =>
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("other.safetensors");
        using (var weights = Weights.New(device, 1))
        {
            _ = new Linear(weights, 2, 2);
            SafeTensors.Write(path, weights.All, DType.F16);
        }
        Assert.Contains("does not fit the network", Assert.Throws<WeightFileException>(() => PhotoSyncJudge.Load(path, device)).Message, StringComparison.Ordinal);
    });
}
