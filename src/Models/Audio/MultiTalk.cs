using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>Sizes of MultiTalk's and InfiniteTalk's audio layers (FACTS 5.2).</summary>
public sealed record MultiTalkConfig
{
    /// <summary>Video frames of sound around each video frame.</summary>
    public int Window { get; init; } = 5;

    /// <summary>Layers of wav2vec2 whose hidden states are taken, and their width.</summary>
    public int Layers { get; init; } = 12;

    public int Channels { get; init; } = 768;

    public int Intermediate { get; init; } = 512;

    /// <summary>Tokens of a latent, and their width.</summary>
    public int Tokens { get; init; } = 32;

    public int Output { get; init; } = 768;

    /// <summary>Video frames of every latent but the first.</summary>
    public int FramesPerLatent { get; init; } = 4;

    /// <summary>Video frames of sound a latent of several frames hears: half a window before its first frame, half a window after its last.</summary>
    public int LaterWindow => Window + FramesPerLatent - 1;

    /// <summary>This, if its numbers fit together; otherwise an error that says which don't.</summary>
    public MultiTalkConfig Checked()
    {
        foreach (int value in new[] { Window, Layers, Channels, Intermediate, Tokens, Output, FramesPerLatent })
            if (value is < 1 or > 1 << 17) throw new ArgumentException($"A size of the MultiTalk layers is {value}, expected 1 to {1 << 17}.");
        if (Window % 2 == 0) throw new ArgumentException($"The audio window is {Window} video frames, expected an odd number.");
        if (FramesPerLatent < 2) throw new ArgumentException($"A latent has {FramesPerLatent} video frames, expected 2 or more.");
        return this;
    }
}

/// <summary>MultiTalk's audio layers on top of a Wan i2v network: sound to tokens, and a cross attention in each block.</summary>
public sealed class MultiTalk
{
    readonly Weights weights;
    readonly WanConfig video;
    readonly MultiTalkConfig config;
    readonly Linear first;
    readonly Linear later;
    readonly Linear second;
    readonly Linear third;
    readonly LayerNorm norm;

    /// <summary>With weights that have the names of the network they belong to: blocks.N.audio_cross_attn, blocks.N.norm_x, audio_proj.</summary>
    public MultiTalk(Weights weights, WanConfig video, MultiTalkConfig config)
    {
        (this.weights, this.video, this.config) = (weights, video, config.Checked());
        int values = config.Layers * config.Channels;
        var projection = weights.Under("audio_proj");
        first = new Linear(projection.Under("proj1"), config.Window * values, config.Intermediate);
        later = new Linear(projection.Under("proj1_vf"), config.LaterWindow * values, config.Intermediate);
        second = new Linear(projection.Under("proj2"), config.Intermediate, config.Intermediate);
        third = new Linear(projection.Under("proj3"), config.Intermediate, config.Tokens * config.Output);
        norm = new LayerNorm(projection.Under("norm"), config.Output);
    }

    /// <summary>The cross layer of a block.</summary>
    public ICrossLayer<WanCondition> Layer(int layer) => new MultiTalkLayer(weights.Under($"blocks.{layer}"), video, config.Output);

    /// <summary>
    /// Tokens [P,F,T,C] of P people from their sound [P,frames,window,layers,channels]: hidden states of wav2vec2 by video
    /// frame, each with its neighbours; frames = 1 + 4 (F - 1).
    /// </summary>
    public Tensor Project(Tensor sound)
    {
        using var scope = Tensor.Scope();
        var s = sound.Shape;
        int people = s[0], per = config.FramesPerLatent, values = config.Layers * config.Channels, latents = (s[1] - 1) / per;
        if (s.Rank != 5 || s[1] != 1 + (latents * per) || s[2] != config.Window || s[3] != config.Layers || s[4] != config.Channels)
            throw new ArgumentException($"Sound is {s}, expected [people,{per}n+1,{config.Window},{config.Layers},{config.Channels}].");
        var h = first.Forward(sound.Narrow(1, 0, 1).Reshape(people, 1, config.Window * values)).Relu();       // [P,1,512]
        if (latents > 0)
        {
            var rest = sound.Narrow(1, 1, latents * per).Reshape(people, latents, per * config.Window, values);
            h = Tensor.Concat(1, h, later.Forward(LaterWindows(rest)).Relu());                                // [P,F,512]
        }
        var tokens = third.Forward(second.Forward(h).Relu()).Reshape(people, 1 + latents, config.Tokens, config.Output);
        return scope.Keep(norm.Forward(tokens));
    }

    // Of a latent's frames the first brings its past half, the last its future half, each its centre: no moment comes twice.
    Tensor LaterWindows(Tensor frames)                                                                        // [P,n,4 window,values]
    {
        using var scope = Tensor.Scope();
        var s = frames.Shape;
        int window = config.Window, centre = window / 2, per = config.FramesPerLatent;
        var parts = new List<Tensor> { frames.Narrow(2, 0, centre + 1) };
        for (int frame = 1; frame < per - 1; frame++) parts.Add(frames.Narrow(2, (frame * window) + centre, 1));
        parts.Add(frames.Narrow(2, ((per - 1) * window) + centre, centre + 1));
        return scope.Keep(Tensor.Concat(2, [.. parts]).Reshape(s[0], s[1], config.LaterWindow * s[3]));
    }

    /// <summary>What the cross layers are given: the tokens of each latent [F,P T,C], people side by side. With several people, who is where.</summary>
    public static SpeechTokens Speech(Tensor tokens, SpeakerMap? speakers = null)
    {
        var s = tokens.Shape;                                                                                 // [P,F,T,C]
        if (s[0] > 1 && speakers is null) throw new ArgumentException($"{s[0]} people speak, expected a map of who is where.");
        return new SpeechTokens(tokens.Permute(1, 0, 2, 3).Reshape(s[1], s[0] * s[2], s[3]), Speakers: speakers);
    }
}

/// <summary>MultiTalk's cross attention of each latent's tokens to its own sound. No norm on queries or keys, no gate.</summary>
public sealed class MultiTalkLayer(Weights weights, WanConfig video, int inputs) : ICrossLayer<WanCondition>
{
    readonly AttentionHeads heads = new(video.Width, video.Heads);
    readonly LayerNorm norm = new(weights.Under("norm_x"), video.Width, video.Epsilon);
    readonly Linear q = new(weights.Under("audio_cross_attn.q_linear"), video.Width, video.Width);
    readonly Linear kv = new(weights.Under("audio_cross_attn.kv_linear"), inputs, 2 * video.Width);
    readonly Linear o = new(weights.Under("audio_cross_attn.proj"), video.Width, video.Width);

    public string Name => "audio_cross_attn";

    public Tensor Forward(Tensor x, WanCondition condition)
    {
        using var scope = Tensor.Scope();
        var speech = condition.Speech ?? throw new ArgumentException("A network with MultiTalk layers was given no sound.");
        int n = speech.Tokens.Shape[0], d = heads.Width;
        var queries = heads.Split(q.Forward(norm.Forward(x)));                                                // [B,F*S,H,D/H]
        var both = kv.Forward(speech.Tokens);                                                                 // [n,T,2D]
        var (keys, values) = (heads.Split(both.Narrow(2, 0, d)), heads.Split(both.Narrow(2, d, d)));
        if (speech.Speakers is { } speakers) (queries, keys) = (speakers.RotateQueries(queries), speakers.RotateKeys(keys));
        queries = queries.Reshape(n, -1, heads.Count, d / heads.Count);                                       // [n,S,H,D/H]
        return scope.Keep(o.Forward(heads.Find(queries, keys, values).Reshape(x.Shape)));
    }
}
