using TalkingMachines.Tensors;

namespace TalkingMachines.Training;

/// <summary>The named components of a step's loss, for the log. Read only after the loss is built, so that a device is not stalled.</summary>
public sealed class LossParts : IDisposable
{
    readonly List<(string Name, Tensor Value)> parts = [];

    /// <summary>Notes a component of one element and returns it: <c>parts.Add("mouth", x) * 6</c>.</summary>
    public Tensor Add(string name, Tensor value)
    {
        if (value.Count != 1) throw new ArgumentException($"The part '{name}' of the loss is {value.Shape}, expected one element.");
        if (parts.Exists(p => p.Name == name)) throw new ArgumentException($"The part '{name}' of the loss was added twice.");
        parts.Add((name, value.Detach().Own())); // outlives the scope of the task that made it
        return value;
    }

    internal List<Metric> Read() => parts.ConvertAll(p => new Metric(p.Name, p.Value.Item()));

    public void Dispose()
    {
        foreach (var (_, value) in parts) value.Dispose();
        parts.Clear();
    }
}
