using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>What a network asked of a weight file, and what it would have got.</summary>
public sealed class KeyReport
{
    const int MostListed = 12;

    readonly SortedSet<string> missing = new(StringComparer.Ordinal), wrong = new(StringComparer.Ordinal);
    readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <summary>Parameters that the file lacks, with the shapes they should have.</summary>
    public IReadOnlyCollection<string> Missing => missing;

    /// <summary>Parameters of another shape than expected.</summary>
    public IReadOnlyCollection<string> Wrong => wrong;

    /// <summary>Elements of all parameters asked for.</summary>
    public long Count { get; private set; }

    /// <summary>Keys of the file that the network has no use for, except those it is known to carry along.</summary>
    public IReadOnlyCollection<string> Unexpected(IWeightSource file, Func<string, bool>? ignored = null) =>
        [.. file.Tensors.Keys.Where(key => !asked.Contains(key) && ignored?.Invoke(key) != true).Order(StringComparer.Ordinal)];

    internal void Ask(string key, in Shape shape, IReadOnlyDictionary<string, StoredTensor> held)
    {
        asked.Add(key);
        Count += shape.Count;
        if (!held.TryGetValue(key, out var stored)) missing.Add($"{key} {shape}");
        else if (stored.Shape != shape) wrong.Add($"{key} is {stored.Shape}, expected {shape}");
    }

    /// <summary>
    /// Builds a network without memory and compares what it asks for with the file; the error lists what is missing, of another
    /// shape, or unexpected.
    /// </summary>
    /// <param name="build">Makes the network, and nothing else, from the weights it is given.</param>
    /// <param name="ignored">Keys that such files carry along without use, such as a head for training.</param>
    public static KeyReport Expect(Device device, IWeightSource file, Action<Weights> build, Func<string, bool>? ignored = null)
    {
        var report = new KeyReport();
        using (var shapes = Weights.Shapes(device, file, report)) build(shapes);
        var unexpected = report.Unexpected(file, ignored);
        if (report.missing.Count + report.wrong.Count + unexpected.Count == 0) return report;
        throw new WeightFileException($"{file.Name} does not fit the network.{Listed(" Missing", report.missing)}{Listed(" Of another shape", report.wrong)}{Listed(" Unexpected", unexpected)}");
    }

    static string Listed(string what, IReadOnlyCollection<string> keys) => keys.Count switch
    {
        0 => "",
        <= MostListed => $"{what}: {string.Join(", ", keys)}.",
        _ => $"{what}: {string.Join(", ", keys.Take(MostListed))} and {keys.Count - MostListed} more.",
    };
}
