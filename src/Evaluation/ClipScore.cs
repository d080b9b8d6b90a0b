using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>
/// How well one clip's face does what was asked. Correlations are with the motions that were asked for, over the clip unless
/// said; null where the clip has nothing to measure it on.
/// </summary>
public sealed record ClipScore
{
    /// <summary>Best lags are looked for up to so many frames either way: three quarters of a second.</summary>
    public const int LagReach = 12;

    /// <summary>A mouth that opens no further looks shut.</summary>
    public const double ShutBelow = 0.15;

    /// <summary>A listener's mouth that opens further moves.</summary>
    public const double MovingAbove = 0.1;

    const double Shut = 0.02;   // of the truth, which is 0 but for blending
    const int Settling = 2;     // frames about speech in which lips may still close or already part

    public required int Frames { get; init; }

    /// <summary>Whether it speaks with the voice of a recorded person.</summary>
    public required bool IsRecordedVoice { get; init; }

    /// <summary>Correlation of the opening.</summary>
    public required double Open { get; init; }

    /// <summary>The same in frames of speech alone, where being told to be silent helps nothing.</summary>
    public required double? OpenInSpeech { get; init; }

    public required double Width { get; init; }

    public required double Round { get; init; }

    /// <summary>Frames by which the mouth is late (early where negative), and the correlation at that lag.</summary>
    public required int Lag { get; init; }

    public required double OpenAtLag { get; init; }

    /// <summary>Deviation of the opening as it was read, relative to that read on true frames.</summary>
    public required double? Amplitude { get; init; }

    /// <summary>Share of the frames shut by p, b or m in which the mouth looks shut.</summary>
    public required double? Closures { get; init; }

    /// <summary>Frames that p, b or m shuts, and those of them in which the mouth looks shut.</summary>
    public required int ClosingFrames { get; init; }

    public required int ClosuresSeen { get; init; }

    /// <summary>Share of the listening frames in which the mouth is open.</summary>
    public required double? MovingInSilence { get; init; }

    public required int BlinksAsked { get; init; }

    public required int BlinksSeen { get; init; }

    /// <summary>Blinks asked for and seen at their time.</summary>
    public required int BlinksMatched { get; init; }

    /// <summary>Scores readings of a clip's frames.</summary>
    /// <param name="seen">On the frames to judge.</param>
    /// <param name="seenOnTruth">On true frames: the scale of the reader.</param>
    public static ClipScore Of(Performance clip, IReadOnlyList<FaceReading> seen, IReadOnlyList<FaceReading> seenOnTruth)
    {
        int frames = clip.Poses.Length;
        if (seen.Count != frames || seenOnTruth.Count != frames) throw new ArgumentException($"Readings are of {seen.Count} and {seenOnTruth.Count} frames, expected {frames}.");
        double[] asked = Column(clip, mouth => mouth.Open), open = Column(seen, mouth => mouth.Open);
        int[] speech = FramesWhere(frames, i => clip.Speaking[i]);
        var (lag, atLag) = Series.BestLag(asked, open, LagReach);
        double trueDeviation = Series.Deviation(Column(seenOnTruth, mouth => mouth.Open));
        var (blinksAsked, blinksSeen) = (Blinks.Starts(clip.Poses.Select(pose => pose.Gesture.Blink)), Blinks.Starts(seen.Select(reading => reading.Blink)));
        int[] closing = FramesWhere(frames, i => clip.Closing[i]);
        return new ClipScore
        {
            Frames = frames,
            IsRecordedVoice = clip.IsRecordedVoice,
            Open = Series.Correlation(asked, open),
            OpenInSpeech = speech.Length < 2 ? null : Series.Correlation(At(asked, speech), At(open, speech)),
            Width = Series.Correlation(Column(clip, mouth => mouth.Width), Column(seen, mouth => mouth.Width)),
            Round = Series.Correlation(Column(clip, mouth => mouth.Round), Column(seen, mouth => mouth.Round)),
            Lag = lag,
            OpenAtLag = atLag,
            Amplitude = trueDeviation > 1e-3 ? Series.Deviation(open) / trueDeviation : null,
            Closures = Share(closing, i => open[i] < ShutBelow),
            ClosingFrames = closing.Length,
            ClosuresSeen = closing.Count(i => open[i] < ShutBelow),
            MovingInSilence = Share(Listening(clip), i => open[i] > MovingAbove),
            BlinksAsked = blinksAsked.Count,
            BlinksSeen = blinksSeen.Count,
            BlinksMatched = Blinks.Matched(blinksAsked, blinksSeen),
        };
    }

    /// <summary>Frames away from speech, in which the true mouth rests.</summary>
    public static int[] Listening(Performance clip) => FramesWhere(clip.Poses.Length, i =>
    {
        int from = Math.Max(0, i - Settling), to = Math.Min(clip.Speaking.Length - 1, i + Settling);
        return !clip.Speaking.AsSpan(from, to - from + 1).Contains(true) && clip.Poses[i].Mouth.Open < Shut;
    });

    static int[] FramesWhere(int count, Func<int, bool> wanted) => [.. Enumerable.Range(0, count).Where(wanted)];

    static double[] At(double[] series, int[] frames) => [.. frames.Select(frame => series[frame])];

    static double? Share(int[] frames, Func<int, bool> holds) => frames.Length == 0 ? null : (double)frames.Count(holds) / frames.Length;

    static double[] Column(Performance clip, Func<MouthShape, float> value) => [.. clip.Poses.Select(pose => (double)value(pose.Mouth))];

    static double[] Column(IReadOnlyList<FaceReading> readings, Func<MouthShape, float> value) => [.. readings.Select(reading => (double)value(reading.Mouth))];
}
