namespace TalkingMachines.Media;

/// <summary>A mono sound that is read from front to back in constant memory.</summary>
public interface ISoundReader : IDisposable
{
    /// <summary>Samples a second.</summary>
    int SampleRate { get; }

    /// <summary>How many samples the whole sound has; null where only reading to the end tells.</summary>
    long? FrameCount { get; }

    /// <summary>Fills <paramref name="mono"/> from its start and returns the count; less than asked only at the end, then 0.</summary>
    /// <exception cref="MediaException">The sound is damaged or its source failed.</exception>
    int Read(Span<float> mono);
}
