using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>Replays a case with the network that it is of, and compares every tensor that it holds. Nothing is passed over.</summary>
internal static class GoldenReplay
{
    public static IReadOnlyList<GoldenRow> Run(GoldenFolder folder, string name, Device device)
    {
        if (!folder.Names.Contains(name)) return [GoldenRow.Failed(name, "", "", $"no such case; there are {string.Join(", ", folder.Names)}")];
        try
        {
            using var golden = folder.Open(name);
            if (golden.Outputs.Count == 0) return [GoldenRow.Failed(name, "", "", "holds no out.*: nothing to compare")];
            if (Networks.Find(golden) is not { } network) return [GoldenRow.Failed(name, "", "", "of no known network")];
            return [.. Compare(golden, network, device), .. WeightCopies.Compare(golden)];
        }
        catch (Exception e) when (IsOfTheCase(e))
        {
            return [GoldenRow.Failed(name, "", "", Line(e))];
        }
    }

    static List<GoldenRow> Compare(GoldenCase golden, IGoldenNetwork network, Device device)
    {
        var rows = new Dictionary<string, GoldenRow>(StringComparer.Ordinal);
        string? failure = null;
        try
        {
            foreach (var value in network.Replay(golden, device))
                if (golden.HasOutput(value.Name)) rows[value.Name] = GoldenRow.Compare(golden, value.Name, value.Values);
        }
        catch (Exception e) when (IsOfTheCase(e))
        {
            failure = Line(e);
        }
        return [.. golden.Outputs.Select(name => rows.GetValueOrDefault(name) ?? GoldenRow.Failed(golden, name, failure ?? "NOT COMPUTED"))];
    }

    // A case that can't be replayed must not hide the others; only a machine out of memory ends the run.
    static bool IsOfTheCase(Exception e) => e is not (OutOfMemoryException or OperationCanceledException);

    static string Line(Exception e) => $"{(e is WeightFileException ? "" : e.GetType().Name + ": ")}{e.Message.ReplaceLineEndings(" ")}";
}
