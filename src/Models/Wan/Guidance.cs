using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// Guidance without classifier: a velocity is a weighted sum of what the network says under several conditions, weights
/// adding up to 1. t the prompt, a the sound, 0 none of it (FACTS 1.7, 5.1, 5.2).
/// </summary>
public sealed class Guidance
{
    readonly List<(float Weight, WanCondition Condition)> passes = [];

    Guidance(params ReadOnlySpan<(float Weight, WanCondition Condition)> all)
    {
        foreach (var pass in all)
            if (pass.Weight != 0) passes.Add(pass);
    }

    /// <summary>How often the network is asked.</summary>
    public int Passes => passes.Count;

    /// <summary>Only the prompt: v = v0 + g (vt - v0).</summary>
    public static Guidance OfText(WanContext prompt, WanContext negative, float text, SpeechTokens? heard = null) =>
        new((text, new(prompt, heard)), (1 - text, new(negative, heard)));

    /// <summary>FantasyTalking: v = v00 + gt (v0t - v00) + ga (vat - v0t); where both weights are equal, v0t falls out.</summary>
    public static Guidance OfTextThenSound(WanContext prompt, WanContext negative, float text, float sound, SpeechTokens heard, SpeechTokens? silence) =>
        new((1 - text, new(negative, silence)), (text - sound, new(prompt, silence)), (sound, new(prompt, heard)));

    /// <summary>MultiTalk: v = v00 + gt (vta - v0a) + ga (v0a - v00); at gt = 1, v = vt0 + ga (vta - vt0).</summary>
    public static Guidance OfSoundThenText(WanContext prompt, WanContext negative, float text, float sound, SpeechTokens heard, SpeechTokens? silence) => text == 1
        ? new((1 - sound, new(prompt, silence)), (sound, new(prompt, heard)))
        : new((1 - sound, new(negative, silence)), (text, new(prompt, heard)), (sound - text, new(negative, heard)));

    /// <summary>The guided velocity [1,16,F,h,w] of latents that hold all channels the network wants; in the current scope.</summary>
    public Tensor Velocity(WanModel model, Tensor latents, double timestep, IAttentionPattern pattern)
    {
        using var scope = Tensor.Scope();
        Tensor? sum = null;
        foreach (var (weight, condition) in passes)
        {
            using var inner = Tensor.Scope();
            var velocity = model.Forward(latents, [timestep], condition, pattern);
            if (weight != 1) velocity *= weight;
            var added = inner.Keep(sum is null ? velocity : sum + velocity);
            sum = added;
        }
        return scope.Keep(sum!);
    }
}
