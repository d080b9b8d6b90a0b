using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>
/// What a stream's temporal convolutions remember: one slot each, in order of execution, of the last frames they read
/// (FACTS 2.3). Kept between calls, a stream in pieces equals the whole. One cache a stream; dispose to forget.
/// </summary>
public sealed class FrameCache : IDisposable
{
    readonly List<Tensor> slots = [];
    int at;
    bool begun;

    /// <summary>True in a stream's first pass: its frame has no past, and time is not resampled.</summary>
    public bool IsFirst { get; private set; } = true;

    /// <summary>True before a stream's first pass.</summary>
    public bool IsNew => !begun;

    /// <summary>The slots in order of execution.</summary>
    public IReadOnlyList<Tensor> Slots => slots;

    /// <summary>What the convolution at hand remembers: [B,C,T,H,W] or null.</summary>
    internal Tensor? Past => at < slots.Count ? slots[at] : null;

    internal void BeginPass()
    {
        if (begun) IsFirst = false;
        begun = true;
        at = 0;
    }

    /// <summary>Stores frames (a copy made in the caller's scope) for the next pass and goes on to the next slot.</summary>
    internal void Remember(Tensor frames)
    {
        var kept = frames.Detach().Own();
        if (at == slots.Count) slots.Add(kept);
        else
        {
            slots[at].Dispose();
            slots[at] = kept;
        }
        at++;
    }

    public void Dispose()
    {
        foreach (var slot in slots) slot.Dispose();
        slots.Clear();
        (at, begun, IsFirst) = (0, false, true);
    }
}
