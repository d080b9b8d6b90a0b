namespace TalkingMachines.Tensors;

/// <summary>How one op's gradient flows: reads the step's inputs, output and gradient, gives to the inputs that want.</summary>
internal delegate void GradientRule(in GradientStep step);

/// <summary>
/// Records ops on watched tensors and walks back. No global state: a tensor knows its tape, and what is computed
/// from it inherits the tape. Holds a count on every storage that the walk needs, and frees it in passing.
/// </summary>
public sealed class Tape : IDisposable
{
    [ThreadStatic] static int pauses;

    readonly List<Record> records = new(1024);
    readonly List<Tensor> watched = [];
    bool closed;
    bool walked;

    /// <summary>Nothing is recorded any more.</summary>
    internal bool IsClosed => closed;

    internal struct Record
    {
        public GradientRule? Rule;
        public Tensor? A, B, C, D, Output, Gradient;
        public object? Attributes;

        public readonly Tensor? Input(int index) => index switch { 0 => A, 1 => B, 2 => C, _ => D };

        public void Free()
        {
            A?.Dispose();
            B?.Dispose();
            C?.Dispose();
            D?.Dispose();
            Output?.Dispose();
            (Attributes as IDisposable)?.Dispose();
            (A, B, C, D, Output, Attributes) = (null, null, null, null, null, null);
        }
    }

    /// <summary>Ops and watched tensors on the tape.</summary>
    public int Length => records.Count;

    /// <summary>Wants the gradient of this tensor. It may be watched by one tape at a time.</summary>
    public void Watch(Tensor tensor)
    {
        if (tensor.Tape is not null) throw new InvalidOperationException($"The tensor {tensor.Shape} is on a tape already.");
        tensor.Tape = this;
        tensor.Node = records.Count;
        records.Add(default);
        watched.Add(tensor);
    }

    /// <summary>Until it is disposed, what this thread computes is on no tape: no gradient flows through it.</summary>
    public static TapePause Pause() => new(pauses++);

    internal static void Resume(int outer) => pauses = outer;

    internal void Add(Tensor output, GradientRule rule, Tensor a, Tensor? b, Tensor? c, Tensor? d, object? attributes)
    {
        if (closed || pauses > 0) // a result that outlived its tape: nothing would ever free the record
        {
            (attributes as IDisposable)?.Dispose();
            return;
        }
        output.Tape = this;
        output.Node = records.Count;
        records.Add(new Record
        {
            Rule = rule,
            A = a.Alias(a.Shape),
            B = b?.Alias(b.Shape),
            C = c?.Alias(c.Shape),
            D = d?.Alias(d.Shape),
            Output = output.Alias(output.Shape),
            Attributes = attributes,
        });
    }

    /// <summary>Walks back from a loss of one element. Afterwards <see cref="Gradient"/> answers; the records are freed.</summary>
    public void Backward(Tensor loss)
    {
        if (loss.Count != 1) throw new ArgumentException($"Backward of a tensor {loss.Shape}, expected one element.");
        if (!ReferenceEquals(loss.Tape, this)) throw new ArgumentException("The loss does not depend on a watched tensor.");
        if (walked) throw new InvalidOperationException("The tape was walked back already, and what it recorded is gone: one Backward for the sum of all losses.");
        walked = true;
        var seed = Tensor.EmptyOwned(loss.Device, loss.Shape);
        loss.Device.Backend.Fill(seed, 1);
        var spans = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(records);
        spans[loss.Node].Gradient = seed;
        for (int node = loss.Node; node >= 0; node--)
        {
            ref var record = ref spans[node];
            if (record.Rule is null) continue; // a watched tensor keeps its gradient
            if (record.Gradient is not null)
            {
                using var scope = Tensor.Scope();
                record.Rule(new GradientStep(this, record));
            }
            record.Gradient?.Dispose();
            record.Gradient = null;
            record.Free();
        }
    }

    /// <summary>The gradient of a watched tensor, or null if the loss does not depend on it. Belongs to the tape.</summary>
    public Tensor? Gradient(Tensor tensor) =>
        ReferenceEquals(tensor.Tape, this) ? records[tensor.Node].Gradient : throw new ArgumentException($"The tensor {tensor.Shape} is not watched by this tape.");

    internal bool Wants(Tensor? tensor) => tensor is not null && ReferenceEquals(tensor.Tape, this);

    internal void Give(Tensor input, Tensor gradient)
    {
        ref var record = ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(records)[input.Node];
        if (gradient.Shape != input.Shape) gradient = gradient.Reshape(input.Shape);
        var present = record.Gradient;
        if (present is null) record.Gradient = Unwatched(gradient.Alias(input.Shape));
        else if (present.Storage.IsExclusive) present.Device.Backend.AddTo(gradient, 1, present);
        else
        {
            var sum = Tensor.EmptyOwned(input.Device, input.Shape);
            input.Device.Backend.Combine(Binary.Add, present, gradient, sum);
            present.Dispose();
            record.Gradient = sum;
        }
    }

    static Tensor Unwatched(Tensor alias)
    {
        alias.Tape = null;
        alias.Node = -1;
        return alias;
    }

    public void Dispose()
    {
        closed = true;
        foreach (var tensor in watched)
        {
            tensor.Tape = null;
            tensor.Node = -1;
        }
        watched.Clear();
        foreach (ref var record in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(records))
        {
            record.Free();
            record.Gradient?.Dispose();
        }
        records.Clear();
    }
}

/// <summary>While it is open nothing is recorded; a ref struct, so that it ends on the thread where it began.</summary>
public readonly ref struct TapePause
{
    readonly int outer;

    internal TapePause(int outer) => this.outer = outer;

    public void Dispose() => Tape.Resume(outer);
}

/// <summary>One step of the walk back, as a gradient rule sees it.</summary>
internal readonly ref struct GradientStep
{
    readonly Tape tape;
    readonly Tape.Record record;

    internal GradientStep(Tape tape, in Tape.Record record)
    {
        this.tape = tape;
        this.record = record;
    }

    /// <summary>Gradient of the loss with respect to the output.</summary>
    public Tensor Gradient => record.Gradient!;

    public Tensor Output => record.Output!;

    public Backend Backend => Gradient.Device.Backend;

    public T Attributes<T>() => (T)record.Attributes!;

    /// <summary>An input; its history is not followed by the back end's ops.</summary>
    public Tensor Input(int index) => record.Input(index)!;

    public Tensor? InputOrNull(int index) => record.Input(index);

    public bool Wants(int index) => tape.Wants(record.Input(index));

    /// <summary>An uninitialised tensor like an input, for a back end to write a gradient to.</summary>
    public Tensor EmptyLike(int index) => Tensor.Empty(Gradient.Device, Input(index).Shape);

    /// <summary>Adds to the gradient of an input.</summary>
    public void Give(int index, Tensor gradient) => tape.Give(Input(index), gradient);
}
