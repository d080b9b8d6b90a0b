using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>What a network with audio layers is given of a sound that is known as a whole, cut to the latents at hand.</summary>
public abstract class SpeechTrack : IDisposable
{
    /// <summary>
    /// The sound of <paramref name="frames"/> video frames from <paramref name="first"/> on: 4 n + 1 where they begin with a
    /// latent of a single frame, 4 n otherwise. In the current scope.
    /// </summary>
    public abstract SpeechTokens Heard(int first, int frames);

    /// <summary>Who is where, with several speakers; told of queries and keys by the pattern of self attention.</summary>
    public virtual SpeakerMap? Speakers => null;

    /// <summary>The same where nothing is said, for guidance; null: no sound layer adds anything.</summary>
    public abstract SpeechTokens? Silence(SpeechTokens heard);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>MultiTalk's (FACTS 5.2): hidden states of wav2vec2 by video frame, a window of them around each.</summary>
/// <param name="states">Of each speaker [frames,layers,channels], equally many frames; behind the end the last one goes on. Owned by this from now on.</param>
/// <param name="speakers">With several speakers, where each is; owned by this from now on.</param>
public sealed class MultiTalkTrack(MultiTalk talk, MultiTalkConfig config, IReadOnlyList<Tensor> states, SpeakerMap? speakers = null) : SpeechTrack
{
    public override SpeakerMap? Speakers => speakers;

    public override SpeechTokens Heard(int first, int frames)
    {
        using var scope = Tensor.Scope();
        bool single = frames % config.FramesPerLatent == 1;
        int added = single ? 0 : 1; // the projection wants a single frame first: its token is dropped again
        int last = states[0].Shape[0] - 1, count = frames + added, half = config.Window / 2;
        int[] rows = new int[count * config.Window];
        for (int frame = 0; frame < count; frame++)
            for (int i = 0; i < config.Window; i++) rows[(frame * config.Window) + i] = Math.Clamp(first - added + frame - half + i, 0, last);
        Tensor[] windows = [.. states.Select(person => person.Reshape(last + 1, config.Layers * config.Channels).Gather(rows))];
        var tokens = Projected(Tensor.Concat(0, windows).Reshape(states.Count, count, config.Window, config.Layers, config.Channels), added);
        return tokens with { Tokens = scope.Keep(tokens.Tokens) };
    }

    // Silence is zeros where the states were, not tokens of zeros; as in the reference it is nobody's in particular.
    public override SpeechTokens Silence(SpeechTokens heard)
    {
        using var scope = Tensor.Scope();
        int latents = heard.Tokens.Shape[0], frames = 1 + (config.FramesPerLatent * latents);
        var tokens = Projected(Tensor.Zeros(states[0].Device, [1, frames, config.Window, config.Layers, config.Channels]), 1);
        return tokens with { Tokens = scope.Keep(tokens.Tokens) };
    }

    SpeechTokens Projected(Tensor windows, int dropped)
    {
        using var scope = Tensor.Scope();
        var tokens = talk.Project(windows);                                                                   // [P,F,T,C]
        var speech = MultiTalk.Speech(dropped == 0 ? tokens : tokens.Narrow(1, dropped, tokens.Shape[1] - dropped), windows.Shape[0] == 1 ? null : speakers);
        return speech with { Tokens = scope.Keep(speech.Tokens) };
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var person in states) person.Dispose();
        speakers?.Dispose();
    }
}

/// <summary>FantasyTalking's (FACTS 5.1): tokens of wav2vec2's last hidden state, of which each latent hears a range.</summary>
/// <param name="tokens">[1,T,C] of a whole video of <paramref name="frames"/> frames, owned by this from now on.</param>
public sealed class FantasyTalkingTrack(Tensor tokens, int frames) : SpeechTrack
{
    readonly (int First, int Last)[] ranges = FantasyTalking.Ranges(tokens.Shape[1], frames);

    public override SpeechTokens Heard(int first, int frames)
    {
        int latent = WanSampling.Latents(first), count = WanSampling.Latents(frames);
        return FantasyTalking.Speech(tokens, [.. Enumerable.Range(latent, count).Select(i => ranges[Math.Min(i, ranges.Length - 1)])]);
    }

    public override SpeechTokens? Silence(SpeechTokens heard) => null;

    protected override void Dispose(bool disposing) => tokens.Dispose();
}
