using System.Text.Json;
using System.Text.Json.Serialization;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// How a model of the Wan family was trained to be run: what no config.json says. <see cref="Usual"/> knows the published
/// ones; a sampling.json beside config.json replaces any of the values.
/// </summary>
public sealed record WanSampling
{
    public const string File = "sampling.json";

    /// <summary>Video frames of a latent, the first of a video excepted.</summary>
    public const int FramesPerLatent = 4;

    /// <summary>Pixels of a latent cell's side.</summary>
    public const int Stride = 8;

    /// <summary>Shared by the family (FACTS 1.7): what videos are to be unlike.</summary>
    const string UsualNegative =
        "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走";

    static readonly JsonSerializerOptions Strict = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Chunk after chunk with a cache, without end (CausVid, Self-Forcing); otherwise whole clips.</summary>
    public bool Causal { get; init; }

    /// <summary>unipc, dpm++ or euler; of clips.</summary>
    public string Solver { get; init; } = "unipc";

    /// <summary>Denoising steps of a clip.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>How far noise levels are moved towards noise.</summary>
    public double Shift { get; init; } = 5;

    /// <summary>Weight of the prompt against the negative one; 1 asks the network once.</summary>
    public float TextGuidance { get; init; } = 5;

    /// <summary>Weight of the sound against silence; of models with audio layers.</summary>
    public float SoundGuidance { get; init; } = 1;

    /// <summary>Steps of a causal chunk, from 1000 (noise) downwards.</summary>
    public int[] StepList { get; init; } = [1000, 750, 500, 250];

    /// <summary>Whether steps are entries of the timestep table, counted from its end (Self-Forcing); otherwise they are timesteps themselves (CausVid).</summary>
    public bool WarpsSteps { get; init; } = true;

    public int ChunkLatents { get; init; } = 3;

    /// <summary>Latents whose keys and values a causal model keeps.</summary>
    public int Window { get; init; } = 21;

    /// <summary>Of these, the first latents of the video, kept for ever.</summary>
    public int Sink { get; init; } = 3;

    public int FramesPerSecond { get; init; } = 16;

    /// <summary>Frames of a clip, 4 n + 1, and of a video that nothing gives a length.</summary>
    public int Frames { get; init; } = 81;

    /// <summary>Last frames of a clip from which the next one goes on, 4 n + 1; 0: the model can't, and a long video is one long clip.</summary>
    public int MotionFrames { get; init; }

    /// <summary>The size whose area pictures are fitted into.</summary>
    public int Width { get; init; } = 832;

    public int Height { get; init; } = 480;

    public string NegativePrompt { get; init; } = UsualNegative;

    /// <summary>Latents of so many frames: 1 + 4 (n - 1) frames make n.</summary>
    public static int Latents(int frames) => (frames + FramesPerLatent - 1) / FramesPerLatent;

    /// <summary>Frames rounded up to 4 n + 1, five at least.</summary>
    public static int WholeFrames(int frames) => Math.Max(FramesPerLatent, (frames + FramesPerLatent - 2) / FramesPerLatent * FramesPerLatent) + 1;

    /// <summary>That of the published models (FACTS 1.7, 4.2, 5.1, 5.2).</summary>
    /// <param name="addOn">The audio layers, if any.</param>
    /// <param name="student">The checkpoint's group of a distilled model: generator_ema (Self-Forcing) or generator (CausVid); null for others.</param>
    public static WanSampling Usual(WanConfig config, WanPart? addOn, string? student)
    {
        var usual = new WanSampling { NegativePrompt = config.SeesPicture ? "镜头晃动，" + UsualNegative : UsualNegative };
        if (config.SeesPicture) usual = usual with { Steps = 40, Shift = 3 };
        usual = addOn switch
        {
            WanPart.MultiTalk => usual with { Solver = "euler", Steps = 40, Shift = 7, SoundGuidance = 4, FramesPerSecond = 25, MotionFrames = 25 },
            WanPart.FantasyTalking => usual with { Steps = 30, Shift = 5, SoundGuidance = 5, FramesPerSecond = 23 },
            _ => usual,
        };
        if (student is null) return usual;
        return student.EndsWith("ema", StringComparison.Ordinal)
            ? usual with { Causal = true, Shift = 5 }
            : usual with { Causal = true, Shift = 8, StepList = [1000, 757, 522], WarpsSteps = false };
    }

    /// <summary>This, with what a folder's sampling.json says otherwise.</summary>
    public WanSampling With(string folder)
    {
        string path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path)) return Checked();
        try
        {
            var merged = JsonSerializer.SerializeToNode(this, Strict)!.AsObject();
            var stated = System.Text.Json.Nodes.JsonNode.Parse(System.IO.File.ReadAllBytes(path)) as System.Text.Json.Nodes.JsonObject ?? throw new JsonException("it is no object");
            foreach (var (name, value) in stated) merged[name] = value?.DeepClone();
            return (merged.Deserialize<WanSampling>(Strict) ?? throw new JsonException("it is null")).Checked();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new WeightFileException($"{path} does not say how to sample: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The same with another number of steps, evenly spaced in a causal model.</summary>
    public WanSampling WithSteps(int steps) => (this with { Steps = steps, WarpsSteps = true, StepList = [.. Enumerable.Range(0, steps).Select(i => 1000 - (1000 * i / steps))] }).Checked();

    /// <summary>This, if its numbers fit together; otherwise an error that says which don't.</summary>
    public WanSampling Checked()
    {
        Expect(Solver is "unipc" or "dpm++" or "euler", $"solver is {Solver}, expected unipc, dpm++ or euler");
        Expect(Steps is >= 1 and <= 1000, $"steps are {Steps}, expected 1 to 1000");
        Expect(Shift is > 0 and <= 100, $"shift is {Shift}, expected more than 0 and at most 100");
        Expect(StepList is { Length: >= 1 and <= 64 } && Array.TrueForAll(StepList, step => step is >= 1 and <= 1000) && StepList.Zip(StepList.Skip(1)).All(pair => pair.First > pair.Second),
            $"stepList is [{string.Join(", ", StepList ?? [])}], expected falling numbers from 1000 to 1");
        Expect(ChunkLatents is >= 1 and <= 64, $"chunkLatents is {ChunkLatents}, expected 1 to 64");
        Expect(Sink >= 0 && Window <= 1024 && Window - Sink >= ChunkLatents, $"window is {Window} with a sink of {Sink}, expected room for a chunk of {ChunkLatents} behind it, 1024 at most");
        Expect(FramesPerSecond is >= 1 and <= 120, $"framesPerSecond is {FramesPerSecond}, expected 1 to 120");
        Expect(Frames is >= 5 and <= 4097 && Frames % FramesPerLatent == 1, $"frames are {Frames}, expected 4 n + 1 from 5 to 4097");
        Expect(MotionFrames == 0 || (MotionFrames % FramesPerLatent == 1 && MotionFrames > 0 && MotionFrames < Frames), $"motionFrames are {MotionFrames}, expected 0, or 4 n + 1 below {Frames}");
        Expect(Width is >= 16 and <= 8192 && Height is >= 16 and <= 8192, $"size is {Width}x{Height}, expected 16 to 8192 a side");
        Expect(float.IsFinite(TextGuidance) && float.IsFinite(SoundGuidance), "a guidance is no finite number");
        Expect(NegativePrompt is not null, "negativePrompt is null");
        return this;
    }

    static void Expect(bool condition, string otherwise)
    {
        if (!condition) throw new ArgumentException($"{otherwise}.");
    }
}
