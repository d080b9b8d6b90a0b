using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Text;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// A folder of published weights of the Wan 2.1 family: config.json, a transformer (whole or sharded), an autoencoder or a tiny
/// one, umT5 with its tokenizer, CLIP for i2v, wav2vec2 with audio layers, each under Wan's names or those of diffusers and transformers.
/// Files are told apart by their keys, in the folder and the folders in it. Nothing is loaded: files are mapped.
/// </summary>
public sealed class WanFolder : IDisposable
{
    static readonly string[] StudentGroups = ["generator_ema", "generator"];

    readonly SortedDictionary<WanPart, IWeightSource> parts = [];
    readonly List<IWeightSource> files = [];
    string? student;

    WanFolder(string path)
    {
        Path = path;
        string file = WanConfigFile.Find(path) ?? throw new WeightFileException($"{path} has no {Avatar.ConfigFile} of a Wan model, expected one with dim or num_attention_heads.");
        Config = WanConfigFile.Read(file);
    }

    public string Path { get; }

    public WanConfig Config { get; private set; }

    public WanSampling Sampling { get; private set; } = new();

    /// <summary>What was found, mapped, under Wan's names.</summary>
    public IReadOnlyDictionary<WanPart, IWeightSource> Parts => parts;

    /// <summary>The audio layers, if any: MultiTalk or FantasyTalking.</summary>
    public WanPart? AddOn => parts.ContainsKey(WanPart.MultiTalk) ? WanPart.MultiTalk : parts.ContainsKey(WanPart.FantasyTalking) ? WanPart.FantasyTalking : null;

    /// <summary>The network that makes frames of latents: the tiny one where there are both.</summary>
    public WanPart Decoder => parts.ContainsKey(WanPart.TinyAutoencoder) ? WanPart.TinyAutoencoder : WanPart.Autoencoder;

    /// <summary>The network that makes latents of pictures: the full one where there are both.</summary>
    public WanPart Encoder => parts.ContainsKey(WanPart.Autoencoder) ? WanPart.Autoencoder : WanPart.TinyAutoencoder;

    /// <summary>Whether the tiny autoencoder is LightX2V's, which only its file's name tells from TAEHV's: it works on latents that are not normalised.</summary>
    public bool IsLightTiny => parts.TryGetValue(WanPart.TinyAutoencoder, out var tiny) && System.IO.Path.GetFileName(tiny.Name).StartsWith("lighttae", StringComparison.OrdinalIgnoreCase);

    /// <summary>The text encoder's SentencePiece model.</summary>
    public string Tokenizer { get; private set; } = "";

    /// <summary>Whether matrices stay in their files and are widened for each use: for networks larger than memory.</summary>
    public bool LeavesWeights { get; set; }

    /// <summary>Whether a folder holds a model of the Wan family, by its config.json alone.</summary>
    public static bool IsOne(string folder) => WanConfigFile.Find(folder) is not null;

    /// <summary>Finds the files, and fails in one line where one is missing, twice there or damaged.</summary>
    public static WanFolder Open(string path)
    {
        var folder = new WanFolder(path);
        try
        {
            folder.FindParts();
            folder.Require();
            folder.Tokenizer = folder.FindTokenizer();
            folder.Config = folder.Completed();
            folder.Sampling = WanSampling.Usual(folder.Config, folder.AddOn, folder.student).With(path);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    void FindParts()
    {
        var shards = new HashSet<string>(StringComparer.Ordinal);
        foreach (string file in WanFiles.In(Path))
        {
            if (shards.Contains(file)) continue;
            var opened = WeightFile.Open(file);
            files.Add(opened);
            if (opened is ShardedWeights sharded) shards.UnionWith(sharded.Files);
            string? group = StudentGroups.FirstOrDefault(name => opened.Tensors.Keys.Any(key => key.StartsWith(name + ".", StringComparison.Ordinal)));
            foreach (var source in WanParts.Apart(DiffusersNames.Wans(CheckpointNames.Clean(opened))))
                if (WanParts.Of(source) is { } part && Take(part, source) && part == WanPart.Transformer) student = group;
        }
    }

    bool Take(WanPart part, IWeightSource source)
    {
        if (parts.TryAdd(part, source)) return true;
        string first = parts[part].Name;
        if (WanFiles.Outranks(first, source.Name)) return false;
        if (!WanFiles.Outranks(source.Name, first)) throw new WeightFileException($"{first} and {source.Name} are both the {part.Described()}, expected one in a folder.");
        parts[part] = source;
        return true;
    }

    void Require()
    {
        void Need(WanPart part, string why)
        {
            if (!parts.ContainsKey(part)) throw new WeightFileException($"{Path} lacks the {part.Described()}{why}.");
        }
        Need(WanPart.Transformer, "");
        if (!parts.ContainsKey(WanPart.TinyAutoencoder)) Need(WanPart.Autoencoder, "");
        Need(WanPart.TextEncoder, "");
        if (Config.SeesPicture) Need(WanPart.ImageEncoder, ", by which an i2v model sees its picture");
        if (parts.ContainsKey(WanPart.MultiTalk) && parts.ContainsKey(WanPart.FantasyTalking)) throw new WeightFileException($"{Path} holds audio layers of MultiTalk and of FantasyTalking, expected one of them.");
        if (AddOn is { } addOn) Need(WanPart.SoundEncoder, $", by which {addOn} hears");
    }

    string FindTokenizer()
    {
        var depth = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 };
        string[] models = [.. Directory.EnumerateFiles(Path, "*.model", depth).Where(file => !file.Contains("roberta", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return models.Length switch
        {
            1 => models[0],
            0 => throw new WeightFileException($"{Path} lacks the tokenizer's google/umt5-xxl/spiece.model."),
            _ => throw new WeightFileException($"{string.Join(" and ", models)} are tokenizers, expected one."),
        };
    }

    // Widths that config.json does not name are the weights'.
    WanConfig Completed()
    {
        var config = Config;
        var stored = parts[WanPart.Transformer].Tensors;
        if (stored["text_embedding.0.weight"].Shape is { Rank: 2 } text) config = config with { TextWidth = text[1] };
        if (stored.TryGetValue("img_emb.proj.0.weight", out var clip)) config = config with { ImageWidth = clip.Shape.Last };
        return config.Checked();
    }

    /// <summary>
    /// Compares every part with its network, and the parts with each other, without loading any; returns how many numbers
    /// each network asks for. The error says which file does not fit and why.
    /// </summary>
    public IReadOnlyDictionary<WanPart, long> Check(Device device)
    {
        var counts = new SortedDictionary<WanPart, long>();
        foreach (var (part, source) in parts)
        {
            try
            {
                counts[part] = KeyReport.Expect(device, source, weights => Width(part, weights), key => Ignores(device, part, key)).Count;
            }
            catch (Exception e) when (e is ArgumentException or ArithmeticException) // sizes that no network has
            {
                throw new WeightFileException($"{source.Name} does not fit the network. {e.Message}", e);
            }
        }
        return counts;
    }

    // Builds the network, and checks its width against that of the transformer.
    void Width(WanPart part, Weights weights)
    {
        switch (part)
        {
            case WanPart.Transformer:
                _ = new WanModel(weights, Config);
                break;
            case WanPart.Autoencoder:
                Same(part, "latent channels", new WanAutoencoder(weights, WanAutoencoderConfig.Of(weights)).Config.LatentChannels, Config.OutputChannels);
                break;
            case WanPart.TinyAutoencoder:
                Same(part, "latent channels", new TinyAutoencoder(weights, TinyAutoencoderConfig.Of(weights)).Config.LatentChannels, Config.OutputChannels);
                break;
            case WanPart.TextEncoder:
                Same(part, "values a token", new UmT5Encoder(weights, UmT5Config.Of(weights)).Config.Width, Config.TextWidth);
                break;
            case WanPart.ImageEncoder:
                int seen = new ClipVisualEncoder(weights, ClipVisualConfig.Of(weights)).Config.Width;
                if (Config.SeesPicture) Same(part, "values a token", seen, Config.ImageWidth);
                break;
            case WanPart.SoundEncoder:
                _ = new Wav2Vec2(weights, Wav2Vec2Config.Of(weights));
                break;
            default:
                AddOnOf(part, weights);
                break;
        }
    }

    void AddOnOf(WanPart part, Weights weights)
    {
        if (part == WanPart.MultiTalk)
        {
            var talk = new MultiTalk(weights, Config, MultiTalkConfig());
            for (int i = 0; i < Config.Layers; i++) talk.Layer(i);
            return;
        }
        var fantasy = FantasyTalking(weights);
        for (int i = 0; i < Config.Layers; i++) fantasy.Layer(i);
    }

    void Same(WanPart part, string what, int found, int expected)
    {
        if (found != expected) throw new WeightFileException($"{parts[part].Name} has {found} {what}, expected {expected} as {parts[WanPart.Transformer].Name} has.");
    }

    bool Ignores(Device device, WanPart part, string key)
    {
        if (part == WanPart.SoundEncoder) return Wav2Vec2.Ignores(key);
        if (part != WanPart.ImageEncoder) return false;
        using var shapes = Weights.Shapes(device, parts[part], new KeyReport());
        return ClipVisualEncoder.Ignores(key, ClipVisualConfig.Of(shapes));
    }

    /// <summary>Sizes of MultiTalk's layers, read from the shapes of their weights and of wav2vec2's.</summary>
    public MultiTalkConfig MultiTalkConfig()
    {
        const int FramesAround = WanSampling.FramesPerLatent - 1; // a later latent hears so many frames more than the first
        var (stored, name) = (parts[WanPart.MultiTalk].Tensors, parts[WanPart.MultiTalk].Name);
        Shape Of(string key) => stored.TryGetValue($"audio_proj.{key}", out var found) ? found.Shape : throw new WeightFileException($"{name}: audio_proj.{key} is missing.");
        int hidden = SoundWidth(), first = Of("proj1.weight").Last, later = Of("proj1_vf.weight").Last, output = Of("norm.weight").Last;
        int values = (later - first) / FramesAround;
        if (values < 1 || hidden < 1 || first % values != 0 || values % hidden != 0 || Of("proj3.weight")[0] % output != 0)
            throw new WeightFileException($"{name} hears {first} and {later} values, expected windows of hidden states {hidden} wide as wav2vec2 has them.");
        return new MultiTalkConfig { Window = first / values, Layers = values / hidden, Channels = hidden, Intermediate = Of("proj1.weight")[0], Tokens = Of("proj3.weight")[0] / output, Output = output }.Checked();
    }

    /// <summary>FantasyTalking's layers, as wide as their weights are.</summary>
    public FantasyTalking FantasyTalking(Weights weights)
    {
        var projection = weights.ShapeOf("proj_model.proj.weight", 2);
        Same(WanPart.FantasyTalking, "values of wav2vec2", projection[1], SoundWidth());
        return new FantasyTalking(weights, new AttentionHeads(Config.Width, Config.Heads), projection[1], projection[0]);
    }

    int SoundWidth()
    {
        var key = parts[WanPart.SoundEncoder].Tensors.Values.FirstOrDefault(each => each.Name.EndsWith("feature_projection.projection.weight", StringComparison.Ordinal));
        return key.Shape.Rank == 2 ? key.Shape[0] : 0;
    }

    public void Dispose()
    {
        foreach (var file in files) file.Dispose();
    }
}
