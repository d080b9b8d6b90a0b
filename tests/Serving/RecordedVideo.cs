using System.Security.Cryptography;
using TalkingMachines.Media;

namespace TalkingMachines.Tests.Serving;

/// <summary>A video writer that keeps a hash of each frame and the sound.</summary>
internal sealed class RecordedVideo : IVideoWriter
{
    public List<string> Frames { get; } = [];

    public List<float> Sound { get; } = [];

    public bool IsComplete { get; private set; }

    /// <summary>Throws at the frame of this number, as a full disk does.</summary>
    public int? FailsAt { get; init; }

    /// <summary>Called with the number of each frame.</summary>
    public Action<int> OnFrame { get; init; } = _ => { };

    public void WriteFrame(ReadOnlySpan<byte> rgb)
    {
        if (Frames.Count == FailsAt) throw new MediaException("could not write x.avi: no space left.");
        OnFrame(Frames.Count);
        Frames.Add(Convert.ToHexString(SHA256.HashData(rgb)));
    }

    public void WriteSound(ReadOnlySpan<float> mono) => Sound.AddRange(mono);

    public void Complete(CancellationToken stop = default) => IsComplete = true;

    public void Dispose()
    {
    }
}
