using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Evaluation;

/// <summary>A model folder of tiny networks with random weights: it moves, and means nothing by it.</summary>
internal static class RandomAvatar
{
    static readonly AvatarConfig Config = new()
    {
        Width = 32,
        FeedForward = 64,
        Heads = 2,
        Layers = 1,
        Picture = 64,
        Autoencoder = new AutoencoderConfig { Width4 = 8, Width8 = 16, Width16 = 16 },
    };

    public static void Write(string folder)
    {
        using var device = Device.Reference();
        Avatar.WriteConfig(Path.Combine(folder, Avatar.ConfigFile), Config);
        Write(device, folder, Avatar.TransformerFile, weights => new AvatarModel(weights, Config));
        Write(device, folder, Avatar.AudioFile, weights => new MelEncoder(weights));
        Write(device, folder, Avatar.AutoencoderFile, weights => new ReferenceAutoencoder(weights, Config.Autoencoder));
        Write(device, folder, LipReader.File, weights => new LipReader(weights));
    }

    static void Write(Device device, string folder, string file, Func<Weights, object> build)
    {
        using var weights = Weights.New(device, seed: 5);
        _ = build(weights);
        // Whitening starts at zero: without another, sound would reach nothing.
        if (weights.All.TryGetValue("whitening.matrix", out var whitening))
        {
            float[] values = new float[whitening.Count];
            new RandomStream(9).Normal(values);
            whitening.Load(values);
        }
        SafeTensors.Write(Path.Combine(folder, file), weights.All, DType.F16);
    }
}
