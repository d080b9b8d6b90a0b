using TalkingMachines.Media;

namespace TalkingMachines.Serving;

/// <summary>Sound of a microphone on its way to an endpoint: resampled, cut into pieces, bounded. Any thread; the oldest is dropped.</summary>
internal sealed class MicrophoneSound
{
    /// <summary>Bytes of a piece: 60 ms, three packets of a call.</summary>
    public const int PieceBytes = 2 * PieceSamples;

    const int PieceSamples = RealtimeCommands.SampleRate * 60 / 1000;
    const int Most = 2 * RealtimeCommands.SampleRate; // what is older than 2 s is no conversation
    const int BlockSamples = 4096;

    readonly Lock gate = new();
    readonly Resampler resampler = new(SoundBlock.SampleRate, RealtimeCommands.SampleRate);
    readonly float[] ring = new float[Most];
    readonly float[] narrow;
    readonly float[] piece = new float[PieceSamples];
    long appended, taken;

    public MicrophoneSound() => narrow = new float[resampler.MaxOutput(BlockSamples)];

    /// <summary>Adds sound, 48 kHz; true once there is a piece to send.</summary>
    public bool Append(ReadOnlySpan<float> sound)
    {
        lock (gate)
        {
            while (sound.Length > 0)
            {
                var block = sound[..Math.Min(sound.Length, BlockSamples)];
                sound = sound[block.Length..];
                foreach (float sample in narrow.AsSpan(0, resampler.Process(block, narrow))) ring[appended++ % Most] = sample;
            }
            taken = Math.Max(taken, appended - Most);
            return appended - taken >= PieceSamples;
        }
    }

    /// <summary>Takes the oldest piece, s16le, if there is a whole one.</summary>
    public bool TryTake(Span<byte> pcm)
    {
        lock (gate)
        {
            if (appended - taken < PieceSamples) return false;
            for (int i = 0; i < PieceSamples; i++) piece[i] = ring[taken++ % Most];
            Pcm16.Encode(piece, pcm);
            return true;
        }
    }

    /// <summary>Forgets all that waits.</summary>
    public void Clear()
    {
        lock (gate) taken = appended;
    }
}
