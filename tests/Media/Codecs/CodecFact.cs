using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using Xunit;

namespace TalkingMachines.Tests.Media.Codecs;

/// <summary>A test that needs libvpx and libopus; skipped, with the reason, where one is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CodecFactAttribute : FactAttribute
{
    public CodecFactAttribute() => Skip = InstalledCodecs.Missing;
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CodecTheoryAttribute : TheoryAttribute
{
    public CodecTheoryAttribute() => Skip = InstalledCodecs.Missing;
}

internal static class InstalledCodecs
{
    /// <summary>What is missing, null where nothing is.</summary>
    public static string? Missing { get; } = FirstFailure(CodecLibrary.Vpx, CodecLibrary.Opus);

    static string? FirstFailure(params CodecLibrary[] libraries)
    {
        try
        {
            foreach (var library in libraries) library.Require();
            return null;
        }
        catch (MediaException missing)
        {
            return missing.Message;
        }
    }
}
