namespace TalkingMachines.Models.Wan;

/// <summary>One network of a model: what its header says.</summary>
/// <param name="Stored">Bytes in the file.</param>
public sealed record BudgetPart(string Name, string File, long Parameters, long Stored);

/// <summary>Memory that something takes while a video is made.</summary>
/// <param name="Values">Numbers: times 4 in f32, times 2 in bf16.</param>
/// <param name="OnDecoder">On the device of the autoencoder; otherwise on that of the transformer.</param>
/// <param name="MayStay">Whether it may stay in its file, widened for each use.</param>
public sealed record BudgetMemory(string Name, long Values, bool OnDecoder, bool MayStay = false);

/// <summary>Work: floating point operations of one piece, and how many pieces the video has.</summary>
public sealed record BudgetWork(string Name, double Operations, double Times)
{
    public double Total => Operations * Times;
}

/// <summary>What a video will take, worked out before anything is loaded.</summary>
/// <param name="Video">What is made, such as "832x480, 81 frames".</param>
/// <param name="Seconds">Length of the video.</param>
/// <param name="Encoders">The largest encoder with its weights, which is gone before the rest is loaded: numbers.</param>
public sealed record Budget(string Video, double Seconds, IReadOnlyList<BudgetPart> Parts, IReadOnlyList<BudgetMemory> Memory, IReadOnlyList<BudgetWork> Work, long Encoders)
{
    /// <summary>Numbers on a device at the worst moment.</summary>
    public long Values(bool onDecoder)
    {
        long filming = Memory.Where(row => row.OnDecoder == onDecoder).Sum(row => row.Values);
        return onDecoder ? filming : Math.Max(filming, Encoders);
    }

    /// <summary>Numbers on one device that does both.</summary>
    public long AllValues => Math.Max(Memory.Sum(row => row.Values), Encoders);

    /// <summary>The same where what may stay in its file does.</summary>
    public long ValuesBesideFiles => Memory.Where(row => !row.MayStay).Sum(row => row.Values);

    public double Operations => Work.Sum(row => row.Total);
}
