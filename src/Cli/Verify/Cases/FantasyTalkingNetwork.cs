using System.Globalization;
using System.Text.RegularExpressions;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>FantasyTalking's projection and alignment of sound, and one cross attention to text, picture and sound.</summary>
internal sealed partial class FantasyTalkingNetwork : IGoldenNetwork
{
    const int TextTokens = 512, PictureTokens = 257;

    public string Stem => "fantasytalking";

    public bool Recognises(GoldenCase golden) => golden.HasWeight("proj_model.proj.weight") && golden.HasInput("w2v_last");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var projection = golden.Weights.Tensors["proj_model.proj.weight"].Shape;
        int width = golden.InputShape("hidden").Last;
        var heads = new AttentionHeads(width, Heads(golden, width));
        var talk = new FantasyTalking(weights, heads, soundWidth: projection[1], width: projection[0]);
        var sound = talk.Project(golden.Input("w2v_last", device));
        var ranges = FantasyTalking.Ranges(sound.Shape[1], Frames(golden));
        var speech = FantasyTalking.Speech(sound, ranges);
        var layer = new FantasyTalkingLayer(weights.Under("cross_attn.processor"), heads, projection[0]);
        var attention = new CrossAttention(weights.Under("cross_attn"), width, heads.Count, seesPicture: true, sound: layer);
        var context = golden.Input("context", device);
        int rows = context.Shape[1], picture = rows > TextTokens ? rows - TextTokens : PictureTokens;
        var (seen, text) = (attention.ReadPicture(context.Narrow(1, 0, picture)), attention.ReadText(context.Narrow(1, picture, rows - picture)));
        List<GoldenValue> found =
        [
            new("audio_proj", sound), new("ranges", Flat(ranges)), new("windows", speech.Tokens), new("k_lens", speech.Lengths),
            new("attn", attention.Forward(golden.Input("hidden", device), text, seen, speech)),
        ];
        foreach (string name in golden.Outputs)
            if (RangesName().Match(name) is { Success: true } of) found.Add(new(name, Flat(FantasyTalking.Ranges(Whole(of.Groups[1]), Whole(of.Groups[2])))));
        return found;
    }

    static int Frames(GoldenCase golden) => int.TryParse(golden.Metadata.GetValueOrDefault("num_frames"), out int stated) ? stated : golden.Number("num_frames", 81);

    // Where neither config nor metadata names them: 128 wide as in Wan, or 32 as in all tiny networks.
    static int Heads(GoldenCase golden, int width) =>
        int.TryParse(golden.Metadata.GetValueOrDefault("num_heads"), out int stated) ? stated : golden.Number("num_heads", width / (width < 1024 ? 32 : 128));

    static int[] Flat((int First, int Last)[] ranges) => [.. ranges.SelectMany(range => new[] { range.First, range.Last })];

    static int Whole(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^ranges_(\d{1,6})_(\d{1,6})$")]
    private static partial Regex RangesName();
}
