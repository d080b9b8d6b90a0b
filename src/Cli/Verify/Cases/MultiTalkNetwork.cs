using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>A Wan i2v network with MultiTalk's audio layers: one person, and two with masks of where they are.</summary>
internal sealed class MultiTalkNetwork : IGoldenNetwork
{
    public string Stem => "multitalk";

    public bool Recognises(GoldenCase golden) => golden.HasWeight("audio_proj.proj1_vf.weight") && golden.HasWeight(WanInputs.Patches);

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        var video = WanInputs.Config(golden);
        var talk = new MultiTalk(weights, video, Config(golden));
        var model = new WanModel(weights, video, talk);
        using var scope = Tensor.Scope();
        using var context = WanInputs.Context(golden, model);
        var found = new List<GoldenValue>();
        if (golden.HasInput("audio"))
        {
            var tokens = talk.Project(golden.Input("audio", device));
            WanInputs.Collect(golden, found)("audio_tokens", tokens);
            Pass(golden, model, context, MultiTalk.Speech(tokens), "_1person", found);
        }
        if (golden.HasInput("audio_2p"))
        {
            var masks = golden.InputShape("ref_masks_2p");
            var grid = TokenGrid.Of(WanInputs.Video(golden, "x", device)!.Shape);
            using var speakers = new SpeakerMap(device, new AttentionHeads(video.Width, video.Heads), grid, golden.Input("ref_masks_2p"), masks[1], masks[2]);
            Pass(golden, model, context, MultiTalk.Speech(talk.Project(golden.Input("audio_2p", device)), speakers), "_2person", found);
        }
        return found;
    }

    static MultiTalkConfig Config(GoldenCase golden)
    {
        var usual = new MultiTalkConfig();
        var sound = golden.InputShape(golden.HasInput("audio") ? "audio" : "audio_2p"); // [people,frames,window,layers,channels]
        return new()
        {
            Window = sound[2],
            Intermediate = golden.Number("intermediate_dim", usual.Intermediate),
            Output = golden.Number("output_dim", usual.Output),
            Tokens = golden.Number("context_tokens", usual.Tokens),
            FramesPerLatent = golden.Number("vae_scale", usual.FramesPerLatent),
            Layers = sound[3],
            Channels = sound[4],
        };
    }

    static void Pass(GoldenCase golden, WanModel model, WanContext context, SpeechTokens speech, string ending, List<GoldenValue> found)
    {
        using var scope = Tensor.Scope();
        var latents = WanInputs.Latents(golden, "x", "y", model.Device);
        using var pattern = new BlockPattern(model.Device, model.Config.HeadWidth, TokenGrid.Of(latents.Shape), [latents.Shape[2]], (_, _) => true) { Speakers = speech.Speakers };
        var seen = WanInputs.Collect(golden, found, ending);
        seen("pred", model.Forward(latents, WanInputs.Timesteps(golden, "t"), new WanCondition(context, speech), pattern, seen));
    }
}
