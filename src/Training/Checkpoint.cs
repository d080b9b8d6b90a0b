using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training;

/// <summary>
/// All that a run needs to go on bit for bit: weights, their averages, optimizer states, step and clock, in one
/// checkpoint-STEP.safetensors (F32). The two newest are kept; a new one counts only once it is complete.
/// </summary>
/// <param name="Step">Steps done.</param>
/// <param name="Seconds">Spent on them.</param>
/// <param name="SmoothedLoss">As reported after the step.</param>
public sealed record Checkpoint(string Recipe, ulong Seed, int Step, double Seconds, double SmoothedLoss)
{
    const int Kept = 2;
    const string Prefix = "checkpoint-", Suffix = ".safetensors";

    /// <summary>The checkpoints of a folder, newest first.</summary>
    internal static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, Prefix + "*" + Suffix).OrderDescending(StringComparer.Ordinal)];

    /// <summary>Writes a checkpoint and then drops all but the two newest.</summary>
    public void Write(string folder, IReadOnlyDictionary<string, Tensor> state)
    {
        var metadata = new Dictionary<string, string>
        {
            ["recipe"] = Recipe,
            ["seed"] = Text(Seed),
            ["step"] = Text(Step),
            ["seconds"] = Text(Seconds),
            ["smoothed_loss"] = Text(SmoothedLoss),
            ["sha256"] = Digest(state.ToDictionary(t => t.Key, t => t.Value.Shape), (name, values) => state[name].Read(values)),
        };
        string path = Path.Combine(folder, FormattableString.Invariant($"{Prefix}{Step:D10}{Suffix}"));
        SafeTensors.Write(path, state, DType.F32, metadata);
        foreach (string old in Files(folder).Skip(Kept)) File.Delete(old);
    }

    static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture); // shortest text that reads back exactly

    /// <summary>
    /// Fills <paramref name="state"/> from the newest checkpoint that is whole, and drops damaged newer ones. Null if the folder has none.
    /// </summary>
    /// <param name="notice">Hears of each damaged one.</param>
    public static Checkpoint? ReadNewest(string folder, Recipe recipe, IReadOnlyDictionary<string, Tensor> state, Action<string> notice)
    {
        var files = Files(folder);
        foreach (string path in files)
        {
            try
            {
                return Read(path, recipe, state);
            }
            catch (WeightFileException e)
            {
                if (path == files[^1]) throw new TrainingException($"No checkpoint in {folder} can be read; the oldest: {e.Message}", e);
                notice($"A damaged checkpoint is left out: {e.Message}");
                File.Delete(path); // else it would count as one of the two that are kept
            }
        }
        return null;
    }

    static Checkpoint Read(string path, Recipe recipe, IReadOnlyDictionary<string, Tensor> state)
    {
        using var file = SafeTensors.Open(path);
        if (file.Metadata.GetValueOrDefault("sha256") != Digest(file.Tensors.ToDictionary(t => t.Key, t => t.Value.Shape), (name, values) => file.Read(name, values)))
            throw new WeightFileException($"{path}: the numbers don't match their checksum.");
        var checkpoint = Header(path, file.Metadata);
        if (checkpoint.Recipe != recipe.Name || checkpoint.Seed != recipe.Seed)
            throw new TrainingException($"{path} is of the recipe {checkpoint.Recipe} with seed {checkpoint.Seed}, expected {recipe.Name} with seed {recipe.Seed}.");
        ExpectSame(path, file, state);
        foreach (var (name, tensor) in state)
        {
            float[] values = new float[checked((int)tensor.Count)];
            file.Read(name, values);
            tensor.Load(values);
        }
        return checkpoint;
    }

    static Checkpoint Header(string path, IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            var culture = CultureInfo.InvariantCulture;
            return new Checkpoint(
                metadata["recipe"], ulong.Parse(metadata["seed"], culture), int.Parse(metadata["step"], culture),
                double.Parse(metadata["seconds"], culture), double.Parse(metadata["smoothed_loss"], culture));
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or OverflowException)
        {
            throw new WeightFileException($"{path} lacks recipe, seed, step, seconds or smoothed_loss in its metadata.", e);
        }
    }

    static void ExpectSame(string path, SafeTensors file, IReadOnlyDictionary<string, Tensor> state)
    {
        foreach (var (name, tensor) in state)
        {
            if (!file.Tensors.TryGetValue(name, out var stored)) throw new TrainingException($"{path} lacks {name}: it is of another model.");
            if (stored.Shape != tensor.Shape) throw new TrainingException($"{path}: {name} is {stored.Shape}, expected {tensor.Shape}.");
        }
        if (file.Tensors.Keys.FirstOrDefault(name => !state.ContainsKey(name)) is { } extra) throw new TrainingException($"{path} holds {extra}, which the model lacks.");
    }

    /// <summary>SHA-256 of names, shapes and F32 numbers in order of name: a file may be whole in length and still hold zeros after a power cut.</summary>
    static string Digest(Dictionary<string, Shape> tensors, Action<string, float[]> read)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, shape) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            float[] values = new float[checked((int)shape.Count)];
            read(name, values);
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {shape}\n"));
            hash.AppendData(MemoryMarshal.AsBytes<float>(values));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
