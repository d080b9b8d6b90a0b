using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Training;
using TalkingMachines.Training.Data;
using Xunit;

namespace TalkingMachines.Tests.Training;

/// <summary>What is read of mouths in codes.</summary>
public sealed class CodeReaderTests : IDisposable
{
    const int Clips = 3, Latents = 2, Frames = 4 * Latents;

    static readonly int[] starts = [8, 20, 40], sounds = [1, 2, 0];

    static readonly AvatarConfig config = TinyAvatar.Config with { Picture = 128 };
    static readonly float[] scale = [.. Enumerable.Repeat(0.1f, config.Autoencoder.LatentChannels)];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    void WithReader(Action<CodeReader, MotionBatch, ClipSet> body)
    {
        string model = TinyAvatar.Write(folder.File("model"), config);
        LeakCheck.On("cpu", device =>
        {
            using var avatar = Avatar.Load(model, device, device);
            var clips = ClipSet.Open(folder.File("clips.bin"), 5, Clips, null, new EventList(), default);
            var set = LatentSet.Open(folder.File("latents.bin"), clips, config.Picture, avatar.Autoencoder, Path.Combine(model, Avatar.AutoencoderFile), avatar.Hearing, device, new EventList(), default);
            using var weights = Weights.New(device, 3);
            using var scope = Tensor.Scope();
            body(new CodeReader(weights, config), MotionBatch.Make(device, set, config, scale, Latents, [.. Enumerable.Range(0, Clips)], starts, sounds), clips);
        });
    }

    [Fact]
    public void A_batch_tells_the_mouths_of_its_sounds() => WithReader((reader, batch, clips) =>
    {
        float[] told = batch.Mouths.ToArray();
        for (int i = 0; i < told.Length; i++)
        {
            var (row, value) = Math.DivRem(i, MouthShape.Count);
            var (clip, frame) = Math.DivRem(row, Frames);
            Assert.Equal((float)clips.Mouth(sounds[clip], starts[clip] + frame)[value], told[i]);
        }
        Assert.NotEqual(told[0], (float)clips.Mouth(0, starts[0])[0]);
    });

    [Fact]
    public void Nothing_far_from_the_mouth_is_read() => WithReader((reader, batch, _) =>
    {
        int side = config.LatentSide;
        var sky = Tensor.Zeros(batch.Latents.Device, batch.Latents.Shape);
        for (int i = 0; i < sky.Floats.Length; i++)
            if (i % (side * side) < side) sky.Floats[i] = 10; // the upper row of cells
        float[] read = reader.Read(batch.Latents, batch).ToArray();
        Assert.Equal(read, reader.Read(batch.Latents + sky, batch).ToArray());
        Assert.NotEqual(read, reader.Read(batch.Latents + 1, batch).ToArray());
    });

    [Fact]
    public void The_gradient_tells_the_rise_in_any_direction() => WithReader((reader, batch, _) =>
    {
        const float Step = 1e-3f;
        var direction = Tensor.Normal(batch.Latents.Device, batch.Latents.Shape, new RandomStream(4));
        double told;
        using (var tape = new Tape())
        {
            tape.Watch(batch.Latents);
            tape.Backward(reader.Loss(batch.Latents, batch));
            told = (tape.Gradient(batch.Latents)! * direction).Sum().Item();
        }
        double rise = reader.Loss(batch.Latents + (direction * Step), batch).Item() - reader.Loss(batch.Latents - (direction * Step), batch).Item();
        Assert.InRange(rise / (2 * Step), told - (0.02 * Math.Abs(told)), told + (0.02 * Math.Abs(told)));
    });

    [Fact]
    public void A_reader_learns_mouths_of_characters_it_has_not_seen()
    {
        using var runs = new TinyRuns();
        var recipe = Recipes.MiniCodeReader() with { Model = TinyAvatar.Config, Clips = 40, Steps = 150, Window = new(6, 8), ValidateEvery = 150 };
        runs.Train(recipe);
        string[] figures = File.ReadAllLines(Path.Combine(runs.File(recipe.Name), "validation.csv"));
        Assert.Equal("step,open,width,round,teeth,tongue", figures[0]);
        Assert.True(double.Parse(figures[1].Split(',')[1], System.Globalization.CultureInfo.InvariantCulture) > 0.3, figures[1]);
    }
}
