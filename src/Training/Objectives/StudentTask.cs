using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Solvers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;
using TalkingMachines.Training.Optimizers;

namespace TalkingMachines.Training.Objectives;

/// <summary>
/// The paper's section 4.2: a causal student of few steps from a bidirectional teacher. First the student learns to look back
/// only, by regression on puppet clips; then distribution matching with regression on such clips, mixed more and more with
/// clips that the student makes itself from pictures and sounds that never met. No adversarial loss.
/// </summary>
public sealed record StudentRecipe : Recipe
{
    /// <summary>The recipe whose weights student and critic start from, and the teacher keeps.</summary>
    public required string Teacher { get; init; }

    public required int Clips { get; init; }

    public required AvatarConfig Model { get; init; }

    public AvatarConfig TeacherModel { get; init; } = AvatarConfig.MiniTeacher;

    public TrainingWindow Window { get; init; } = new(21, 4);

    /// <summary>Steps without distribution matching, before it begins.</summary>
    public required int AdaptSteps { get; init; }

    /// <summary>Updates of the critic after each of the student: two time scales.</summary>
    public int CriticUpdates { get; init; } = 3;

    /// <summary>Rates with distribution matching, as a fraction of those before; the critic's are <see cref="CriticRate"/> times as high.</summary>
    public double MatchingRate { get; init; } = 0.1;

    public float CriticRate { get; init; } = 2;

    /// <summary>Weight of distribution matching; 0 is the ablation without it, in which the critic is not trained.</summary>
    public float MatchingWeight { get; init; } = 0.5f;

    /// <summary>Weight of the regression beside distribution matching; 0 is the ablation without it.</summary>
    public float RegressionWeight { get; init; } = 1;

    /// <summary>Weight of what is read of mouths in the latents against what the sound asks for.</summary>
    public float MouthWeight { get; init; } = 2;

    /// <summary>Share of clips made by the student itself at the end; it rises from 0.</summary>
    public float SelfMade { get; init; } = 0.5f;

    /// <summary>While it adapts, one timestep for each chunk, as CausVid trains, instead of one shared by all (the paper's): the ablation.</summary>
    public bool TimestepByChunk { get; init; }

    public override ITrainingTask Open(RunFolder run, Device device) => new StudentTask(this, run, device);

    public override void Check()
    {
        base.Check();
        Expect(MatchingWeight > 0 || MouthWeight > 0 || (RegressionWeight > 0 && SelfMade == 0), "MatchingWeight", MatchingWeight, "more than 0 where nothing else is learnt from");
    }

    public override double RateFactor(int step)
    {
        double warm = step < WarmupSteps ? (double)step / WarmupSteps : 1;
        double from = DecayFrom * AdaptSteps;
        if (step <= from) return warm;
        return step <= AdaptSteps
            ? warm * Fall((step - from) / (AdaptSteps - from), 1, MatchingRate)
            : Fall((double)(step - AdaptSteps) / (Steps - AdaptSteps), MatchingRate, MatchingRate * LowestRate);
    }

    static double Fall(double share, double high, double low) => low + ((high - low) * 0.5 * (1 + Math.Cos(Math.PI * share)));
}

/// <summary>Student, frozen teacher (the real score) and critic (the fake score) in one run.</summary>
public sealed class StudentTask : ITrainingTask
{
    readonly StudentRecipe recipe;
    readonly MotionData data;
    readonly Weights teacherWeights;
    readonly Weights criticWeights;
    readonly SparsePattern sparse;
    readonly BlockPattern whole;
    readonly ClipFlow student;
    readonly ClipFlow teacher;
    readonly ClipFlow critic;
    readonly SortedDictionary<string, Tensor> criticTrained;
    readonly WeightUpdate criticUpdate;
    readonly CodeReader? reader;

    public StudentTask(StudentRecipe recipe, RunFolder run, Device device)
    {
        this.recipe = recipe;
        data = new MotionData(run, recipe.Model, device);
        if (recipe.MouthWeight > 0) reader = data.Reader();
        using var start = SafeTensors.Open(ClipFiles.Weights(run, recipe.Teacher));
        Weights = Weights.From(device, start);
        teacherWeights = Weights.From(device, start);
        criticWeights = Weights.From(device, start);
        sparse = new SparsePattern(device, recipe.Model);
        whole = ClipFlow.Bidirectional(device, recipe.TeacherModel, recipe.Window.Latents);
        student = new ClipFlow(new AvatarModel(Weights, recipe.Model), sparse);
        teacher = new ClipFlow(new AvatarModel(teacherWeights, recipe.TeacherModel), whole);
        critic = new ClipFlow(new AvatarModel(criticWeights, recipe.TeacherModel), whole);
        Trained = Weights.All.Where(w => !AvatarModel.IsStatistic(w.Key)).ToDictionary();
        criticTrained = new(criticWeights.All.Where(w => !AvatarModel.IsStatistic(w.Key)).ToDictionary(), StringComparer.Ordinal);
        criticUpdate = new WeightUpdate(recipe with { MuonRate = recipe.CriticRate * recipe.MuonRate, AdamRate = recipe.CriticRate * recipe.AdamRate }, criticTrained);
        Carried = criticTrained.Concat(criticUpdate.State).ToDictionary(t => "critic." + t.Key, t => t.Value);
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained { get; }

    public IReadOnlyDictionary<string, Tensor> Carried { get; }

    Device Device => Weights.Device;

    float[] StepTimes => recipe.Model.Steps;

    // Of the same clips as the teacher's, whose copy is rounded.
    public void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        data.Prepare(recipe.Clips, withLips: true, progress, cancel);
        data.SetStatistics(student.Model);
    }

    public Tensor Loss(int step, LossParts parts)
    {
        using var scope = Tensor.Scope();
        var random = new RandomStream(recipe.Seed).Fork((ulong)step);
        if (step <= recipe.AdaptSteps)
        {
            var window = data.Draw(random, recipe.Window.Batch, recipe.Window.Latents);
            return scope.Keep(FlowLoss.Of(
                student, window.Latents, window, data.ErrorWeights(), AdaptingTimes(random), Noise(window, random),
                reader is null ? null : clean => MouthLoss(clean, window, parts)));
        }
        var (batch, x, times, isOwn) = Entry(step, random);
        var made = student.Clean(x, times, ClipCondition.Of(student.Model, batch.Drive, batch.References));
        var loss = Tensor.Filled(Device, [1], 0);
        if (recipe.MatchingWeight > 0) loss += parts.Add("matching", DistributionMatching.Loss(made, Direction(made, batch, random))) * recipe.MatchingWeight;
        if (!isOwn && recipe.RegressionWeight > 0) loss += Regression(made, batch, times, parts) * recipe.RegressionWeight;
        if (reader is not null) loss += MouthLoss(made, batch, parts); // what a sound asks of a mouth is known for every character
        return scope.Keep(loss);
    }

    Tensor Noise(MotionBatch batch, RandomStream random) => Tensor.Normal(Device, batch.Latents.Shape, random.Fork(1));

    // Half at the student's own times, the others anywhere: it stays useful with other numbers of steps.
    float[] AdaptingTimes(RandomStream random)
    {
        int each = recipe.TimestepByChunk ? recipe.Window.Latents : 1;
        float[] times = new float[recipe.Window.Batch * each];
        for (int i = 0; i < times.Length; i++)
            times[i] = i % each % recipe.Model.ChunkLatents != 0 ? times[i - 1] : random.Uniform() < 0.5f ? StepTimes[random.Integer(StepTimes.Length)] : DiffusionTask.DrawTime(random);
        return times;
    }

    /// <summary>
    /// What the student is given at one of its steps, no gradient through it: a puppet clip with noise, or what it made itself up
    /// to there, for a character that hears another's sound. All chunks of a clip are at one time, as in a call, so that a
    /// whole clip takes as many passes as a chunk.
    /// </summary>
    (MotionBatch Batch, Tensor X, float[] Times, bool IsOwn) Entry(int step, RandomStream random)
    {
        using var pause = Tape.Pause();
        double share = recipe.SelfMade * (step - recipe.AdaptSteps) / (double)(recipe.Steps - recipe.AdaptSteps);
        bool isOwn = random.Uniform() < share;
        var batch = data.Draw(random, recipe.Window.Batch, recipe.Window.Latents, isOwn ? Hears.Another : Hears.ItsOwn);
        int exit = random.Integer(StepTimes.Length);
        float[] times = new float[recipe.Window.Batch];
        var x = Noise(batch, random);
        if (isOwn && exit > 0)
        {
            var condition = ClipCondition.Of(student.Model, batch.Drive, batch.References);
            for (int i = 0; i < exit; i++) x = student.Advance(x, StepTimes[i], StepTimes[i + 1], condition);
        }
        Array.Fill(times, StepTimes[exit]);
        return (batch, isOwn ? x : FlowLoss.Noisy(batch.Latents, x, times), times, isOwn);
    }

    // Paper, eq. 4-6: away from where the student's own score points, towards the teacher's; more so at mouth and eyes.
    Tensor Direction(Tensor made, MotionBatch batch, RandomStream random)
    {
        using var scope = Tensor.Scope();
        using var pause = Tape.Pause();
        float[] times = MatchingTimes(random);
        var x = FlowLoss.Noisy(made.Detach(), Tensor.Normal(Device, made.Shape, random.Fork(2)), times);
        var fake = critic.Clean(x, times, ClipCondition.Of(critic.Model, batch.Drive, batch.References));
        var real = teacher.Clean(x, times, ClipCondition.Of(teacher.Model, batch.Drive, batch.References));
        var without = teacher.Clean(x, times, TeacherRollout.Unconditional(teacher.Model, batch.Drive, batch.References));
        return scope.Keep(DistributionMatching.Gradient(made, fake, real, without, recipe.TeacherModel.Guidance - 1) * batch.CellWeights);
    }

    float[] MatchingTimes(RandomStream random)
    {
        float[] times = new float[recipe.Window.Batch];
        for (int i = 0; i < times.Length; i++) times[i] = random.Uniform(0.02f, 0.98f);
        return times;
    }

    // The same measure as FlowLoss: an error of the clean latents, back to an error of the network's answer.
    Tensor Regression(Tensor made, MotionBatch batch, float[] times, LossParts parts)
    {
        using var scope = Tensor.Scope();
        var (_, _, answer) = student.Factors(times, times.Length);
        var error = (made - batch.Latents) / (answer * (1 - times[0]));
        return scope.Keep(parts.Add("regression", (error.Square() * (batch.CellWeights * data.ErrorWeights())).Mean()));
    }

    Tensor MouthLoss(Tensor clean, MotionBatch batch, LossParts parts) => parts.Add("mouths", reader!.Loss(clean, batch)) * recipe.MouthWeight;

    /// <summary>The critic follows the student: what its clips are distributed like, by flow matching on them.</summary>
    public void Step(int step)
    {
        if (step <= recipe.AdaptSteps || recipe.MatchingWeight <= 0) return;
        for (int i = 0; i < recipe.CriticUpdates; i++)
        {
            using var scope = Tensor.Scope();
            var random = new RandomStream(recipe.Seed + 1).Fork((ulong)((step * recipe.CriticUpdates) + i));
            int update = ((step - recipe.AdaptSteps - 1) * recipe.CriticUpdates) + i + 1;
            var (batch, x, times, _) = Entry(step, random);
            var made = student.Clean(x, times, ClipCondition.Of(student.Model, batch.Drive, batch.References));
            using var tape = new Tape();
            foreach (var weight in criticTrained.Values) tape.Watch(weight);
            var loss = FlowLoss.Of(critic, made, batch, data.ErrorWeights(), MatchingTimes(random), Tensor.Normal(Device, made.Shape, random.Fork(3)));
            tape.Backward(loss);
            float norm = criticUpdate.GradientNorm(tape);
            if (!float.IsFinite(norm)) throw new TrainingException(FormattableString.Invariant($"Step {step}: the critic's gradient is {norm}, expected a finite number."));
            criticUpdate.Apply(tape, step, norm, update);
        }
    }

    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        float[] times = [.. Enumerable.Repeat(MotionData.WatchedTime, recipe.Window.Batch)];
        return data.Watch(student.Model, step, recipe.Window, withSound: true, (batch, random) =>
            FlowLoss.Of(student, batch.Latents, batch, data.ErrorWeights(), times, Tensor.Normal(Device, batch.Latents.Shape, random)).Item());
    }

    public void Dispose()
    {
        sparse.Dispose();
        whole.Dispose();
        criticUpdate.Dispose();
        Weights.Dispose();
        teacherWeights.Dispose();
        criticWeights.Dispose();
        data.Dispose();
    }
}
