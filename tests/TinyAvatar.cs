using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Tests;

/// <summary>A model folder of random weights, small enough to generate in milliseconds: for tests of all that stands around a model.</summary>
internal static class TinyAvatar
{
    /// <summary>64 x 64 pixels, two layers.</summary>
    public static AvatarConfig Config => new()
    {
        Width = 48,
        FeedForward = 96,
        Heads = 2,
        Layers = 2,
        Picture = 64,
        Autoencoder = new AutoencoderConfig { Width4 = 8, Width8 = 12, Width16 = 16 },
    };

    /// <summary>Writes the files of a model into <paramref name="folder"/>, which is made if need be, and returns it.</summary>
    public static string Write(string folder, AvatarConfig? config = null, ulong seed = 1)
    {
        config ??= Config;
        Directory.CreateDirectory(folder);
        using var device = Device.Cpu(0);
        Store(Avatar.TransformerFile, weights => _ = new AvatarModel(weights, config));
        Store(Avatar.AudioFile, weights => Whiten(new MelEncoder(weights), seed));
        Store(Avatar.AutoencoderFile, weights => _ = new ReferenceAutoencoder(weights, config.Autoencoder));
        Avatar.WriteConfig(Path.Combine(folder, Avatar.ConfigFile), config);
        return folder;

        void Store(string file, Action<Weights> build)
        {
            using var weights = Weights.New(device, seed);
            build(weights);
            SafeTensors.Write(Path.Combine(folder, file), weights.All, DType.F32);
        }
    }

    // A new encoder's whitening is all zeros: it would hear nothing.
    static void Whiten(MelEncoder hearing, ulong seed)
    {
        float[] matrix = new float[MelEncoder.Features * MelEncoder.RawFeatures];
        new RandomStream(seed).Normal(matrix);
        hearing.SetWhitening(new float[MelEncoder.RawFeatures], matrix);
    }
}
