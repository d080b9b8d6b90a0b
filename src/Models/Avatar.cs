using System.Text.Json;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models;

/// <summary>
/// A loaded model: weights that every session shares. Diffusion (with hearing) on one device, encoding and decoding on
/// another or the same. A model folder holds config.json and transformer, audio and autoencoder .safetensors.
/// </summary>
public sealed class Avatar : IDisposable
{
    public const string ConfigFile = "config.json", TransformerFile = "transformer.safetensors", AudioFile = "audio.safetensors", AutoencoderFile = "autoencoder.safetensors";

    static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
    };

    readonly List<Weights> weights = [];

    Avatar(AvatarConfig config, string folder, Device diffusion, Device decoder)
    {
        (Config, Diffusion, Decoder) = (config, diffusion, decoder);
        try
        {
            Model = Build(folder, TransformerFile, diffusion, from => new AvatarModel(from, config));
            Hearing = Build(folder, AudioFile, diffusion, from => new MelEncoder(from));
            Autoencoder = Build(folder, AutoencoderFile, decoder, from => new ReferenceAutoencoder(from, config.Autoencoder));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Of parts on one device that others own, such as a model in training: disposing it frees nothing.</summary>
    public Avatar(AvatarModel model, MelEncoder hearing, ReferenceAutoencoder autoencoder)
    {
        (Config, Diffusion, Decoder) = (model.Config, model.Device, model.Device);
        (Model, Hearing, Autoencoder) = (model, hearing, autoencoder);
    }

    T Build<T>(string folder, string file, Device device, Func<Weights, T> make)
    {
        using var stored = SafeTensors.Open(Path.Combine(folder, file));
        var from = Weights.From(device, stored);
        weights.Add(from);
        return make(from);
    }

    public AvatarConfig Config { get; }

    public Device Diffusion { get; }

    public Device Decoder { get; }

    public ReferenceAutoencoder Autoencoder { get; }

    public MelEncoder Hearing { get; }

    public AvatarModel Model { get; }

    /// <summary>Values in all weights that it owns.</summary>
    public long Parameters => weights.Sum(w => w.Count);

    /// <summary>Loads a model folder. <paramref name="steps"/> replaces the number of denoising steps by evenly spaced ones.</summary>
    public static Avatar Load(string folder, Device diffusion, Device decoder, int? steps = null)
    {
        var config = ReadConfig(Path.Combine(folder, ConfigFile));
        if (steps is { } n) config = config with { Steps = EvenSteps(n) };
        return new Avatar(config, WeightsFolder(folder, config), diffusion, decoder);
    }

    /// <summary>Where the weights of a model folder lie: there, or in the folder beside it that the configuration names.</summary>
    public static string WeightsFolder(string folder, AvatarConfig config) =>
        config.WeightsOf is null ? folder : Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) ?? folder, config.WeightsOf);

    /// <summary>n times from 0 on, the last step as long as the others: 2 gives 0, 0.5.</summary>
    public static float[] EvenSteps(int n) =>
        n is >= 1 and <= 64 ? [.. Enumerable.Range(0, n).Select(i => i / (float)n)] : throw new ArgumentException($"Steps are {n}, expected 1 to 64.");

    public static AvatarConfig ReadConfig(string path)
    {
        try
        {
            byte[] json = File.ReadAllBytes(path);
            return (JsonSerializer.Deserialize<AvatarConfig>(json, Strict) ?? throw new JsonException("it is null")).Checked();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new WeightFileException($"{path} is not a model's configuration: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeightFileException($"{path} does not exist, expected a model folder with {ConfigFile}.", e);
        }
    }

    public static void WriteConfig(string path, AvatarConfig config) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(config, Strict));

    public void Dispose()
    {
        foreach (var each in weights) each.Dispose();
    }
}
