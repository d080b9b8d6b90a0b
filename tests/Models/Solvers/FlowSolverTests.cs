using TalkingMachines.Models.Solvers;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models.Solvers;

/// <summary>Solvers beyond their golden trajectories: they arrive at the data, in any number of steps, and hold nothing afterwards.</summary>
public sealed class FlowSolverTests
{
    public static TheoryData<string, int> Runs => new()
    {
        { "euler", 1 }, { "euler", 5 }, { "dpm", 1 }, { "dpm", 2 }, { "dpm", 5 }, { "unipc", 1 }, { "unipc", 2 }, { "unipc", 5 },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_velocity_that_knows_the_data_leads_to_it(string kind, int steps) => LeakCheck.On("cpu:0", device =>
    {
        using var solver = Solver(kind, steps, 3);
        using var scope = Tensor.Scope();
        var data = Tensor.From(device, [3], [0.5f, -2, 7]);
        var x = Tensor.From(device, [3], [1, 0.25f, -1]);
        for (int step = 0; step < steps; step++) x = solver.Step(x, (x - data) * (1 / solver.Sigmas[step]));
        Assert.Equal([0.5f, -2, 7], x.ToArray().Select(value => MathF.Round(value, 4)));
    });

    [Theory]
    [InlineData("dpm")]
    [InlineData("unipc")]
    public void Second_order_is_nearer_to_the_flow_than_euler(string kind) => LeakCheck.On("cpu:0", device =>
    {
        float exact = Flow(device, "euler", 1000);
        Assert.True(MathF.Abs(Flow(device, kind, 10) - exact) < 0.5f * MathF.Abs(Flow(device, "euler", 10) - exact));
    });

    [Fact]
    public void Levels_that_do_not_fall_are_refused() => Assert.Throws<ArgumentException>(() => new EulerSolver([0.5, 0.7]));

    [Fact]
    public void A_step_too_many_is_refused() => LeakCheck.On("cpu:0", device =>
    {
        using var solver = Solver("unipc", 1, 1);
        using var scope = Tensor.Scope();
        var x = Tensor.Zeros(device, [1]);
        solver.Step(x, x);
        Assert.Throws<InvalidOperationException>(() => solver.Step(x, x));
    });

    /// <summary>Where data that is normal with deviation 1/2 goes: velocity = noise - data, both guessed from x.</summary>
    static float Flow(Device device, string kind, int steps)
    {
        using var solver = Solver(kind, steps, 1);
        using var scope = Tensor.Scope();
        var x = Tensor.From(device, [1], [1.3f]);
        for (int step = 0; step < steps; step++)
        {
            float noise = solver.Sigmas[step], data = 1 - noise, variance = (data * data * 0.25f) + (noise * noise);
            x = solver.Step(x, x * ((noise - (data * 0.25f)) / variance));
        }
        return x.Item();
    }

    static FlowSolver Solver(string kind, int steps, double shift) => kind switch
    {
        "euler" => new EulerSolver(steps, shift),
        "dpm" => new DpmSolver(steps, shift),
        _ => new UniPcSolver(steps, shift),
    };
}
