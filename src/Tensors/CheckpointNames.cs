namespace TalkingMachines.Tensors;

/// <summary>Takes off the names of a checkpoint what trainers and packagers wrap around them.</summary>
public static class CheckpointNames
{
    const int MostPrefixes = 8; // one in the other: no file has more, but for a hostile one

    /// <summary>Of a checkpoint with several networks or copies, the one to use: averaged weights first.</summary>
    static readonly string[] Groups =
        ["generator_ema.", "params_ema.", "ema.", "generator.", "state_dict.", "model_state_dict.", "model.diffusion_model.", "diffusion_model."];

    /// <summary>Stand before every name of some files.</summary>
    static readonly string[] Prefixes = ["model.", "module.", "generator.", "diffusion_model.", "_orig_mod."];

    /// <summary>Wrappers of sharding, checkpointing and compiling, anywhere in a name.</summary>
    static readonly string[] Wrappers = ["_fsdp_wrapped_module.", "_checkpoint_wrapped_module.", "_orig_mod."];

    /// <summary>
    /// The same tensors under plain names, those of one group where there are several. Weight normalisation is called
    /// weight_g and weight_v as it used to be (newer files say parametrizations.weight.original0 and original1).
    /// Owns the source.
    /// </summary>
    public static IWeightSource Clean(IWeightSource source)
    {
        var names = source.Tensors.Keys.ToDictionary(name => name, Unwrapped, StringComparer.Ordinal);
        names = OneGroup(names);
        for (int times = 0; times < MostPrefixes && names.Count > 0 && Array.Find(Prefixes, prefix => names.Values.All(name => Extends(name, prefix))) is { } prefix; times++)
            names = names.ToDictionary(each => each.Key, each => each.Value[prefix.Length..], StringComparer.Ordinal);
        return names.Count == source.Tensors.Count && names.All(each => each.Key == each.Value)
            ? source
            : RenamedWeights.By(source, original => names.GetValueOrDefault(original));
    }

    static Dictionary<string, string> OneGroup(Dictionary<string, string> names)
    {
        var group = Array.Find(Groups, group => names.Values.Any(name => Extends(name, group)));
        return group is null ? names : names.Where(each => Extends(each.Value, group)).ToDictionary(each => each.Key, each => each.Value[group.Length..], StringComparer.Ordinal);
    }

    static bool Extends(string name, string prefix) => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal);

    static string Unwrapped(string name)
    {
        foreach (string wrapper in Wrappers) name = name.Replace(wrapper, "", StringComparison.Ordinal);
        return name.Replace(".parametrizations.weight.original0", ".weight_g", StringComparison.Ordinal)
            .Replace(".parametrizations.weight.original1", ".weight_v", StringComparison.Ordinal);
    }
}
