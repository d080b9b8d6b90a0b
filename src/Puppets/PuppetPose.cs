namespace TalkingMachines.Puppets;

/// <summary>
/// What the mouth does, each value 0..1: Open 0 closed .. 1 widest; Width 0 narrow, 0.5 neutral, 1 spread;
/// Round 0 .. 1 puckered; Teeth visible upper teeth; Tongue visible tongue.
/// </summary>
public readonly record struct MouthShape(float Open, float Width, float Round, float Teeth, float Tongue)
{
    /// <summary>Shut and relaxed.</summary>
    public static MouthShape Rest => new(0, 0.5f, 0, 0, 0);

    /// <summary>Number of values.</summary>
    public const int Count = 5;

    /// <summary>What the values are called in figures, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["open", "width", "round", "teeth", "tongue"];

    /// <summary>Writes the values in their order.</summary>
    public void CopyTo(Span<float> row)
    {
        row[0] = Open;
        row[1] = Width;
        row[2] = Round;
        row[3] = Teeth;
        row[4] = Tongue;
    }

    /// <summary>Reads what <see cref="CopyTo"/> wrote.</summary>
    public static MouthShape From(ReadOnlySpan<float> row) => new(row[0], row[1], row[2], row[3], row[4]);
}

/// <summary>
/// What the head, eyes and shoulders do. HeadX and HeadY shift in head widths (about -0.1..0.1), Roll in radians
/// (about -0.15..0.15), Blink 0 open .. 1 shut, Brow -1 frown .. 1 raised, GazeX and GazeY -1..1, Breath 0..1.
/// </summary>
public readonly record struct Gesture(
    float HeadX, float HeadY, float Roll, float Blink, float Brow, float GazeX, float GazeY, float Breath)
{
    /// <summary>Number of values, for those who lay gestures out as rows.</summary>
    public const int Count = 8;

    /// <summary>Writes the values in their order.</summary>
    public void CopyTo(Span<float> row)
    {
        row[0] = HeadX;
        row[1] = HeadY;
        row[2] = Roll;
        row[3] = Blink;
        row[4] = Brow;
        row[5] = GazeX;
        row[6] = GazeY;
        row[7] = Breath;
    }
}

/// <summary>All that moves in one frame of a puppet.</summary>
public readonly record struct PuppetPose(MouthShape Mouth, Gesture Gesture)
{
    /// <summary>Mouth at rest, eyes open, looking at the viewer.</summary>
    public static PuppetPose Neutral => new(MouthShape.Rest, default);

    /// <summary>The same pose with every value forced into the range the puppets are drawn for; NaN becomes 0.</summary>
    public PuppetPose Bounded() => new(
        new MouthShape(Unit(Mouth.Open), Unit(Mouth.Width), Unit(Mouth.Round), Unit(Mouth.Teeth), Unit(Mouth.Tongue)),
        new Gesture(
            Within(Gesture.HeadX, 0.2f), Within(Gesture.HeadY, 0.2f), Within(Gesture.Roll, 0.4f), Unit(Gesture.Blink),
            Within(Gesture.Brow, 1), Within(Gesture.GazeX, 1), Within(Gesture.GazeY, 1), Unit(Gesture.Breath)));

    static float Unit(float value) => float.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1);

    static float Within(float value, float limit) => float.IsNaN(value) ? 0 : Math.Clamp(value, -limit, limit);
}
