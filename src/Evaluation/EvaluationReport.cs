using System.Text.Json;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>What an evaluation found. Every figure is over characters that no training saw.</summary>
public sealed record EvaluationReport
{
    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public required string Model { get; init; }

    public required int Characters { get; init; }

    public required long FirstCharacter { get; init; }

    /// <summary>Frames of each clip, 16 a second.</summary>
    public required int FramesEach { get; init; }

    /// <summary>How the frames came about: what the model was given.</summary>
    public required IReadOnlyList<string> Conditions { get; init; }

    /// <summary>What the model's sound network makes of the clips; null where nobody was asked.</summary>
    public HeardScore? Heard { get; init; }

    /// <summary>The truth first: the reader's own ceiling.</summary>
    public required IReadOnlyList<RenditionScore> Renditions { get; init; }

    /// <summary>Lip sync by SyncNet's protocol, all kinds of frames for each judge in turn; empty where no judge's weights were there.</summary>
    public IReadOnlyList<SyncFigures> Sync { get; init; } = [];

    /// <summary>Distances of frames from true ones by what video features see in them; none where the clips are shorter than two pieces.</summary>
    public IReadOnlyList<VideoDistance> Videos { get; init; } = [];

    /// <summary>
    /// Correlation of the generated mouth's opening with that of the same character driven by another clip's sound: 1 where the
    /// sound changes nothing. Null where no mouth moves, or there was no such control.
    /// </summary>
    public Figure? AlikeWithOtherSound { get; init; }

    public required IReadOnlyList<QualityScore> Quality { get; init; }

    /// <summary>Openings of the first character's mouth, those asked for first.</summary>
    public IReadOnlyList<LipTrack> Tracks { get; init; } = [];

    /// <summary>Empty where no long rollout was asked for.</summary>
    public required IReadOnlyList<DriftPoint> Drift { get; init; }

    /// <summary>Correlation of the opening at the beginning and the end of the long rollout; null without one.</summary>
    public required Figure? LongOpenFirst { get; init; }

    public required Figure? LongOpenLast { get; init; }

    /// <summary>Distances of another character's picture from the reference, the scale of a drift; null without a long rollout.</summary>
    public required IdentityScale? OtherCharacter { get; init; }

    /// <summary>The name of the rendition that is a teacher's; null without one.</summary>
    public string? Teacher { get; init; }

    /// <summary>What is wrong with the model, a sentence each; none where all is well.</summary>
    public IReadOnlyList<string> Findings => EvaluationFindings.Of(this);

    /// <summary>What is asked of a shipped model, and whether it was found.</summary>
    public IReadOnlyList<Aim> Aims => EvaluationAims.Of(this);

    /// <summary>The scores under a name of <see cref="RenditionScore"/>, or null.</summary>
    public RenditionScore? Named(string name) => Renditions.FirstOrDefault(rendition => rendition.Name == name);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Tables for people.</summary>
    public string ToText() => EvaluationText.Of(this);
}

/// <summary>Scores of the faces of one kind of frames.</summary>
public sealed record RenditionScore
{
    public const string Truth = "true frames", Autoencoder = "autoencoder", Generated = "generated", Live = "from a microphone", OtherSound = "other sound";

    public required string Name { get; init; }

    public required Figure Open { get; init; }

    public required Figure? OpenInSpeech { get; init; }

    public required Figure Width { get; init; }

    public required Figure Round { get; init; }

    /// <summary>Of recorded people's voices alone; null where none spoke.</summary>
    public required Figure? RecordedWidth { get; init; }

    public required Figure? RecordedRound { get; init; }

    /// <summary>Frames; late where positive.</summary>
    public required Figure Lag { get; init; }

    public required Figure OpenAtLag { get; init; }

    public required Figure? Amplitude { get; init; }

    public required Figure? Closures { get; init; }

    /// <summary>Of all frames that p, b or m shuts, those in which the mouth looks shut: characters have few each.</summary>
    public required int ClosuresSeen { get; init; }

    public required int ClosingFrames { get; init; }

    public required Figure? MovingInSilence { get; init; }

    public required int BlinksAsked { get; init; }

    public required int BlinksSeen { get; init; }

    public required int BlinksMatched { get; init; }

    /// <summary>Those seen.</summary>
    public required double BlinksAMinute { get; init; }

    /// <summary>In the order of the characters.</summary>
    public required IReadOnlyList<ClipScore> Clips { get; init; }

    /// <summary>Whether frames of this name are a model's, to the sound of the clip.</summary>
    public static bool IsOfModel(string name) => name is not (Truth or Autoencoder or OtherSound);

    /// <summary>Sums up one score a character, at least one.</summary>
    public static RenditionScore Of(string name, IReadOnlyList<ClipScore> clips)
    {
        Figure? Maybe(Func<ClipScore, double?> value) => Figure.Of(clips.Select(value));
        Figure Sure(Func<ClipScore, double> value) => Maybe(clip => value(clip)) ?? throw new ArgumentException($"No clip came for '{name}', expected one or more.");
        return new RenditionScore
        {
            Name = name,
            Open = Sure(clip => clip.Open),
            OpenInSpeech = Maybe(clip => clip.OpenInSpeech),
            Width = Sure(clip => clip.Width),
            Round = Sure(clip => clip.Round),
            RecordedWidth = Maybe(clip => clip.IsRecordedVoice ? clip.Width : null),
            RecordedRound = Maybe(clip => clip.IsRecordedVoice ? clip.Round : null),
            Lag = Sure(clip => clip.Lag),
            OpenAtLag = Sure(clip => clip.OpenAtLag),
            Amplitude = Maybe(clip => clip.Amplitude),
            Closures = Maybe(clip => clip.Closures),
            ClosuresSeen = clips.Sum(clip => clip.ClosuresSeen),
            ClosingFrames = clips.Sum(clip => clip.ClosingFrames),
            MovingInSilence = Maybe(clip => clip.MovingInSilence),
            BlinksAsked = clips.Sum(clip => clip.BlinksAsked),
            BlinksSeen = clips.Sum(clip => clip.BlinksSeen),
            BlinksMatched = clips.Sum(clip => clip.BlinksMatched),
            BlinksAMinute = clips.Sum(clip => clip.BlinksSeen) * 60.0 * Performance.FrameRate / clips.Sum(clip => clip.Frames),
            Clips = [.. clips],
        };
    }
}

/// <summary>Against true frames: peak signal-to-noise ratio in decibels, structural similarity up to 1.</summary>
public sealed record QualityScore(string Name, Figure Whole, Figure Mouth, Figure Eyes, Figure Ssim, Figure MouthSsim)
{
    /// <summary>The reference picture for every frame: what doing nothing is worth.</summary>
    public const string Still = "still picture";

    /// <summary>Sums up one measurement a character, at least one.</summary>
    public static QualityScore Of(string name, IReadOnlyList<PictureQuality> clips)
    {
        Figure Sure(Func<PictureQuality, double> value) =>
            Figure.Of(clips.Select(clip => (double?)value(clip))) ?? throw new ArgumentException($"No clip came for '{name}', expected one or more.");
        return new QualityScore(name, Sure(clip => clip.Psnr), Sure(clip => clip.MouthPsnr), Sure(clip => clip.EyesPsnr), Sure(clip => clip.Ssim), Sure(clip => clip.MouthSsim));
    }
}

/// <summary>How far the pictures of one moment of the long rollout are from the reference; the truth's distances say what mere motion makes.</summary>
public sealed record DriftPoint(int Second, Figure Colours, Figure TrueColours, Figure Features, Figure TrueFeatures)
{
    /// <summary>Distance less that of true frames, now less at the first moment; a figure over characters. Null for the first moment.</summary>
    public Figure? ColoursGrown { get; init; }

    public Figure? FeaturesGrown { get; init; }
}

/// <summary>Distances of a character that is another.</summary>
public sealed record IdentityScale(Figure Colours, Figure Features);
