using TalkingMachines.Media;

namespace TalkingMachines.Tests.Wan;

/// <summary>Keeps frames and sound of a video.</summary>
internal sealed class FilmInMemory : IVideoWriter
{
    public List<byte[]> Frames { get; } = [];

    public List<float> Sound { get; } = [];

    public bool IsComplete { get; private set; }

    public void WriteFrame(ReadOnlySpan<byte> rgb) => Frames.Add(rgb.ToArray());

    public void WriteSound(ReadOnlySpan<float> mono) => Sound.AddRange(mono.ToArray());

    public void Complete(CancellationToken stop = default) => IsComplete = true;

    public void Dispose()
    {
    }
}
