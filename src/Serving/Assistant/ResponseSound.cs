using TalkingMachines.Media;

namespace TalkingMachines.Serving;

/// <summary>The sound of one response as it comes: from 24 kHz s16le, cut anywhere, to 48 kHz.</summary>
internal sealed class ResponseSound(string responseId)
{
    readonly Resampler resampler = new(RealtimeCommands.SampleRate, SoundBlock.SampleRate);
    byte[] rest = []; // half a sample
    long received;    // samples at 24 kHz
    long itemBegan;   // where the newest item began, in samples received

    public string ResponseId => responseId;

    /// <summary>The newest part of the conversation that this sound belongs to.</summary>
    public string ItemId { get; private set; } = "";

    public int ContentIndex { get; private set; }

    public bool HasBegun { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>The next piece.</summary>
    public AssistantSound Append(SoundDelta delta)
    {
        if (ItemId != delta.ItemId) (ItemId, ContentIndex, itemBegan) = (delta.ItemId, delta.ContentIndex, received);
        byte[] bytes = rest.Length == 0 ? delta.Pcm : [.. rest, .. delta.Pcm];
        float[] narrow = new float[bytes.Length / 2];
        Pcm16.Decode(bytes, narrow);
        rest = bytes.Length % 2 == 0 ? [] : [bytes[^1]];
        received += narrow.Length;
        float[] sound = new float[resampler.MaxOutput(narrow.Length)];
        bool isFirst = !HasBegun;
        HasBegun = true;
        return new AssistantSound(responseId, sound.AsMemory(0, resampler.Process(narrow, sound)), isFirst, IsLast: false);
    }

    /// <summary>The last piece: what the resampler still holds, or nothing where the response was cut short.</summary>
    public AssistantSound End(bool isWhole)
    {
        HasEnded = true;
        float[] sound = isWhole ? new float[resampler.MaxTail] : [];
        return new AssistantSound(responseId, isWhole ? sound.AsMemory(0, resampler.Finish(sound)) : sound, IsFirst: false, IsLast: true);
    }

    /// <summary>How much of the newest item was heard where <paramref name="heard"/> of the response was; null if all of it was.</summary>
    public TimeSpan? HeardOfItem(TimeSpan heard)
    {
        var before = TimeSpan.FromSeconds((double)itemBegan / RealtimeCommands.SampleRate);
        var all = TimeSpan.FromSeconds((double)received / RealtimeCommands.SampleRate);
        return heard >= all ? null : heard <= before ? TimeSpan.Zero : heard - before;
    }
}
