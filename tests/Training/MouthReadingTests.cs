using TalkingMachines.Models;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Training.Data;
using Xunit;

namespace TalkingMachines.Tests.Training;

/// <summary>What codes of an autoencoder of random weights say of lips: they are nearly linear in the pixels, so mouths can be read off them.</summary>
public sealed class MouthReadingTests : IDisposable
{
    const int Clips = 12, Latents = 6, Later = 16;

    static readonly AvatarConfig config = TinyAvatar.Config with { Picture = 128 };
    static readonly float[] scale = [.. Enumerable.Repeat(0.1f, config.Autoencoder.LatentChannels)];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    void WithReading(Action<Device, LatentSet, MouthReading> body)
    {
        string model = TinyAvatar.Write(folder.File("model"), config);
        LeakCheck.On("cpu", device =>
        {
            using var avatar = Avatar.Load(model, device, device);
            var clips = ClipSet.Open(folder.File("clips.bin"), 5, Clips, null, new EventList(), default);
            var set = LatentSet.Open(folder.File("latents.bin"), clips, config.Picture, avatar.Autoencoder, Path.Combine(model, Avatar.AutoencoderFile), avatar.Hearing, device, new EventList(), default);
            body(device, set, new MouthReading(set, config, scale));
        });
    }

    static MotionBatch Batch(Device device, LatentSet set, int start)
    {
        int[] clips = [.. Enumerable.Range(0, Clips)];
        return MotionBatch.Make(device, set, config, scale, Latents, clips, [.. clips.Select(_ => start)]);
    }

    [Fact]
    public void A_difference_of_latents_is_read_as_the_difference_of_mouths() => WithReading((device, set, reading) =>
    {
        using var scope = Tensor.Scope();
        var batch = Batch(device, set, MotionBatch.Margin);
        double read = reading.Loss(Batch(device, set, MotionBatch.Margin + Later).Latents - batch.Latents, batch).Item();
        double changed = MouthDifference(set);
        Assert.InRange(read / changed, 0.4, 1.2); // least squares read less than there is
        Assert.Equal(0, reading.Loss(batch.Latents - batch.Latents, batch).Item());
    });

    /// <summary>Mean square, in deviations of each mouth value over the clips.</summary>
    static double MouthDifference(LatentSet set)
    {
        double sum = 0;
        for (int k = 0; k < MouthShape.Count; k++)
        {
            double[] all = [.. Enumerable.Range(0, Clips * ClipSet.Frames).Select(i => (double)set.Clips.Mouth(i / ClipSet.Frames, i % ClipSet.Frames)[k])];
            double mean = all.Average(), variance = all.Average(value => (value - mean) * (value - mean));
            for (int clip = 0; clip < Clips; clip++)
                for (int frame = 0; frame < Latents * AutoencoderConfig.FramesPerLatent; frame++)
                {
                    int at = (clip * ClipSet.Frames) + MotionBatch.Margin + frame;
                    double change = all[at + Later] - all[at];
                    sum += change * change / variance;
                }
        }
        return sum / (MouthShape.Count * Clips * Latents * AutoencoderConfig.FramesPerLatent);
    }

    [Fact]
    public void Nothing_far_from_the_mouth_is_read() => WithReading((device, set, reading) =>
    {
        using var scope = Tensor.Scope();
        var batch = Batch(device, set, MotionBatch.Margin);
        int side = config.LatentSide;
        var sky = Tensor.Zeros(device, batch.Latents.Shape);
        for (int i = 0; i < sky.Floats.Length; i++)
            if (i % (side * side) < side) sky.Floats[i] = 10; // the upper row of cells
        Assert.Equal(0, reading.Loss(sky, batch).Item());
        Assert.True(reading.Loss(sky + 1, batch).Item() > 0);
    });
}
