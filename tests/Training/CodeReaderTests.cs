using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Training;
using TalkingMachines.Training.Data;
using Xunit;

namespace TalkingMachines.Tests.Training;

/// <summary>What is read of mouths in codes.</summary>
public sealed class CodeReaderTests : IDisposable
{
    const int Clips = 3, Latents = 2;

    static readonly AvatarConfig config = TinyAvatar.Config with { Picture = 128 };
    static readonly float[] scale = [.. Enumerable.Repeat(0.1f, config.Autoencoder.LatentChannels)];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    void WithReader(Action<CodeReader, MotionBatch> body)
    {
        string model = TinyAvatar.Write(folder.File("model"), config);
        LeakCheck.On("cpu", device =>
        {
            using var avatar = Avatar.Load(model, device, device);
            var clips = ClipSet.Open(folder.File("clips.bin"), 5, Clips, null, new EventList(), default);
            var set = LatentSet.Open(folder.File("latents.bin"), clips, config.Picture, avatar.Autoencoder, Path.Combine(model, Avatar.AutoencoderFile), avatar.Hearing, device, new EventList(), default);
            using var weights = Weights.New(device, 3);
            using var scope = Tensor.Scope();
            body(new CodeReader(weights, config), MotionBatch.Make(device, set, config, scale, Latents, [.. Enumerable.Range(0, Clips)], [8, 20, 40]));
        });
    }

    [Fact]
    public void A_batch_tells_the_mouths_of_its_sounds() => WithReader((reader, batch) =>
    {
        Assert.Equal(new Shape([Clips, 4 * Latents, 5]), batch.Mouths.Shape);
        Assert.True(reader.Loss(batch.Latents, batch).Item() > 0);
        Assert.InRange(batch.Mouths.Square().Mean().Item(), 1e-4, 0.25);
    });

    [Fact]
    public void Nothing_far_from_the_mouth_is_read() => WithReader((reader, batch) =>
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
    public void A_step_down_the_gradient_lowers_the_loss_as_told() => WithReader((reader, batch) =>
    {
        const float Step = 1e-3f;
        var device = batch.Latents.Device;
        using var tape = new Tape();
        tape.Watch(batch.Latents);
        var loss = reader.Loss(batch.Latents, batch);
        tape.Backward(loss);
        var gradient = tape.Gradient(batch.Latents)!;
        double square = gradient.Square().Sum().Item(), length = Math.Sqrt(square);
        using var pause = Tape.Pause();
        var unit = gradient * (float)(Step / length);
        double rise = reader.Loss(batch.Latents + unit, batch).Item() - reader.Loss(batch.Latents - unit, batch).Item();
        Assert.InRange(rise / (2 * Step * length), 0.98, 1.02);
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
