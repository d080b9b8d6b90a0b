using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class DeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu", DType.F32)]
    [InlineData("cpu:0", "cpu:0", DType.F32)]
    [InlineData("cpu:0-0,0", "cpu:0", DType.F32)]
    [InlineData("reference", "reference", DType.F64)]
    public void Known_devices_open(string text, string name, DType compute)
    {
        using var device = Device.Parse(text);
        Assert.Equal((name, compute), (device.ToString(), device.Compute));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("CPU")]
    [InlineData("cpu:")]
    [InlineData("cpu:x")]
    [InlineData("cpu:-1")]
    [InlineData("cpu:1-0")]
    [InlineData("cpu:0-")]
    [InlineData("cpu:0-0-0")]
    [InlineData("cpu:0,,0")]
    [InlineData("cpu:99999")]
    [InlineData("cpu:0-2000000000")]
    [InlineData("cpu:99999999999999")]
    public void Anything_else_is_refused_with_what_was_expected(string text)
    {
        var error = Assert.Throws<ArgumentException>(() => Device.Parse(text).Dispose());
        Assert.Contains($"'{text}'", error.Message);
        Assert.Contains("expected cpu", error.Message);
    }
}
