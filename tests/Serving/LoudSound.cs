using TalkingMachines.Serving;

namespace TalkingMachines.Tests.Serving;

/// <summary>Hears a session and counts what is not silence.</summary>
sealed class LoudSound : ISessionOutput
{
    int loud;

    /// <summary>Samples heard that are not silence.</summary>
    public int Loud => Volatile.Read(ref loud);

    public void Show(ReadOnlySpan<byte> rgb, TimeSpan time)
    {
    }

    public void Play(ReadOnlySpan<float> sound, TimeSpan time)
    {
        foreach (float sample in sound)
            if (Math.Abs(sample) > 0.1f) loud++;
    }
}
