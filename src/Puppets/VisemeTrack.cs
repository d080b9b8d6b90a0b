using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>
/// The mouth over time, from phonemes: targets blended by a Gaussian and each one's grip (dominance blending,
/// Cohen and Massaro 1993), 30 ms ahead of the sound as lips are, lips shut where p, b and m demand it.
/// </summary>
public sealed class VisemeTrack
{
    /// <summary>Shapes a second, and a video frame.</summary>
    public const int Rate = 64;
    public const int ShapesPerFrame = 4;

    const double LeadSeconds = .030;
    // sigma 24 ms, full width at half maximum 56 ms: passes lip motion up to its 7 Hz or so; wider kernels swallow short vowels
    const double SigmaSeconds = .024;
    const int FinePerShape = 4;                     // targets are laid out at 256 a second, so that no phoneme falls between
    const int FineRate = Rate * FinePerShape;
    // lips part within 40 ms of a closure's edge
    const double PartingSeconds = .040;

    static readonly float[] Kernel = MakeKernel();

    readonly bool[] closed;

    VisemeTrack(MouthShape[] shapes, bool[] closed) => (Shapes, this.closed) = (shapes, closed);

    /// <summary>One shape each 64th of a second, taken at its middle.</summary>
    public MouthShape[] Shapes { get; }

    /// <summary>True where a bilabial's closure has its middle.</summary>
    public IReadOnlyList<bool> Closed => closed;

    /// <summary>A piece of the line: one target over one stretch of the fine grid.</summary>
    readonly record struct Piece(PhonemeTarget Target, double Start, double End, float Loudness);

    /// <param name="totalSamples">Length of the track at the rate of the line's sound; the mouth rests outside the line.</param>
    public static VisemeTrack Build(SpokenLine line, long totalSamples)
    {
        int rate = line.Sound.SampleRate;
        int count = (int)((totalSamples * Rate + rate - 1) / rate);
        var pieces = Pieces(line);
        var shapes = Blend(pieces, count);
        var closed = Close(pieces, shapes);
        return new(shapes, closed);
    }

    /// <summary>
    /// One shape a video frame (16 a second): the mean of four, except that a closure anywhere in a frame shuts it,
    /// for a mean would hide the sounds that viewers notice first.
    /// </summary>
    public MouthShape[] At16()
    {
        var frames = new MouthShape[(Shapes.Length + ShapesPerFrame - 1) / ShapesPerFrame];
        for (int i = 0; i < frames.Length; i++)
        {
            int start = i * ShapesPerFrame, end = Math.Min(start + ShapesPerFrame, Shapes.Length);
            var mean = Mean(Shapes.AsSpan(start, end - start));
            frames[i] = closed.AsSpan(start, end - start).Contains(true) ? mean with { Open = 0 } : mean;
        }
        return frames;
    }

    /// <summary>The video frames in which a bilabial's closure has its middle.</summary>
    public bool[] ClosedAt16()
    {
        var frames = new bool[(closed.Length + ShapesPerFrame - 1) / ShapesPerFrame];
        for (int i = 0; i < closed.Length; i++) frames[i / ShapesPerFrame] |= closed[i];
        return frames;
    }

    static MouthShape Mean(ReadOnlySpan<MouthShape> shapes)
    {
        float open = 0, width = 0, round = 0, teeth = 0, tongue = 0;
        foreach (var shape in shapes)
        {
            open += shape.Open;
            width += shape.Width;
            round += shape.Round;
            teeth += shape.Teeth;
            tongue += shape.Tongue;
        }
        float n = shapes.Length;
        return new(open / n, width / n, round / n, teeth / n, tongue / n);
    }

    static List<Piece> Pieces(SpokenLine line)
    {
        double rate = line.Sound.SampleRate;
        var loudness = Loudness(line);
        var pieces = new List<Piece>(line.Phonemes.Count * 2);
        for (int i = 0; i < line.Phonemes.Count; i++)
        {
            var phoneme = line.Phonemes[i];
            if (phoneme.IsPause) continue;          // the ground is rest
            double start = phoneme.StartSample / rate - LeadSeconds, end = phoneme.EndSample / rate - LeadSeconds;
            var targets = PhonemeTable.Targets(phoneme.Symbol);
            // a mark of its own, such as a length, prolongs what it follows
            if (targets.Count == 0 && pieces.Count > 0) pieces[^1] = pieces[^1] with { End = end };
            double each = (end - start) / targets.Count;
            for (int part = 0; part < targets.Count; part++)
                pieces.Add(new(targets[part], start + part * each, start + (part + 1) * each, loudness[i]));
        }
        return pieces;
    }

    /// <summary>Each phoneme's loudness to the line's mean in dB, as a factor of the opening: 6 dB are a fifth.</summary>
    static float[] Loudness(SpokenLine line)
    {
        var decibels = line.Phonemes.Select(phoneme => phoneme.IsPause ? double.NaN : Decibels(line.Sound.Samples, phoneme)).ToArray();
        var vowels = decibels.Where((level, i) => level > -60 && PhonemeTable.Targets(line.Phonemes[i].Symbol) is [{ Vowel: true }, ..]).ToArray();
        double mean = vowels.Length > 0 ? vowels.Average() : 0;
        return decibels.Select(level => level > -60 ? (float)Math.Clamp(1 + (level - mean) / 30, .7, 1.25) : 1f).ToArray();
    }

    static double Decibels(ReadOnlySpan<float> samples, TimedPhoneme phoneme)
    {
        int start = (int)Math.Clamp(phoneme.StartSample, 0, samples.Length), end = (int)Math.Clamp(phoneme.EndSample, start, samples.Length);
        double power = 1e-12;
        foreach (float sample in samples[start..end]) power += sample * sample / (double)(end - start);
        return 10 * Math.Log10(power);
    }

    /// <summary>Lays the targets on the fine grid and blends them at each shape's middle.</summary>
    static MouthShape[] Blend(List<Piece> pieces, int count)
    {
        int reach = Kernel.Length / 2;
        var grid = new PhonemeTarget[count * FinePerShape + 2 * reach];
        Array.Fill(grid, PhonemeTable.Pause);
        foreach (var piece in pieces)
        {
            int start = Math.Max(0, Fine(piece.Start) + reach), end = Math.Min(grid.Length, Fine(piece.End) + reach);
            var shape = piece.Target.Shape;
            var target = piece.Target.Vowel ? piece.Target with { Shape = shape with { Open = Math.Min(1, shape.Open * piece.Loudness) } } : piece.Target;
            if (start < end) grid.AsSpan(start, end - start).Fill(target);
        }
        var shapes = new MouthShape[count];
        for (int i = 0; i < count; i++) shapes[i] = BlendOne(grid.AsSpan(i * FinePerShape + FinePerShape / 2, Kernel.Length));
        return shapes;
    }

    static int Fine(double seconds) => (int)Math.Round(seconds * FineRate);

    static MouthShape BlendOne(ReadOnlySpan<PhonemeTarget> around)
    {
        float open = 0, openGrip = 0, width = 0, round = 0, lipGrip = 0, teeth = 0, tongue = 0;
        for (int i = 0; i < around.Length; i++)
        {
            var target = around[i];
            float byOpen = Kernel[i] * target.OpenGrip, byLip = Kernel[i] * target.LipGrip;
            open += byOpen * target.Shape.Open;
            teeth += byOpen * target.Shape.Teeth;
            tongue += byOpen * target.Shape.Tongue;
            openGrip += byOpen;
            width += byLip * target.Shape.Width;
            round += byLip * target.Shape.Round;
            lipGrip += byLip;
        }
        return new(open / openGrip, width / lipGrip, round / lipGrip, teeth / openGrip, tongue / openGrip);
    }

    /// <summary>
    /// Shuts the lips over each closure, at least at the shape nearest its middle, and lets them part beside it.
    /// A stop is shut for the first half or so of its time, the rest being its burst and breath; m for all of it.
    /// </summary>
    static bool[] Close(List<Piece> pieces, MouthShape[] shapes)
    {
        var closed = new bool[shapes.Length];
        foreach (var piece in pieces.Where(piece => piece.Target.Closes))
        {
            double inset = .15 * (piece.End - piece.Start), start = piece.Start + inset, end = piece.End - 2 * inset;
            int middle = (int)Math.Floor((start + end) / 2 * Rate);
            int first = Math.Max(0, (int)((start - PartingSeconds) * Rate)), last = Math.Min(shapes.Length - 1, (int)((end + PartingSeconds) * Rate));
            for (int i = first; i <= last; i++)
            {
                double at = (i + .5) / Rate, outside = Math.Max(0, Math.Max(start - at, at - end));
                float most = i == middle ? 0 : (float)(outside / PartingSeconds);
                shapes[i] = Parted(shapes[i], Math.Min(1, most));
            }
            if (middle >= 0 && middle < closed.Length) closed[middle] = true;
        }
        return closed;
    }

    // teeth and tongue hide behind closed lips
    static MouthShape Parted(MouthShape shape, float share) =>
        shape with { Open = shape.Open * share, Teeth = shape.Teeth * share, Tongue = shape.Tongue * share };

    static float[] MakeKernel()
    {
        int reach = (int)Math.Ceiling(3 * SigmaSeconds * FineRate);
        var kernel = new float[2 * reach + 1];
        for (int i = 0; i < kernel.Length; i++)
        {
            double sigmas = (i - reach) / (SigmaSeconds * FineRate);
            kernel[i] = (float)Math.Exp(-.5 * sigmas * sigmas);
        }
        return kernel;
    }
}
