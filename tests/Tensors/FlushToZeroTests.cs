using System.Runtime.InteropServices;
using TalkingMachines.Tensors;
using TalkingMachines.Tensors.Cpu;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class FlushToZeroTests
{
    // Not constants: the compiler would compute them in the usual mode.
    static float small = 1e-30f;
    static double tiny = 1e-300;

    static bool IsFlushed => small * 1e-12f == 0;

    [Theory]
    [InlineData("cpu:0")]
    [InlineData("cpu:0-1")]
    public void Kernels_round_what_is_too_small_to_zero_and_leave_the_thread_as_it_was(string name) => LeakCheck.On(name, device =>
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        using var scope = Tensor.Scope();
        float[] values = new float[1 << 16]; // enough for two workers
        Array.Fill(values, small);
        var x = Tensor.From(device, [256, 256], values);
        Assert.All((x * 1e-12f).ToArray(), value => Assert.Equal(0, value));
        Assert.All(x.MatMul(Tensor.Filled(device, [256, 256], 1e-12f)).ToArray(), value => Assert.Equal(0, value));
        Assert.False(IsFlushed);
        Assert.NotEqual(0, tiny * 1e-12);
    });

    [Fact]
    public void A_mode_that_was_there_before_stays()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        using (FlushToZero.Begin())
        {
            using (FlushToZero.Begin()) Assert.True(IsFlushed);
            Assert.True(IsFlushed);
        }
        Assert.False(IsFlushed);
    }
}
