using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Text;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// What the encoders make of prompts, picture and sound. Each encoder is loaded for its one use and freed before the next, and all
/// of them before the transformer: umT5 alone is a third as large as the largest one.
/// </summary>
public sealed class WanConditions : IDisposable
{
    /// <summary>Sound that is heard by wav2vec2 at once; its attention grows with the square.</summary>
    public static readonly TimeSpan LongestSound = TimeSpan.FromMinutes(10);

    /// <summary>Samples a second that wav2vec2 hears.</summary>
    public const int SampleRate = 16_000;

    const int LeastSamples = 3200; // a fifth of a second: enough for every layer of the convolutions

    readonly List<Tensor> owned = [];

    WanConditions()
    {
    }

    /// <summary>Features of the prompt. [L,text]</summary>
    public required Tensor Prompt { get; init; }

    /// <summary>Those of what is not wanted. [L,text]</summary>
    public required Tensor Negative { get; init; }

    /// <summary>CLIP's tokens of the picture, in i2v. [1,257,C]</summary>
    public Tensor? Clip { get; init; }

    /// <summary>wav2vec2's states of each speaker: of each layer by video frame [frames,layers,C] for MultiTalk, the last [1,T,C] for FantasyTalking; none without.</summary>
    public IReadOnlyList<Tensor> Sounds { get; init; } = [];

    /// <summary>Works all of them out.</summary>
    /// <param name="picture">[1,3,H,W] in [-1, 1]; CLIP gets it in its own size.</param>
    /// <param name="sounds">What each speaker says, at <see cref="SampleRate"/>, beginning together; silence where there is none.</param>
    /// <param name="frames">Frames of the video.</param>
    public static WanConditions Read(WanFolder folder, Device device, string prompt, string negative, Tensor? picture, float[][] sounds, int frames)
    {
        var made = new List<Tensor>();
        try
        {
            made.AddRange(Read(folder, device, prompt, negative));
            var clip = folder.Config.SeesPicture ? See(folder, device, picture ?? throw new ArgumentException("An i2v model was given no picture.")) : null;
            if (clip is not null) made.Add(clip);
            Tensor[] heard = folder.AddOn is null ? [] : Hear(folder, device, sounds.Length == 0 ? [[]] : sounds, frames);
            made.AddRange(heard);
            var all = new WanConditions { Prompt = made[0], Negative = made[1], Clip = clip, Sounds = heard };
            all.owned.AddRange(made);
            return all;
        }
        catch
        {
            foreach (var tensor in made) tensor.Dispose();
            throw;
        }
    }

    // Made by one network that is gone afterwards, memory and all.
    static Tensor[] Briefly(WanFolder folder, WanPart part, Device device, Func<Weights, Tensor[]> use)
    {
        Tensor[] results;
        using (var weights = WanAvatar.Open(folder, part, device))
        {
            using var scope = Tensor.Scope();
            results = [.. use(weights).Select(tensor => tensor.Own())];
        }
        device.Memory.Trim();
        return results;
    }

    static Tensor[] Read(WanFolder folder, Device device, params string[] texts)
    {
        var tokenizer = UnigramTokenizer.Load(folder.Tokenizer);
        return Briefly(folder, WanPart.TextEncoder, device, weights =>
        {
            var config = UmT5Config.Of(weights);
            var encoder = new UmT5Encoder(weights, config);
            return [.. texts.Select(text =>
            {
                var prompt = Text.Prompt.Of(tokenizer, text, folder.Config.TextLength);
                if (prompt.Ids.Max() >= config.Vocabulary) throw new WeightFileException($"{folder.Tokenizer} has token {prompt.Ids.Max()}, expected those of a text encoder with {config.Vocabulary}.");
                return encoder.Forward(prompt.Ids.AsSpan(0, prompt.Length));
            })];
        });
    }

    static Tensor See(WanFolder folder, Device device, Tensor picture) => Briefly(folder, WanPart.ImageEncoder, device, weights =>
    {
        var encoder = new ClipVisualEncoder(weights, ClipVisualConfig.Of(weights));
        return [encoder.Forward(picture)];
    })[0];

    // MultiTalk levels the loudness first; wav2vec2 takes mean and variance out again, so that it makes no difference.
    static Tensor[] Hear(WanFolder folder, Device device, float[][] sounds, int frames) => Briefly(folder, WanPart.SoundEncoder, device, weights =>
    {
        var encoder = new Wav2Vec2(weights, Wav2Vec2Config.Of(weights));
        int fps = folder.Sampling.FramesPerSecond;
        bool multi = folder.AddOn == WanPart.MultiTalk;
        // MultiTalk holds the last frame's state on, and hears speakers equally long; FantasyTalking is given exactly the video's length.
        int samples = (int)(multi ? sounds.Max(sound => sound.Length) : (long)frames * SampleRate / fps);
        return [.. sounds.Select(sound => multi ? States(sound) : encoder.HiddenStates(Features(sound))[^1])];

        Tensor Features(float[] sound)
        {
            float[] heard = new float[Math.Max(LeastSamples, samples)];
            sound.AsSpan(0, Math.Min(sound.Length, heard.Length)).CopyTo(heard);
            return encoder.Features(Wav2Vec2.Normalise(Tensor.From(device, [1, heard.Length], heard)));
        }

        Tensor States(float[] sound)                                                                          // [frames,layers,C]
        {
            using var scope = Tensor.Scope();
            int count = Math.Max(1, (int)(Math.Max(LeastSamples, (long)samples) * fps / SampleRate));
            var states = encoder.HiddenStates(Wav2Vec2.Resample(Features(sound), count));
            return scope.Keep(Tensor.Concat(1, [.. states.Skip(1).Select(state => state.Reshape(state.Shape[1], 1, state.Shape[2]))]));
        }
    });

    public void Dispose()
    {
        foreach (var tensor in owned) tensor.Dispose();
    }
}
