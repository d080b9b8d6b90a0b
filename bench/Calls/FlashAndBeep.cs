using TalkingMachines.Serving;

namespace TalkingMachines.Calls;

/// <summary>Shows white and sounds a tone at the same media time, every two seconds, on the way from a session to its call.</summary>
internal sealed class FlashAndBeep(ISessionOutput call) : ISessionOutput
{
    const double Period = 2, FlashSeconds = 0.125;

    readonly float[] tone = new float[Session.PacketSamples];
    byte[] frame = [];
    long sample;
    double flashed = double.NegativeInfinity;

    public void Show(ReadOnlySpan<byte> rgb, TimeSpan time)
    {
        if (frame.Length != rgb.Length) frame = new byte[rgb.Length];
        if (time.TotalSeconds > flashed + Period) flashed = time.TotalSeconds;
        frame.AsSpan().Fill(time.TotalSeconds < flashed + FlashSeconds ? (byte)255 : (byte)30);
        call.Show(frame, time);
    }

    public void Play(ReadOnlySpan<float> sound, TimeSpan time)
    {
        for (int i = 0; i < tone.Length; i++)
        {
            double at = time.TotalSeconds + ((double)i / SoundBlock.SampleRate);
            tone[i] = at >= flashed && at < flashed + FlashSeconds ? 0.5f * MathF.Sin(2 * MathF.PI * 1000 * sample++ / SoundBlock.SampleRate) : 0;
        }
        call.Play(tone, time);
    }
}
