using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkingMachines.Bench;

/// <summary>Where a case's figures come from.</summary>
public enum FigureSource
{
    /// <summary>The case ran as it says.</summary>
    Measured,

    /// <summary>Each stage was measured alone, and their times were put together by <see cref="PipelineSimulation"/>.</summary>
    Simulated,
}

/// <summary>What a run was told.</summary>
/// <param name="Model">Folder of the model.</param>
/// <param name="Steps">Denoising steps of a chunk.</param>
/// <param name="Chunks">Generated in each case.</param>
/// <param name="ChunkMilliseconds">How long a chunk plays: what the time between chunks must stay below.</param>
public sealed record BenchSettings(string Model, int Steps, int Chunks, int ChunkFrames, int Picture, double ChunkMilliseconds);

/// <summary>One placement, from sound to pixels, decoder included.</summary>
public sealed record CaseFigures
{
    public required string Name { get; init; }

    /// <summary>Diffusion and decoder devices.</summary>
    public required string Placement { get; init; }

    public required FigureSource Source { get; init; }

    /// <summary>How a simulated case was put together, or what is peculiar about one that ran.</summary>
    public string? Note { get; init; }

    public required double FramesPerSecond { get; init; }

    /// <summary>Seconds of video a second.</summary>
    public required double RealTimeFactor { get; init; }

    /// <summary>The paper's TTBC.</summary>
    public required TimeSpread TimeBetweenChunks { get; init; }

    /// <summary>The same by chunk, in order: the chart's line.</summary>
    public required IReadOnlyList<double> Series { get; init; }

    /// <summary>Each stage alone on its device.</summary>
    public required IReadOnlyList<StageFigures> Stages { get; init; }

    /// <summary>Median time between chunks that <see cref="PipelineSimulation"/> makes of the stages: beside a measured one it shows what simulations are worth here.</summary>
    public required double SimulatedMedianMilliseconds { get; init; }

    /// <summary>From the loaded model, whose code has run before, to the first chunk, the picture's encoding included; null where simulated, as all below.</summary>
    public double? FirstFrameMilliseconds { get; init; }

    /// <summary>Largest resident memory of the process during the case, or since its start where the system cannot tell.</summary>
    public long? PeakProcessBytes { get; init; }

    public long? PeakTensorBytes { get; init; }

    public long? ManagedBytesPerChunk { get; init; }

    /// <summary>Of the whole processor, by second of video; null where it cannot be read.</summary>
    public double? JoulesPerVideoSecond { get; init; }
}

/// <summary>A stage alone on its device, by chunk.</summary>
public sealed record StageFigures(string Stage, string Device, TimeSpread Time)
{
    public const string Hearing = "hearing", Diffusion = "diffusion", Decoder = "decoder";
}

/// <summary>How fast a character falls silent, and answers.</summary>
/// <param name="Placement">Diffusion and decoder devices.</param>
/// <param name="Silence">From the interruption to the first silent packet of sound.</param>
/// <param name="Answer">From the beginning of a turn to its first sound, which leaves with its first frame.</param>
public sealed record InterruptFigures(string Placement, TimeSpread Silence, TimeSpread Answer);

/// <summary>So many calls at once, without a browser.</summary>
/// <param name="Placement">Diffusion and decoder devices.</param>
/// <param name="ChunkTime">From a chunk's request to its frames, over all sessions: real time is held while it stays below a chunk's length.</param>
/// <param name="RepeatedFrames">Share of frames shown again because the next was not ready.</param>
/// <param name="LongestStopMilliseconds">The longest that a picture stood still since its session began.</param>
public sealed record SessionsFigures(string Placement, int Sessions, TimeSpread ChunkTime, double RepeatedFrames, double LongestStopMilliseconds, bool HoldsRealTime);

/// <summary>All that a run of the bench found; a file of it can be compared with another.</summary>
public sealed record BenchReport
{
    const int CurrentFormat = 3;
    const int MostBytes = 64 << 20;

    static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // goes to a terminal or a file, never into a page
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public int Format { get; init; } = CurrentFormat;

    public required BenchMachine Machine { get; init; }

    public required BenchSettings Settings { get; init; }

    public required IReadOnlyList<CaseFigures> Cases { get; init; }

    public InterruptFigures? Interruption { get; init; }

    public IReadOnlyList<SessionsFigures> Sessions { get; init; } = [];

    public ModelComparison? PyTorch { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Strict);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is not a report.</exception>
    public static BenchReport Read(string path)
    {
        if (!File.Exists(path)) throw new InvalidDataException($"{path} does not exist, expected a report of ./run bench --json.");
        if (new FileInfo(path).Length > MostBytes) throw new InvalidDataException($"{path} has more than {MostBytes >> 20} MiB, expected a report of ./run bench --json.");
        try
        {
            var report = JsonSerializer.Deserialize<BenchReport>(File.ReadAllBytes(path), Strict) ?? throw new JsonException("it is null");
            return report.Format == CurrentFormat ? report : throw new JsonException($"its format is {report.Format}, expected {CurrentFormat}");
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{path} is not a report of ./run bench --json: {wrong.Message.ReplaceLineEndings(" ")}", wrong);
        }
    }
}
