using TalkingMachines.Tensors;

namespace TalkingMachines.Training;

/// <summary>
/// How to train something: length, rates, averages and, in each derived record, data and model. A variant is
/// <c>recipe with { Steps = 200 }</c>.
/// </summary>
public abstract record Recipe
{
    /// <summary>What the rates end at, as a fraction of their height.</summary>
    public const double LowestRate = 0.05;

    public required string Name { get; init; }

    public required int Steps { get; init; }

    /// <summary>Where every random number of the run comes from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Rate of Muon, for weights that are matrices.</summary>
    public float MuonRate { get; init; } = 0.01f;

    /// <summary>Rate of AdamW, for the rest.</summary>
    public float AdamRate { get; init; } = 1.5e-3f;

    /// <summary>Steps over which the rates rise from 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Fraction of the steps after which the rates fall by a cosine to <see cref="LowestRate"/>.</summary>
    public double DecayFrom { get; init; } = 0.5;

    /// <summary>Share of a matrix that each step takes away, times the rate. Biases and gains don't decay.</summary>
    public float WeightDecay { get; init; }

    /// <summary>Of the running average of the weights, which is what validation sees and the run exports.</summary>
    public float EmaDecay { get; init; } = 0.995f;

    /// <summary>Steps between validations; 0: only after the last.</summary>
    public int ValidateEvery { get; init; }

    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Largest norm of all gradients together; longer ones are shortened to it. Null: never.</summary>
    public float? GradientClip { get; init; }

    /// <summary>Makes the model and opens the data. The task is the caller's to dispose.</summary>
    public abstract ITrainingTask Open(RunFolder run, Device device);

    /// <summary>What the rates of a step (from 1) are multiplied by.</summary>
    public virtual double RateFactor(int step)
    {
        double warm = step < WarmupSteps ? (double)step / WarmupSteps : 1;
        double from = DecayFrom * Steps;
        if (step <= from) return warm;
        double fallen = (step - from) / (Steps - from);
        return warm * (LowestRate + ((1 - LowestRate) * 0.5 * (1 + Math.Cos(Math.PI * fallen))));
    }

    /// <summary>Refuses settings that can't train.</summary>
    public virtual void Check()
    {
        Expect(Name.Length > 0 && Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-'), "Name", Name, "letters, digits and dashes");
        Expect(Steps > 0, "Steps", Steps, "1 or more");
        Expect(MuonRate >= 0 && float.IsFinite(MuonRate), "MuonRate", MuonRate, "0 or more");
        Expect(AdamRate >= 0 && float.IsFinite(AdamRate), "AdamRate", AdamRate, "0 or more");
        Expect(WarmupSteps >= 0, "WarmupSteps", WarmupSteps, "0 or more");
        Expect(DecayFrom is >= 0 and <= 1, "DecayFrom", DecayFrom, "0 to 1");
        Expect(WeightDecay is >= 0 and < 1, "WeightDecay", WeightDecay, "0 to below 1");
        Expect(EmaDecay is >= 0 and < 1, "EmaDecay", EmaDecay, "0 to below 1");
        Expect(ValidateEvery >= 0, "ValidateEvery", ValidateEvery, "0 or more");
        Expect(GradientClip is null or > 0, "GradientClip", GradientClip, "more than 0, or none");
    }

    private protected void Expect(bool condition, string setting, object? value, string expected)
    {
        if (!condition) throw new TrainingException(FormattableString.Invariant($"{setting} of the recipe {Name} is {value}, expected {expected}."));
    }
}
