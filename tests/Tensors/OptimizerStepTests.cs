using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class OptimizerStepTests
{
    const float Rate = 0.01f, Beta1 = 0.9f, Beta2 = 0.99f, Epsilon = 1e-8f, Decay = 0.1f;

    [Fact]
    public void The_first_step_moves_each_weight_by_the_rate_against_its_gradient() => LeakCheck.On("reference", device =>
    {
        using var scope = Tensor.Scope();
        var weight = Tensor.From(device, [3], [1, 1, 1]);
        Step(device, weight, Tensor.From(device, [3], [5, -0.001f, 0]), Moments(device, 3), decay: 0, step: 1);
        float[] expected = [1 - Rate, 1 + Rate, 1];
        for (int i = 0; i < 3; i++) Assert.Equal(expected[i], weight.ToArray()[i], 1e-6f);
    });

    [Fact]
    public void Decay_shrinks_weights_apart_from_the_gradient() => LeakCheck.On("reference", device =>
    {
        using var scope = Tensor.Scope();
        var weight = Tensor.From(device, [2], [4, -2]);
        Step(device, weight, Tensor.Zeros(device, [2]), Moments(device, 2), Decay, step: 1);
        Assert.Equal(4 * (1 - (Rate * Decay)), weight.ToArray()[0], 1e-6f);
        Assert.Equal(-2 * (1 - (Rate * Decay)), weight.ToArray()[1], 1e-6f);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(70_003)]
    public void Cpu_steps_agree_with_the_reference(int count)
    {
        var (expected, found) = (AfterSteps("reference", count), AfterSteps("cpu", count));
        for (int part = 0; part < expected.Length; part++)
            for (int i = 0; i < count; i++) Assert.True(Math.Abs(expected[part][i] - found[part][i]) < 2e-6f, $"element {i} of part {part} is {found[part][i]}, expected {expected[part][i]}");
    }

    // Weights and both moments after five steps.
    static float[][] AfterSteps(string name, int count)
    {
        float[][] result = [];
        LeakCheck.On(name, device =>
        {
            using var scope = Tensor.Scope();
            var random = new RandomStream(50);
            var weight = Tensor.Normal(device, [count], random);
            var moments = Moments(device, count);
            for (int step = 1; step <= 5; step++) Step(device, weight, Tensor.Normal(device, [count], random), moments, Decay, step);
            result = [weight.ToArray(), moments.M.ToArray(), moments.V.ToArray()];
        });
        return result;
    }

    static (Tensor M, Tensor V) Moments(Device device, int count) => (Tensor.Zeros(device, [count]), Tensor.Zeros(device, [count]));

    static void Step(Device device, Tensor weight, Tensor gradient, (Tensor M, Tensor V) moments, float decay, int step) =>
        device.Backend.AdamW(weight, gradient, moments.M, moments.V, Rate, Beta1, Beta2, Epsilon, decay, step);
}
