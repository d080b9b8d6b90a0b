using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors;

/// <summary>
/// A contiguous row-major array on a device. Belongs to the scope it was made in, or to its owner (<see cref="Own"/>),
/// and is freed with it. If it was computed from a tensor that a <see cref="Tape"/> watches, the tape knows it.
/// </summary>
public sealed partial class Tensor : IDisposable
{
    Storage? storage;
    Tape? tape;

    Tensor(Device device, in Shape shape, Storage? storage)
    {
        Device = device;
        Shape = shape;
        this.storage = storage;
    }

    public Device Device { get; }

    public Shape Shape { get; }

    /// <summary>The tape that watches this tensor or an ancestor of it; null when no gradient is wanted.</summary>
    internal Tape? Tape
    {
        get => tape is { IsClosed: false } ? tape : null;
        set => tape = value;
    }

    /// <summary>Its number on the tape.</summary>
    internal int Node { get; set; } = -1;

    internal int ScopeIndex { get; set; } = -1;

    internal int KeptBy { get; set; }

    internal Storage Storage => storage ?? throw new ObjectDisposedException(nameof(Tensor), $"The tensor {Shape} was used after its scope closed, or never had memory.");

    internal nint Pointer => Storage.Pointer;

    public bool IsDisposed => storage is null;

    public long Count => Shape.Count;

    /// <summary>Opens a scope that frees what is made on this thread until it closes.</summary>
    public static TensorScope Scope() => TensorScope.Open();

    /// <summary>An uninitialised tensor in the current scope.</summary>
    public static Tensor Empty(Device device, in Shape shape)
    {
        var tensor = EmptyOwned(device, shape);
        TensorScope.Enter(tensor);
        return tensor;
    }

    /// <summary>An uninitialised tensor that the caller disposes.</summary>
    public static Tensor EmptyOwned(Device device, in Shape shape) =>
        new(device, shape, device.Memory.Rent(Math.Max(1, shape.Count) * device.Compute.Bytes()));

    /// <summary>A shape without memory, for counting and checking weights; whoever reads it gets an error.</summary>
    public static Tensor Unbacked(Device device, in Shape shape) => new(device, shape, null);

    public static Tensor Zeros(Device device, in Shape shape) => Filled(device, shape, 0);

    public static Tensor Filled(Device device, in Shape shape, float value)
    {
        var tensor = Empty(device, shape);
        device.Backend.Fill(tensor, value);
        return tensor;
    }

    public static Tensor ZerosOwned(Device device, in Shape shape)
    {
        var tensor = EmptyOwned(device, shape);
        device.Backend.Fill(tensor, 0);
        return tensor;
    }

    /// <summary>A tensor with the given elements, in the current scope.</summary>
    public static Tensor From(Device device, in Shape shape, ReadOnlySpan<float> values)
    {
        var tensor = Empty(device, shape);
        tensor.Load(values);
        return tensor;
    }

    /// <summary>Standard normal numbers from the stream: the same on every device.</summary>
    public static Tensor Normal(Device device, in Shape shape, RandomStream random)
    {
        var tensor = Empty(device, shape);
        if (device.Compute == DType.F32)
        {
            random.Normal(tensor.Floats);
            return tensor;
        }
        float[] values = new float[checked((int)shape.Count)];
        random.Normal(values);
        tensor.Load(values);
        return tensor;
    }

    /// <summary>Overwrites the elements.</summary>
    public void Load(ReadOnlySpan<float> values)
    {
        if (values.Length != Count) throw new ArgumentException($"{values.Length} values were given for a tensor {Shape}, expected {Count}.");
        if (Device.Compute == DType.F32) values.CopyTo(Floats);
        else
        {
            var target = Doubles;
            for (int i = 0; i < values.Length; i++) target[i] = values[i];
        }
    }

    /// <summary>Copies the elements to <paramref name="target"/>.</summary>
    public void Read(Span<float> target)
    {
        if (target.Length != Count) throw new ArgumentException($"{target.Length} places were given for a tensor {Shape}, expected {Count}.");
        if (Device.Compute == DType.F32) Floats.CopyTo(target);
        else
        {
            var source = Doubles;
            for (int i = 0; i < target.Length; i++) target[i] = (float)source[i];
        }
    }

    public float[] ToArray()
    {
        float[] values = new float[checked((int)Count)];
        Read(values);
        return values;
    }

    /// <summary>The only element of a tensor of one.</summary>
    public float Item()
    {
        if (Count != 1) throw new InvalidOperationException($"Item() of a tensor {Shape}, expected one element.");
        return Device.Compute == DType.F32 ? Floats[0] : (float)Doubles[0];
    }

    /// <summary>The elements in place, on devices that compute in f32 in host memory.</summary>
    public Span<float> Floats => Span<float>(DType.F32);

    internal Span<double> Doubles => Span<double>(DType.F64);

    unsafe Span<T> Span<T>(DType expected) where T : unmanaged
    {
        if (Device.Compute != expected) throw new InvalidOperationException($"Device {Device} computes in {Device.Compute}, expected {expected}.");
        return MemoryMarshal.CreateSpan(ref *(T*)Pointer, checked((int)Count));
    }

    /// <summary>Takes the tensor out of its scope: from now on the caller disposes it.</summary>
    public Tensor Own()
    {
        TensorScope.Leave(this);
        KeptBy = 0;
        return this;
    }

    /// <summary>Another handle on the same storage, in nobody's scope; the caller disposes it.</summary>
    internal Tensor Alias(in Shape shape)
    {
        var kept = Storage;
        kept.Retain();
        return new Tensor(Device, shape, kept) { Tape = Tape, Node = Node };
    }

    /// <summary>The same elements without history: no gradient flows through it. In the current scope.</summary>
    public Tensor Detach()
    {
        var view = Alias(Shape);
        view.Tape = null;
        view.Node = -1;
        TensorScope.Enter(view);
        return view;
    }

    /// <summary>The same elements without history, out of any scope: the tensor itself if it has none. The caller disposes it.</summary>
    public Tensor DetachOwned() => Tape is null ? Own() : Detach().Own();

    public void Dispose()
    {
        if (storage is null) return;
        if (ScopeIndex >= 0) TensorScope.Leave(this);
        storage.Release();
        storage = null;
    }

    public override string ToString() => $"{Shape} on {Device}";
}
