namespace TalkingMachines.Media;

/// <summary>A mono sound in memory.</summary>
/// <param name="Samples">Amplitudes, nominally in [-1, 1].</param>
/// <param name="SampleRate">Samples a second.</param>
public sealed record Sound(float[] Samples, int SampleRate);
