using System.Globalization;
using System.Text.RegularExpressions;
using TalkingMachines.Models.Solvers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>
/// Mathematics without weights: trajectories of solvers on the toy velocity A tanh(x) + 0.1 x t / 1000, tables of noise levels, warped
/// step lists, gradient and loss of distribution matching. Steps and shifts are in the outputs' names: unipc_40_5.traj.
/// </summary>
internal sealed partial class SolverCase : IGoldenNetwork
{
    const float UsualGuidance = 3.5f;

    public string Stem => "schedulers";

    public bool Recognises(GoldenCase golden) => golden.WeightFiles.Count == 0
        && golden.Outputs.Any(name => SolverName().IsMatch(name) || TableName().IsMatch(name) || WarpName().IsMatch(name) || name.StartsWith("dmd_", StringComparison.Ordinal));

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        foreach (var solver in golden.Outputs.Select(name => SolverName().Match(name)).Where(match => match.Success).DistinctBy(match => match.Groups["run"].Value))
            foreach (var value in Solve(golden, device, solver)) yield return value;
        foreach (string name in golden.Outputs)
        {
            if (TableName().Match(name) is { Success: true } table) yield return new(name, [.. Column(table).Select(value => (float)value)]);
            if (WarpName().Match(name) is not { Success: true } list) continue;
            var warped = new TimestepTable(Number(list, "shift"));
            yield return new(name, [.. list.Groups["list"].Value.Split('_').Select(entry => (float)warped.Warp(int.Parse(entry, CultureInfo.InvariantCulture)))]);
        }
        if (golden.HasInput("dmd_x"))
            foreach (var value in Match(golden, device)) yield return value;
    }

    static IEnumerable<GoldenValue> Solve(GoldenCase golden, Device device, Match match)
    {
        string run = match.Groups["run"].Value;
        using var solver = Named(match);
        var trajectory = new List<float>();
        float[] x = golden.Input("x0");
        for (int step = 0; step < solver.Steps; step++)
        {
            x = Step(golden, device, solver, step, x);
            trajectory.AddRange(x);
        }
        yield return new($"{run}.timesteps", [.. solver.Timesteps.Select(timestep => (float)timestep)]);
        yield return new($"{run}.sigmas", [.. solver.Sigmas]);
        yield return new($"{run}.traj", [.. trajectory]);
    }

    static FlowSolver Named(Match match)
    {
        int steps = (int)Number(match, "steps");
        double shift = Number(match, "shift");
        return match.Groups["kind"].Value switch
        {
            "unipc" => new UniPcSolver(steps, shift),
            "dpmpp" => new DpmSolver(steps, shift),
            _ => new EulerSolver(steps, shift),
        };
    }

    static float[] Step(GoldenCase golden, Device device, FlowSolver solver, int step, float[] from)
    {
        using var scope = Tensor.Scope();
        var shape = golden.InputShape("x0");
        int channels = shape[1], rest = shape.Product(2, shape.Rank);
        var x = Tensor.From(device, shape, from);
        // One matrix for all places: [C,C] times [B,C,rest].
        var mixed = golden.Input("A", device).Reshape(1, channels, channels).MatMul(x.Tanh().Reshape(shape[0], channels, rest)).Reshape(shape);
        return solver.Step(x, mixed + (x * (float)(0.1 * solver.Timesteps[step] / TimestepTable.Most))).ToArray();
    }

    static IEnumerable<double> Column(Match match)
    {
        var table = new TimestepTable(Number(match, "shift"), (int)Number(match, "count"));
        return match.Groups["column"].Value switch
        {
            "sigmas" => table.Sigmas,
            "timesteps" => table.Sigmas.Select(sigma => sigma * TimestepTable.Most),
            _ => table.TrainingWeights(),
        };
    }

    static GoldenValue[] Match(GoldenCase golden, Device device)
    {
        float guidance = golden.Metadata.TryGetValue("guidance", out string? stated) ? float.Parse(stated, CultureInfo.InvariantCulture) : UsualGuidance;
        using var scope = Tensor.Scope();
        var x = golden.Input("dmd_x", device);
        var gradient = DistributionMatching.Gradient(x, golden.Input("dmd_fake", device), golden.Input("dmd_real_cond", device), golden.Input("dmd_real_uncond", device), guidance);
        using var tape = new Tape();
        tape.Watch(x);
        var loss = DistributionMatching.Loss(x, gradient);
        float value = loss.Item();
        tape.Backward(loss);
        return [new("dmd_grad", gradient), new("dmd_loss", [value]), new("dmd_dloss_dx", tape.Gradient(x)!)];
    }

    static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<run>(?<kind>unipc|dpmpp|euler)_(?<steps>\d{1,4})_(?<shift>\d+(\.\d+)?))\.(timesteps|sigmas|traj)$")]
    private static partial Regex SolverName();

    [GeneratedRegex(@"^fm(?<count>\d{1,5})_shift(?<shift>\d+(\.\d+)?)\.(?<column>sigmas|timesteps|train_weights)$")]
    private static partial Regex TableName();

    [GeneratedRegex(@"^warp_(?<list>\d{1,4}(_\d{1,4})*)_shift(?<shift>\d+(\.\d+)?)$")]
    private static partial Regex WarpName();
}
