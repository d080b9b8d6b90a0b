using System.Runtime.InteropServices;
using Xunit;

namespace TalkingMachines.Tests.Cli;

/// <summary>A test that lets espeak-ng's library speak; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VoiceFactAttribute : FactAttribute
{
    public VoiceFactAttribute()
    {
        if (!NativeLibrary.TryLoad("libespeak-ng.so.1", out _)) Skip = "libespeak-ng1 is not installed";
    }
}
