using System.Buffers.Binary;
using System.Text;

namespace TalkingMachines.Tensors.Pickle;

/// <summary>
/// Reads one pickle (protocols 0x02 to 0x05, those opcodes that checkpoints of weights use) into inert values. Names of functions
/// stay names; the few that rebuild tensors are done here (<see cref="PickleRebuild"/>), any other ends the reading. What it
/// allocates is charged against a budget, so that a small hostile file can't ask for much.
/// </summary>
internal ref struct PickleMachine(ReadOnlySpan<byte> code, string path, ref long budget)
{
    static readonly object Mark = new();
    static readonly object True = true, False = false;

    const int TupleCost = 48, ListCost = 64, TableCost = 96, EntryCost = 96, TextCost = 32, NumberCost = 24, MemoCost = 48, PlaceCost = 24, ObjectCost = 128;
    const int MostDepth = 1 << 20;

    readonly ReadOnlySpan<byte> code = code;
    readonly string path = path;
    readonly ref long budget = ref budget;
    readonly List<object?> stack = [];
    readonly Dictionary<uint, object?> memo = [];
    int deepest;

    /// <summary>Place of the next byte; after <see cref="Run"/>, the pickle's length.</summary>
    public int Position { get; private set; }

    /// <summary>The pickle's value.</summary>
    public object? Run()
    {
        while (true)
        {
            byte op = Take(1)[0];
            if (op == (byte)'.') return stack.Count == 1 ? Pop() : throw Broken($"ends with {stack.Count} values, expected one");
            if (!(Number(op) || Text(op) || Sequence(op) || Table(op) || Memory(op) || Call(op))) throw Broken($"holds opcode 0x{op:x2}, which no checkpoint of weights needs");
        }
    }

    bool Number(byte op)
    {
        switch (op)
        {
            case 0x80: // PROTO
                if (Take(1)[0] is var protocol and (< 2 or > 5)) throw Broken($"is of protocol {protocol}, expected 2 to 5");
                return true;
            case 0x95: // FRAME: only a hint
                Take(8);
                return true;
            case (byte)'N': Push(null); return true;
            case 0x88: Push(True); return true;
            case 0x89: Push(False); return true;
            case (byte)'J': PushNumber(BinaryPrimitives.ReadInt32LittleEndian(Take(4))); return true;
            case (byte)'K': PushNumber(Take(1)[0]); return true;
            case (byte)'M': PushNumber(BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); return true;
            case 0x8A: PushNumber(Whole(Take(Take(1)[0]))); return true;
            case (byte)'G':
                Charge(NumberCost);
                Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                return true;
            default: return false;
        }
    }

    bool Text(byte op)
    {
        switch (op)
        {
            case (byte)'X': PushText(Take(Length(Take(4)))); return true; // BINUNICODE
            case 0x8C: PushText(Take(Take(1)[0])); return true;
            case 0x8D: PushText(Take(Length(Take(8)))); return true;
            case (byte)'U': PushText(Take(Take(1)[0])); return true; // strings of Python 2
            case (byte)'T': PushText(Take(Length(Take(4)))); return true;
            // Bytes are no name of anything here.
            case (byte)'C': Take(Take(1)[0]); Push(null); return true;
            case (byte)'B': Take(Length(Take(4))); Push(null); return true;
            case 0x8E: Take(Length(Take(8))); Push(null); return true;
            default: return false;
        }
    }

    bool Sequence(byte op)
    {
        switch (op)
        {
            case (byte)'(': Push(Mark); return true;
            case (byte)'0': Pop(); return true;
            case (byte)'1': DropToMark(); return true;
            case (byte)'2': Push(Top()); return true;
            case (byte)')': Push(PickleTuple.Empty); return true;
            case (byte)'t': PushTuple(SinceMark()); return true;
            case 0x85: PushTuple(Last(1)); return true;
            case 0x86: PushTuple(Last(2)); return true;
            case 0x87: PushTuple(Last(3)); return true;
            case (byte)']': PushList([]); return true;
            case (byte)'l': PushList([.. SinceMark()]); return true;
            case (byte)'a': Append(Last(1)); return true;
            case (byte)'e': Append(SinceMark()); return true;
            default: return false;
        }
    }

    bool Table(byte op)
    {
        switch (op)
        {
            case (byte)'}': PushTable(); return true;
            case (byte)'d':
                var pairs = SinceMark();
                PushTable();
                Set(pairs);
                return true;
            case (byte)'s': Set(Last(2)); return true;
            case (byte)'u': Set(SinceMark()); return true;
            default: return false;
        }
    }

    bool Memory(byte op)
    {
        switch (op)
        {
            case (byte)'q': Remember(Take(1)[0]); return true;
            case (byte)'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); return true;
            case 0x94: Remember((uint)memo.Count); return true;
            case (byte)'h': Recall(Take(1)[0]); return true;
            case (byte)'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); return true;
            default: return false;
        }
    }

    bool Call(byte op)
    {
        switch (op)
        {
            case (byte)'c':
                string module = Line();
                PushGlobal(module, Line());
                return true;
            case 0x93:
                string name = Pop() as string ?? throw Broken("names something without a name");
                PushGlobal(Pop() as string ?? throw Broken("names something without a module"), name);
                return true;
            case (byte)'Q':
                object? id = Pop();
                Charge(ObjectCost + (PlaceCost * (long)(id is PickleTuple places ? places.Items.Length : 0)));
                Push(PickleRebuild.Storage(id, path));
                return true;
            case (byte)'R' or 0x81: // REDUCE, NEWOBJ
                object? arguments = Pop();
                var function = Pop() as PickleGlobal ?? throw Broken("calls something that is no name");
                var given = arguments as PickleTuple ?? throw Broken($"calls {function} without arguments");
                Charge((2 * ObjectCost) + (PlaceCost * (long)given.Items.Length) + given.Items.Sum(item => item is List<object?> list ? (long)EntryCost * list.Count : 0));
                Push(PickleRebuild.Call(function, given, path));
                return true;
            case (byte)'b': // BUILD: attributes such as the _metadata of a state dict
                Pop();
                Top();
                return true;
            default: return false;
        }
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > code.Length - Position) throw Broken("is cut off");
        var taken = code.Slice(Position, count);
        Position += count;
        return taken;
    }

    readonly int Length(ReadOnlySpan<byte> bytes)
    {
        ulong length = bytes.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return length <= (ulong)code.Length ? (int)length : throw Broken($"holds a text of {length} bytes, more than itself");
    }

    /// <summary>Text up to the end of the line.</summary>
    string Line()
    {
        int end = code[Position..].IndexOf((byte)'\n');
        if (end is < 0 or > 200) throw Broken("holds a name without end");
        string line = Encoding.UTF8.GetString(Take(end));
        Take(1);
        Charge(TextCost + (2 * line.Length));
        return line;
    }

    /// <summary>Two's complement, little-endian, of any length up to eight bytes.</summary>
    readonly long Whole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8) throw Broken($"holds a number of {bytes.Length} bytes, expected at most 8");
        long value = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        return value;
    }

    void PushNumber(long value)
    {
        Charge(NumberCost);
        Push(value);
    }

    void PushText(ReadOnlySpan<byte> bytes)
    {
        Charge(TextCost + (2L * bytes.Length));
        Push(Encoding.UTF8.GetString(bytes));
    }

    void PushGlobal(string module, string name)
    {
        Charge(TextCost);
        var global = new PickleGlobal(module, name);
        if (!global.IsKnown) throw Broken($"names {global}, which rebuilds no tensor; nothing was executed");
        Push(global);
    }

    void PushTuple(object?[] items)
    {
        Charge(TupleCost);
        Push(new PickleTuple(items));
    }

    void PushList(List<object?> items)
    {
        Charge(ListCost);
        Push(items);
    }

    void PushTable()
    {
        Charge(TableCost);
        Push(new Dictionary<string, object?>(StringComparer.Ordinal));
    }

    void Append(object?[] items)
    {
        var list = Top() as List<object?> ?? throw Broken("appends to something that is no list");
        Charge(PlaceCost * (long)items.Length);
        list.AddRange(items);
    }

    void Set(object?[] pairs)
    {
        var table = Top() as Dictionary<string, object?> ?? throw Broken("sets an item of something that is no dictionary");
        if (pairs.Length % 2 != 0) throw Broken("sets a key without a value");
        Charge(EntryCost * (long)(pairs.Length / 2));
        for (int i = 0; i < pairs.Length; i += 2)
            if (PickleRebuild.Key(pairs[i]) is { } key) table[key] = pairs[i + 1];
    }

    void Remember(uint index)
    {
        if (!memo.ContainsKey(index)) Charge(MemoCost);
        memo[index] = Top();
    }

    void Recall(uint index) => Push(memo.TryGetValue(index, out object? value) ? value : throw Broken($"recalls {index}, which it never remembered"));

    void Push(object? value)
    {
        stack.Add(value);
        if (stack.Count <= deepest) return;
        deepest = stack.Count;
        if (deepest > MostDepth) throw Broken($"stacks more than {MostDepth} values");
        Charge(PlaceCost);
    }

    readonly object? Top() => stack.Count > 0 && stack[^1] != Mark ? stack[^1] : throw Broken("takes a value that is not there");

    readonly object? Pop()
    {
        object? value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    object?[] Last(int count)
    {
        Charge(PlaceCost * count);
        object?[] items = new object?[count];
        for (int i = count - 1; i >= 0; i--) items[i] = Pop();
        return items;
    }

    object?[] SinceMark()
    {
        int mark = LastMark();
        Charge(PlaceCost * (long)(stack.Count - mark));
        object?[] items = [.. stack[(mark + 1)..]];
        stack.RemoveRange(mark, stack.Count - mark);
        return items;
    }

    readonly int LastMark()
    {
        for (int i = stack.Count - 1; i >= 0; i--)
            if (ReferenceEquals(stack[i], Mark)) return i;
        throw Broken("closes what it never opened");
    }

    readonly void DropToMark()
    {
        int mark = LastMark();
        stack.RemoveRange(mark, stack.Count - mark);
    }

    readonly void Charge(long bytes)
    {
        budget -= bytes;
        if (budget < 0) throw Broken("needs more memory than a checkpoint of this size may");
    }

    readonly WeightFileException Broken(string what) => new($"{path}: the pickle {what} (at byte {Position}).");
}
