namespace TalkingMachines.Tensors;

/// <summary>Where tensors live and who computes on them: <c>cpu</c>, <c>cpu:0-1</c> (a core set with its own workers) or <c>reference</c>.</summary>
public sealed class Device : IDisposable
{
    Device(string name, DType compute, Backend backend)
    {
        Name = name;
        Compute = compute;
        Backend = backend;
    }

    public string Name { get; }

    /// <summary>Element type of every tensor of this device.</summary>
    public DType Compute { get; }

    public Backend Backend { get; }

    public MemoryPool Memory { get; } = new();

    /// <summary>Plain loops in double, on the calling thread: the definition of each op.</summary>
    public static Device Reference() => new("reference", DType.F64, new Reference.ReferenceBackend());

    /// <summary>SIMD kernels on a team of own threads, one for each core given; all cores when none is named.</summary>
    public static Device Cpu(params ReadOnlySpan<int> cores)
    {
        int[] set = cores.Length > 0 ? cores.ToArray() : Enumerable.Range(0, Environment.ProcessorCount).ToArray();
        string name = cores.Length > 0 ? $"cpu:{string.Join(',', set)}" : "cpu";
        return new(name, DType.F32, new Cpu.CpuBackend(new Cpu.WorkerTeam(set, pinned: cores.Length > 0)));
    }

    /// <summary>Opens the device that <paramref name="text"/> names: cpu, cpu:0, cpu:0-1, cpu:0,2 or reference.</summary>
    public static Device Parse(string text)
    {
        if (text == "cpu") return Cpu();
        if (text == "reference") return Reference();
        if (text.StartsWith("cpu:", StringComparison.Ordinal) && TryCores(text[4..], out int[] cores)) return Cpu(cores);
        throw new ArgumentException($"Device is '{text}', expected cpu, or cpu: and cores below {Environment.ProcessorCount} such as cpu:0 or cpu:0-1.");
    }

    static bool TryCores(string text, out int[] cores)
    {
        var set = new SortedSet<int>();
        cores = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], out int first) || !int.TryParse(ends[^1], out int last)) return false;
            if (first < 0 || last < first || last >= Environment.ProcessorCount) return false;
            for (int core = first; core <= last; core++) set.Add(core);
        }
        cores = [.. set];
        return true;
    }

    public void Dispose()
    {
        Backend.Dispose();
        Memory.Dispose();
    }

    public override string ToString() => Name;
}
