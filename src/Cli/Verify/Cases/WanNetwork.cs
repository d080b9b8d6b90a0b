using System.Globalization;
using System.Text.RegularExpressions;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>WanModel, t2v or i2v: one clip with what arises on the way, or a batch of clips of different sizes (x0, x1, ...) padded to seq_len.</summary>
internal sealed partial class WanNetwork : IGoldenNetwork
{
    public string Stem => "wan_";

    public bool Recognises(GoldenCase golden) => golden.HasWeight(WanInputs.Patches) && golden.HasWeight(WanInputs.Text) && (golden.HasInput("x") || golden.HasInput("x0"));

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        var model = new WanModel(weights, WanInputs.Config(golden));
        return [.. Tables(golden, model.Config, device), .. golden.HasInput("x") ? OneClip(golden, model) : Batch(golden, model)];
    }

    static List<GoldenValue> OneClip(GoldenCase golden, WanModel model)
    {
        using var scope = Tensor.Scope();
        var found = new List<GoldenValue>();
        var seen = WanInputs.Collect(golden, found);
        using var context = WanInputs.Context(golden, model, (name, tensor) =>
        {
            seen(name, tensor);
            if (FirstRows().Match(string.Join('\n', golden.Outputs)) is { Success: true } part && part.Groups[1].Value == name)
                seen(part.Value, tensor.Narrow(1, 0, Whole(part.Groups[2])));
        });
        var latents = WanInputs.Latents(golden, "x", "y", model.Device);
        using var pattern = BlockPattern.Whole(model.Device, model.Config.HeadWidth, TokenGrid.Of(latents.Shape));
        seen("pred", model.Forward(latents, WanInputs.Timesteps(golden, "t"), new WanCondition(context), pattern, seen));
        return found;
    }

    static List<GoldenValue> Batch(GoldenCase golden, WanModel model)
    {
        using var scope = Tensor.Scope();
        string[] numbers = [.. Enumerable.Range(0, int.MaxValue).Select(i => i.ToString(CultureInfo.InvariantCulture)).TakeWhile(i => golden.HasInput("x" + i))];
        Tensor[] clips = [.. numbers.Select(i => WanInputs.Latents(golden, "x" + i, "y" + i, model.Device))];
        Tensor[] prompts = [.. numbers.SelectMany(i => WanInputs.Prompts(golden, "context" + i, model.Device))];
        int longest = clips.Max(clip => TokenGrid.Of(clip.Shape).Count);
        int length = int.TryParse(golden.Metadata.GetValueOrDefault("seq_len"), out int stated) ? stated : longest;
        using var context = model.Context(prompts, golden.HasInput("clip_fea") ? golden.Input("clip_fea", model.Device) : null);
        var velocities = model.Forward(clips, WanInputs.Timesteps(golden, "t"), new WanCondition(context), length);
        return [.. numbers.Select((number, i) => new GoldenValue("pred" + number, velocities[i]))];
    }

    // Positions and timesteps, which need no weights.
    static List<GoldenValue> Tables(GoldenCase golden, WanConfig config, Device device)
    {
        using var scope = Tensor.Scope();
        var found = new List<GoldenValue>();
        foreach (string name in golden.Outputs)
            if (Sinusoid().Match(name) is { Success: true } wave)
                found.Add(new(name, TimeEmbedding.Waves(device, [double.Parse(wave.Groups[1].Value, CultureInfo.InvariantCulture)], Whole(wave.Groups[2]))));
        if (golden.HasInput("rope_x") && golden.HasOutput("rope_x"))
        {
            var x = golden.Input("rope_x", device);
            int[] grid = golden.HasConfig("grid")
                ? [.. golden.Config.GetProperty("grid").EnumerateArray().Select(extent => extent.GetInt32())]
                : Extents(TokenGrid.Of(WanInputs.Video(golden, "x", device)!.Shape));
            using var table = RotaryTable.Make(device, x.Shape.Last, grid[1], grid[2], [.. Enumerable.Range(0, grid[0])]);
            found.Add(new("rope_x", table.Apply(x)));
        }
        return found;
    }

    static int[] Extents(TokenGrid grid) => [grid.Frames, grid.Height, grid.Width];

    static int Whole(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^sinusoid_t([\d.]{1,20})_dim(\d{1,6})$")]
    private static partial Regex Sinusoid();

    [GeneratedRegex(@"^(text_embedding)_first(\d{1,6})$", RegexOptions.Multiline)]
    private static partial Regex FirstRows();
}
