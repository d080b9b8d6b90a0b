using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>What the causal rollout makes of validation clips while a model trains: a sheet of truth above generated, and how well the mouth's cells follow.</summary>
internal static class RolloutSheet
{
    const int Drawn = 4;        // clips on the sheet
    const int Measured = 16;    // clips in the figure
    const int Latents = 21;     // of a clip
    const int Every = 6;        // frames between those on the sheet
    const int Side = 128;       // of a picture on the sheet

    public static IReadOnlyList<Metric> Measure(AvatarModel model, ReferenceAutoencoder autoencoder, LatentSet set, ReadOnlySpan<float> scale, string path)
    {
        var sheet = new List<Picture>();
        double with = 0, against = 0;
        for (int clip = 0; clip < Measured; clip++)
        {
            using var scope = Tensor.Scope();
            var (generated, truth, weights) = Roll(model, set, scale, clip, clip);
            with += MouthCorrelation(generated, truth, weights) / Measured;
            if (clip < Drawn) Draw(sheet, model, autoencoder, set, clip, generated);
            var (other, _, _) = Roll(model, set, scale, clip, (clip + 7) % set.Clips.Count);
            against += MouthCorrelation(other, truth, weights) / Measured;
        }
        Png.Write(ContactSheet.Tile(sheet, Latents * AutoencoderConfig.FramesPerLatent / Every), path);
        return [new("mouth cells followed", with), new("mouth cells with another sound", against)];
    }

    static (Tensor Generated, Tensor Truth, float[] CellWeights) Roll(AvatarModel model, LatentSet set, ReadOnlySpan<float> scale, int clip, int sound)
    {
        using var scope = Tensor.Scope();
        var (config, device) = (model.Config, model.Device);
        int count = Latents / config.ChunkLatents;
        var whole = MotionBatch.Make(device, set, config, scale, Latents, [clip], [MotionBatch.Margin]);
        using var rollout = model.Rollout(whole.References, seed: (ulong)clip);
        var chunks = new Tensor[count];
        for (int chunk = 0; chunk < count; chunk++)
        {
            var part = MotionBatch.Make(device, set, config, scale, config.ChunkLatents, [clip], [MotionBatch.Margin + (chunk * config.ChunkFrames)], [sound]);
            chunks[chunk] = rollout.Next(part.Drive);
        }
        return (scope.Keep(Tensor.Concat(2, chunks)), scope.Keep(whole.Latents), whole.CellWeights.Narrow(2, 0, 1).ToArray());
    }

    // Correlation over time of each mouth cell's values, weighted by how much the truth moves there.
    static double MouthCorrelation(Tensor generated, Tensor truth, float[] cellWeights)
    {
        var s = truth.Shape;
        float[] a = generated.ToArray(), b = truth.ToArray();
        int cells = cellWeights.Length, times = s[2] * AutoencoderConfig.FramesPerLatent, channels = s[1] / AutoencoderConfig.FramesPerLatent;
        double sum = 0, total = 0;
        for (int cell = 0; cell < cells; cell++)
        {
            if (cellWeights[cell] != MotionBatch.MouthWeight) continue;
            for (int k = 0; k < channels; k++)
            {
                double[] x = new double[times], y = new double[times];
                for (int t = 0; t < times; t++)
                {
                    int at = ((((t % AutoencoderConfig.FramesPerLatent * channels) + k) * s[2]) + (t / AutoencoderConfig.FramesPerLatent)) * cells + cell;
                    (x[t], y[t]) = (a[at], b[at]);
                }
                double spread = MathNet.Numerics.Statistics.ArrayStatistics.Variance(y);
                double correlation = MathNet.Numerics.Statistics.Correlation.Pearson(x, y);
                if (!double.IsFinite(correlation)) continue; // nothing moves there
                sum += spread * correlation;
                total += spread;
            }
        }
        return total > 0 ? sum / total : 0;
    }

    static void Draw(List<Picture> sheet, AvatarModel model, ReferenceAutoencoder autoencoder, LatentSet set, int clip, Tensor latents)
    {
        int picture = model.Config.Picture;
        var renderer = new PuppetRenderer();
        var puppet = Puppet.FromSeed(set.Clips.Character(clip));
        var features = autoencoder.Reference(PixelPlanes.ToTensor(model.Device, renderer.Draw(puppet, PuppetPose.Neutral, picture).Pixels, picture, picture));
        var decoded = autoencoder.Decode(model.ToCodes(latents, features.Code), features);
        var made = new List<Picture>();
        for (int frame = 0; frame < decoded.Shape[0]; frame += Every)
        {
            sheet.Add(renderer.Draw(puppet, set.Clips.Pose(clip, MotionBatch.Margin + frame), picture).Resized(Side, Side));
            made.Add(new Picture(picture, picture, PixelPlanes.ToBytes(decoded, frame)).Resized(Side, Side));
        }
        sheet.AddRange(made);
    }
}
