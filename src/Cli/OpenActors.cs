using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli;

/// <summary>Models that perform beside the one that is measured, and that it owns.</summary>
/// <param name="measured">The one measured: the others must make pictures of its size.</param>
internal sealed class OpenActors(AvatarConfig measured) : IDisposable
{
    readonly List<Avatar> owned = [];
    readonly List<RolloutActor> all = [];

    public IReadOnlyList<RolloutActor> All => all;

    public void Add(string name, string folder, Device device, int? steps = null)
    {
        var avatar = Avatar.Load(folder, device, device, steps);
        owned.Add(avatar);
        if (avatar.Config.Picture != measured.Picture) throw new VerbException($"{folder} makes pictures of {avatar.Config.Picture} pixels a side, expected {measured.Picture} as the model beside which it stands.");
        if (all.Exists(actor => actor.Name == name)) throw new VerbException($"Two models would be called '{name}'.");
        all.Add(new RolloutActor(name, avatar));
    }

    public void Dispose()
    {
        foreach (var each in owned) each.Dispose();
    }
}
