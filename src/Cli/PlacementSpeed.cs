using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>How fast the shipped model runs here on one placement of its parts.</summary>
/// <param name="Device">As --device takes it.</param>
/// <param name="Chunk">Time between chunks when nothing else is going on.</param>
/// <param name="Calls">Calls held in real time.</param>
internal sealed record PlacementSpeed(string Device, TimeSpan Chunk, TimeSpan RealTime, int Calls)
{
    public bool HoldsRealTime => Chunk < RealTime;

    /// <summary>Measures the usual placements, a second or two each, fastest first.</summary>
    public static IReadOnlyList<PlacementSpeed> Measure(string folder) =>
        [.. Placement.Usual(Environment.ProcessorCount).Select(device => Measure(folder, device)).OrderBy(each => each.Chunk)];

    static PlacementSpeed Measure(string folder, string device)
    {
        using var placement = Placement.Open(device);
        using var avatar = Avatar.Load(folder, placement.Diffusion, placement.Decoder);
        using var character = new CharacterReference(avatar, new Picture(avatar.Config.Picture, avatar.Config.Picture));
        var chunk = ChunkSpeed.Measure(avatar, character, TimeProvider.System);
        return new PlacementSpeed(device, chunk, CallHub.RealTime(avatar.Config), CallHub.CallsHeld(avatar.Config, chunk));
    }
}
