using System.Globalization;
using System.Text.RegularExpressions;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>
/// Wan's autoencoder under the names of diffusers (vae/ of a folder in its layout), turned into Wan's own. Its encoder counts stages
/// as Wan does; its decoder groups them by size, several residual blocks and what doubles the picture.
/// </summary>
public static partial class DiffusersAutoencoder
{
    const string Sign = "decoder.up_blocks.0.resnets.0.conv1.weight";

    static readonly (string Theirs, string Ours)[] Ends =
    [
        ("conv_in.", "conv1."),
        ("conv_out.", "head.2."),
        ("norm_out.", "head.0."),
        ("mid_block.attentions.0.", "middle.1."),
        ("quant_conv.", "conv1."),
        ("post_quant_conv.", "conv2."),
    ];

    static readonly (string Theirs, string Ours)[] Inside =
    [
        ("norm1.", "residual.0."),
        ("conv1.", "residual.2."),
        ("norm2.", "residual.3."),
        ("conv2.", "residual.6."),
        ("conv_shortcut.", "shortcut."),
    ];

    /// <summary>The autoencoder under Wan's names; a source that has them already stays as it is. Owns the source.</summary>
    public static IWeightSource Renamed(IWeightSource source)
    {
        if (!source.Tensors.ContainsKey(Sign)) return source;
        int blocks = 1;
        while (source.Tensors.ContainsKey($"decoder.up_blocks.0.resnets.{blocks}.conv1.weight")) blocks++;
        return RenamedWeights.By(source, name => Name(name, blocks));
    }

    /// <param name="blocks">Residual blocks of each size in the decoder: 3.</param>
    static string Name(string name, int blocks)
    {
        string half = Half().Match(name).Value, rest = name[half.Length..];
        if (Stage().Match(rest) is not { Success: true } stage) return half + DiffusersNames.Renamed(rest, Ends);
        int Number(string group) => int.Parse(stage.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        string ours = stage.Groups["down"].Success ? $"downsamples.{Number("down")}"
            : stage.Groups["middle"].Success ? $"middle.{2 * Number("middle")}"
            : $"upsamples.{(Number("up") * (blocks + 1)) + (stage.Groups["block"].Success ? Number("block") : blocks)}";
        return $"{half}{ours}.{DiffusersNames.Renamed(rest[stage.Length..], Inside)}";
    }

    [GeneratedRegex(@"^(encoder|decoder)\.")]
    private static partial Regex Half();

    [GeneratedRegex(@"^(down_blocks\.(?<down>\d{1,4})|mid_block\.resnets\.(?<middle>\d{1,4})|up_blocks\.(?<up>\d{1,4})\.(resnets\.(?<block>\d{1,4})|upsamplers\.0))\.")]
    private static partial Regex Stage();
}
