using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Tests.Evaluation;

/// <summary>A clip made up by hand: frames whose colour says what the face does, so that a reader of colours knows the truth.</summary>
internal static class PaintedClip
{
    public const int Frames = 128;

    /// <summary>Speech with closures in frames 16 to 99 and a short pause at 61, rest before and after, blinks at 30, 70 and 110.</summary>
    public static Performance Performance { get; } = new(
        new Sound(new float[Frames * 1000], 16_000), [.. Enumerable.Range(0, Frames).Select(Pose)], [.. Enumerable.Range(0, Frames).Select(IsSpeech)],
        [.. Enumerable.Range(0, Frames).Select(IsClosing)]);

    static bool IsSpeech(int frame) => frame is >= 16 and < 100;

    static bool IsClosing(int frame) => IsSpeech(frame) && frame % 11 == 0;

    public static bool IsPause(int frame) => frame is >= 61 and < 65;

    static PuppetPose Pose(int frame)
    {
        bool shut = !IsSpeech(frame) || IsClosing(frame) || IsPause(frame);
        float open = shut ? 0 : 0.5f + (0.3f * MathF.Sin(frame * 0.9f)) + (0.2f * MathF.Sin(frame * 0.31f));
        float blink = frame is 30 or 31 or 70 or 71 or 110 or 111 ? 1 : 0;
        return new PuppetPose(new MouthShape(open, 0.5f + (0.4f * MathF.Sin(frame * 0.5f)), open * 0.5f, 0, 0), default(Gesture) with { Blink = blink });
    }

    /// <summary>The frames of a performance, or of what became of it.</summary>
    public static Picture[] Paint(IEnumerable<PuppetPose> poses) => [.. poses.Select(pose => new Picture(1, 2,
        [Byte(pose.Mouth.Open), Byte(pose.Mouth.Width), Byte(pose.Mouth.Round), Byte(pose.Gesture.Blink), 0, 0]))];

    static byte Byte(float value) => (byte)MathF.Round(255 * value);

    /// <summary>Scores what <paramref name="change"/> makes of the true poses, as the reader of colours sees it.</summary>
    public static EvaluationReport Report(Func<IReadOnlyList<PuppetPose>, IEnumerable<PuppetPose>> change)
    {
        var reader = new ColourReader();
        var truth = reader.Read(new Picture(1, 2), default, Paint(Performance.Poses));
        var seen = reader.Read(new Picture(1, 2), default, Paint(change(Performance.Poses)));
        return new EvaluationReport
        {
            Model = "painted",
            Characters = 1,
            FirstCharacter = 0,
            FramesEach = Frames,
            Conditions = [],
            Renditions =
            [
                RenditionScore.Of(RenditionScore.Truth, [ClipScore.Of(Performance, truth, truth)]),
                RenditionScore.Of(RenditionScore.Generated, [ClipScore.Of(Performance, seen, truth)]),
            ],
            Quality = [],
            Drift = [],
            OtherCharacter = null,
            LongOpenFirst = null,
            LongOpenLast = null,
        };
    }

    /// <summary>Reads what <see cref="Paint"/> wrote.</summary>
    sealed class ColourReader : IFaceReader
    {
        public FaceReading[] Read(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames) => [.. frames.Select(frame =>
            new FaceReading(new MouthShape(Unit(frame, 0), Unit(frame, 1), Unit(frame, 2), 0, 0), Unit(frame, 3)))];

        static float Unit(Picture frame, int place) => frame.Pixels[place] / 255f;
    }
}
