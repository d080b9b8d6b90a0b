using System.Runtime.InteropServices;
using System.Text.Json;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Text;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Models.Wan;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.WeightFiles;

namespace TalkingMachines.Tests.Wan;

/// <summary>How the transformer of a <see cref="TinyWan"/> is stored; in diffusers' layout, how everything is.</summary>
public enum TinyForm
{
    Whole,
    Sharded,
    Pickle,
    Student,
    Diffusers,
}

/// <summary>A folder laid out as the Wan family is published, with random weights of a few thousand numbers.</summary>
internal sealed record TinyWan
{
    const ulong Seed = 5;

    public string Type { get; init; } = "t2v";

    public WanPart? AddOn { get; init; }

    public bool Tiny { get; init; }

    public bool Full { get; init; } = true;

    public TinyForm Form { get; init; }

    public int TextLength { get; init; } = 32;

    /// <summary>More lines of sampling.json.</summary>
    public Dictionary<string, object> Sampling { get; init; } = [];

    public WanConfig Config => new()
    {
        Width = 48,
        FeedForward = 64,
        Heads = 2,
        Layers = 2,
        Type = Type,
        InputChannels = Type == "i2v" ? 36 : 16,
        Frequencies = 32,
        TextWidth = 40,
        TextLength = TextLength,
        ImageWidth = 32,
    };

    static UmT5Config TextEncoder => new() { Vocabulary = 384, Width = 40, AttentionWidth = 32, FeedForward = 48, Heads = 2, Layers = 1 };

    static ClipVisualConfig Clip => new() { ImageSize = 28, Width = 32, Heads = 1, FeedForward = 64, Layers = 2 };

    static Wav2Vec2Config Hearing => new()
    {
        Convolutions = [.. new Wav2Vec2Config().Convolutions.Select(each => each with { Width = 16 })],
        Width = 32,
        Heads = 1,
        FeedForward = 48,
        Layers = 2,
        PositionKernel = 16,
        PositionGroups = 4,
    };

    public static MultiTalkConfig MultiTalk => new() { Layers = 2, Channels = 32, Intermediate = 16, Tokens = 4, Output = 16 };

    /// <summary>Writes the folder and returns it.</summary>
    public string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using var device = Device.Cpu(0);
        WriteConfig(folder);
        string tokenizer = Directory.CreateDirectory(Form == TinyForm.Diffusers ? Path.Combine(folder, "tokenizer") : Path.Combine(folder, "google", "umt5-xxl")).FullName;
        File.Copy(Checkout.File("tests/Golden/spm_tiny.model"), Path.Combine(tokenizer, "spiece.model"));
        Make(device, weights => _ = new WanModel(weights, Config), all => WriteTransformer(folder, all));
        Make(device, weights => _ = new UmT5Encoder(weights, TextEncoder), all => WriteTextEncoder(folder, all));
        if (Full) Make(device, weights => _ = new WanAutoencoder(weights, new() { Widths = [4, 8, 8, 8] }), all => WriteAutoencoder(folder, all));
        if (Tiny) Make(device, weights => _ = new TinyAutoencoder(weights, new() { EncoderWidth = 8, DecoderWidths = [16, 8, 8, 8] }), all => Store(folder, "taew2_1.safetensors", all));
        if (Type == "i2v") Make(device, weights => _ = new ClipVisualEncoder(weights, Clip), all => WriteClip(folder, all));
        if (AddOn is not null) WriteSound(folder, device);
        return folder;
    }

    void WriteConfig(string folder)
    {
        string home = Form == TinyForm.Diffusers ? Directory.CreateDirectory(Path.Combine(folder, "transformer")).FullName : folder;
        var c = Config;
        string json = Form != TinyForm.Diffusers
            ? JsonSerializer.Serialize(c)
            : JsonSerializer.Serialize(new
            {
                _class_name = "WanTransformer3DModel",
                num_attention_heads = c.Heads,
                attention_head_dim = c.HeadWidth,
                ffn_dim = c.FeedForward,
                num_layers = c.Layers,
                in_channels = c.InputChannels,
                out_channels = c.OutputChannels,
                freq_dim = c.Frequencies,
                text_dim = c.TextWidth,
                image_dim = Type == "i2v" ? c.ImageWidth : (int?)null,
                eps = c.Epsilon,
            });
        File.WriteAllText(Path.Combine(home, "config.json"), json);
        var sampling = new Dictionary<string, object> { ["steps"] = 2, ["stepList"] = new[] { 1000, 500 }, ["width"] = 48, ["height"] = 32, ["frames"] = 9 };
        if (AddOn == WanPart.MultiTalk) sampling["motionFrames"] = 5;
        foreach (var (name, value) in Sampling) sampling[name] = value;
        File.WriteAllText(Path.Combine(folder, WanSampling.File), JsonSerializer.Serialize(sampling));
    }

    void WriteTransformer(string folder, IReadOnlyDictionary<string, Tensor> all)
    {
        switch (Form)
        {
            case TinyForm.Whole:
                Store(folder, "diffusion_pytorch_model.safetensors", all);
                break;
            case TinyForm.Pickle:
                WritePickle(Path.Combine(folder, "model.pth"), all);
                break;
            case TinyForm.Student: // names as Self-Forcing nests them
                WritePickle(Path.Combine(folder, "self_forcing_dmd.pt"), all.ToDictionary(each => "generator_ema.model." + each.Key, each => each.Value));
                break;
            case TinyForm.Diffusers:
                Store(Path.Combine(folder, "transformer"), "diffusion_pytorch_model.safetensors", all.ToDictionary(each => DiffusersLayout.Transformer(each.Key), each => each.Value));
                break;
            default:
                WriteShards(folder, "diffusion_pytorch_model", all);
                break;
        }
    }

    void WriteTextEncoder(string folder, IReadOnlyDictionary<string, Tensor> all)
    {
        if (Form != TinyForm.Diffusers) WritePickle(Path.Combine(folder, "models_t5.pth"), all);
        else WriteShards(Directory.CreateDirectory(Path.Combine(folder, "text_encoder")).FullName, "model", all.ToDictionary(each => DiffusersLayout.TextEncoder(each.Key), each => each.Value));
    }

    void WriteAutoencoder(string folder, IReadOnlyDictionary<string, Tensor> all)
    {
        if (Form != TinyForm.Diffusers) WritePickle(Path.Combine(folder, "Wan2.1_VAE.pth"), all);
        else Store(Directory.CreateDirectory(Path.Combine(folder, "vae")).FullName, "diffusion_pytorch_model.safetensors", all.ToDictionary(each => DiffusersLayout.Autoencoder(each.Key), each => each.Value));
    }

    void WriteClip(string folder, IReadOnlyDictionary<string, Tensor> all)
    {
        using var scope = Tensor.Scope();
        if (Form != TinyForm.Diffusers) Store(folder, "models_clip.safetensors", all);
        else Store(Directory.CreateDirectory(Path.Combine(folder, "image_encoder")).FullName, "model.safetensors", DiffusersLayout.Clip(all));
    }

    static void WriteShards(string folder, string stem, IReadOnlyDictionary<string, Tensor> all)
    {
        string[] names = [.. all.Keys.Order(StringComparer.Ordinal)];
        string Shard(int i) => $"{stem}-{1 + (i % 2):00000}-of-00002.safetensors";
        for (int shard = 0; shard < 2; shard++)
            Store(folder, Shard(shard), names.Where((_, i) => i % 2 == shard).ToDictionary(name => name, name => all[name]));
        var map = names.Select((name, i) => (name, file: Shard(i))).ToDictionary(each => each.name, each => each.file);
        File.WriteAllText(Path.Combine(folder, stem + ".safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));
    }

    void WriteSound(string folder, Device device)
    {
        WriteHearing(device, all => Store(Directory.CreateDirectory(Path.Combine(folder, "wav2vec2")).FullName, "model.safetensors", all));
        if (AddOn == WanPart.MultiTalk)
            Make(device, weights => Layers(new MultiTalk(weights, Config, MultiTalk).Layer), all => Store(folder, "multitalk.safetensors", all));
        else
            Make(device, weights => Layers(new FantasyTalking(weights, new AttentionHeads(Config.Width, Config.Heads), 32, 24).Layer), all => WritePickle(Path.Combine(folder, "fantasytalking_model.ckpt"), all));
    }

    public static void WriteHearing(Device device, Action<IReadOnlyDictionary<string, Tensor>> store) => Make(device, weights => _ = new Wav2Vec2(weights, Hearing), store);

    void Layers<T>(Func<int, T> layer)
    {
        for (int i = 0; i < Config.Layers; i++) layer(i);
    }

    static void Make(Device device, Action<Weights> build, Action<IReadOnlyDictionary<string, Tensor>> store)
    {
        using var weights = Weights.New(device, Seed);
        build(weights);
        store(weights.All);
    }

    public static void Store(string folder, string file, IReadOnlyDictionary<string, Tensor> all) => SafeTensors.Write(Path.Combine(folder, file), all, DType.F32);

    public static void WritePickle(string path, IReadOnlyDictionary<string, Tensor> all)
    {
        var names = all.Keys.Order(StringComparer.Ordinal).ToArray();
        byte[] pickle = PickleWriter.Dictionary(writer =>
        {
            for (int i = 0; i < names.Length; i++)
            {
                var shape = all[names[i]].Shape;
                long[] size = [.. Enumerable.Range(0, shape.Rank).Select(axis => (long)shape[axis])];
                long[] stride = [.. Enumerable.Range(0, shape.Rank).Select(axis => (long)shape.Product(axis + 1, shape.Rank))];
                writer.Text(names[i]).Tensor("FloatStorage", $"{i}", shape.Count, 0, size, stride);
            }
        });
        File.WriteAllBytes(path, PickleWriter.Zip(pickle, [.. names.Select((name, i) => ($"{i}", MemoryMarshal.AsBytes<float>(all[name].ToArray()).ToArray()))]));
    }
}
