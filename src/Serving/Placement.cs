using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>
/// Which device denoises and which decodes: one for both (self-contained), or two (the paper's disaggregation). Written
/// <c>cpu</c>, or <c>cpu:0,cpu:1</c> with the diffusion first.
/// </summary>
public sealed class Placement : IDisposable
{
    Placement(Device diffusion, Device decoder) => (Diffusion, Decoder) = (diffusion, decoder);

    public Device Diffusion { get; }

    public Device Decoder { get; }

    public bool IsDisaggregated => Diffusion != Decoder;

    /// <summary>Opens the devices that <paramref name="text"/> names.</summary>
    /// <exception cref="ArgumentException">It names none, or more than two.</exception>
    public static Placement Open(string text)
    {
        string[] names = Names(text);
        if (names.Length > 2) throw new ArgumentException($"Device is '{text}', which names {names.Length}, expected one, or two such as cpu:0,cpu:1.");
        var diffusion = Device.Parse(names[0]);
        try
        {
            return new Placement(diffusion, names.Length == 1 ? diffusion : Device.Parse(names[1]));
        }
        catch
        {
            diffusion.Dispose();
            throw;
        }
    }

    /// <summary>All cores for both, and where there are several, a third of them (one at least) for the decoder alone.</summary>
    public static IReadOnlyList<string> Usual(int cores)
    {
        if (cores < 2) return ["cpu"];
        int first = cores - Math.Max(1, cores / 3);
        return ["cpu", $"{Cores(0, first - 1)},{Cores(first, cores - 1)}"];
    }

    // A comma also separates the cores of one device: a name begins with a letter.
    static string[] Names(string text)
    {
        var names = new List<string>();
        foreach (string part in text.Split(','))
            if (names.Count > 0 && (part.Length == 0 || !char.IsAsciiLetter(part[0]))) names[^1] += "," + part;
            else names.Add(part);
        return [.. names];
    }

    static string Cores(int first, int last) => first == last ? $"cpu:{first}" : $"cpu:{first}-{last}";

    public void Dispose()
    {
        Diffusion.Dispose();
        if (IsDisaggregated) Decoder.Dispose();
    }

    public override string ToString() => IsDisaggregated ? $"{Diffusion},{Decoder}" : $"{Diffusion}";
}
