using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests;

/// <summary>Runs the body of a test and compares the live storages of its device before and after.</summary>
internal static class LeakCheck
{
    /// <summary>Opens the device that <paramref name="name"/> names, runs <paramref name="body"/> and expects that nothing lives on.</summary>
    public static void On(string name, Action<Device> body)
    {
        using var device = Device.Parse(name);
        Around(device, () => body(device));
    }

    /// <summary>Runs <paramref name="body"/> and expects as many live storages and bytes as before.</summary>
    public static void Around(Device device, Action body)
    {
        var before = (device.Memory.LiveStorages, device.Memory.LiveBytes);
        body();
        Assert.Equal(before, (device.Memory.LiveStorages, device.Memory.LiveBytes));
    }
}
