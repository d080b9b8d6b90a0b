using TalkingMachines.Evaluation;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>SyncNet: embeddings of faces and cepstra, the cepstrum itself, and the scores of given embeddings.</summary>
internal sealed class SyncNetCase : IGoldenNetwork
{
    public string Stem => "syncnet";

    public bool Recognises(GoldenCase golden) => golden.HasOutput("mfcc") || golden.HasOutput("dists") || golden.HasWeight("netcnnaud.0.weight");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        var values = new List<GoldenValue>();
        if (golden.HasOutput("mfcc")) values.Add(new("mfcc", new MelCepstrum().Compute(golden.Input("wav_int16_as_i32"))));
        if (golden.HasInput("feat_video")) Score(golden, values);
        if (golden.HasOutput("lip_embed") || golden.HasOutput("audio_embed") || golden.HasOutput("lip_feat512")) Embed(golden, device, values);
        return values;
    }

    static void Score(GoldenCase golden, List<GoldenValue> values)
    {
        var score = SyncScore.Of(golden.Input("feat_video"), golden.Input("feat_audio"), golden.InputShape("feat_video").Last);
        values.Add(new("dists", score.Distances));
        values.Add(new("mean_dists", score.MeanDistances));
        values.Add(new("min_dist", [score.Distance]));
        values.Add(new("confidence", [score.Confidence]));
        values.Add(new("offset", [score.Offset]));
        values.Add(new("framewise_conf_medfilt9", score.FrameConfidence));
    }

    static void Embed(GoldenCase golden, Device device, List<GoldenValue> values)
    {
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var network = new SyncNet(weights);
        if (golden.HasOutput("audio_embed")) values.Add(new("audio_embed", network.Sound(golden.Input(golden.HasInput("audio_mfcc_blocks") ? "audio_mfcc_blocks" : "audio", device))));
        if (!golden.HasInput("lip")) return;
        var features = network.LipFeatures(golden.Input("lip", device));
        values.Add(new("lip_feat512", features));
        values.Add(new("lip_embed", network.Embed(features)));
    }
}
