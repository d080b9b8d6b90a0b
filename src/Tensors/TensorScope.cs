namespace TalkingMachines.Tensors;

/// <summary>
/// Owns the tensors made on this thread while it is open and frees them when it closes, except those kept.
/// A ref struct: the compiler refuses to carry it across <c>await</c> or into a closure.
/// </summary>
public readonly ref struct TensorScope
{
    [ThreadStatic] static List<Tensor>? members;
    [ThreadStatic] static int depth;

    readonly int start;
    readonly int level;

    internal TensorScope(int start, int level)
    {
        this.start = start;
        this.level = level;
    }

    internal static TensorScope Open()
    {
        members ??= new List<Tensor>(1024);
        return new TensorScope(members.Count, ++depth);
    }

    internal static void Enter(Tensor tensor)
    {
        if (depth == 0)
        {
            tensor.Dispose();
            throw new InvalidOperationException($"A tensor {tensor.Shape} was made without a scope or an owner: open Tensor.Scope() or call an Owned factory.");
        }
        tensor.ScopeIndex = members!.Count;
        members.Add(tensor);
    }

    internal static void Leave(Tensor tensor)
    {
        int index = tensor.ScopeIndex;
        if (index < 0) return;
        if (members is null || index >= members.Count || !ReferenceEquals(members[index], tensor))
            throw new InvalidOperationException($"A tensor {tensor.Shape} left a scope that does not hold it.");
        members[index] = null!;
        tensor.ScopeIndex = -1;
    }

    /// <summary>Hands the result to the enclosing scope, or to the caller where there is none.</summary>
    public Tensor Keep(Tensor tensor)
    {
        if (tensor.ScopeIndex >= start) tensor.KeptBy = level; // otherwise an outer scope or another owner has it already
        return tensor;
    }

    /// <summary>Replaces a running tensor by its successor and frees the old one at once: keeps loops over layers at constant memory.</summary>
    public void Swap(ref Tensor current, Tensor next)
    {
        if (!ReferenceEquals(current, next) && current.ScopeIndex >= start) current.Dispose();
        current = next;
    }

    public void Dispose()
    {
        if (depth != level) throw new InvalidOperationException("Tensor scopes were closed out of order.");
        int survivors = start;
        for (int i = start; i < members!.Count; i++)
        {
            var member = members[i];
            if (member is null) continue;
            member.ScopeIndex = -1;
            if (member.KeptBy != level) member.Dispose();
            else
            {
                member.KeptBy = 0;
                if (level == 1) continue; // no enclosing scope: the caller owns it now
                member.ScopeIndex = survivors;
                members[survivors++] = member;
            }
        }
        members.RemoveRange(survivors, members.Count - survivors);
        depth--;
    }
}
