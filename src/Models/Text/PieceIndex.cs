namespace TalkingMachines.Models.Text;

/// <summary>Pieces in the order of their bytes: those that begin with some bytes stand together, and each byte more narrows them down.</summary>
internal sealed class PieceIndex
{
    readonly byte[][] texts;
    readonly int[] ids;

    public PieceIndex(IEnumerable<(byte[] Text, int Id)> pieces)
    {
        var sorted = pieces.ToArray();
        Array.Sort(sorted, (a, b) => a.Text.AsSpan().SequenceCompareTo(b.Text));
        texts = [.. sorted.Select(piece => piece.Text)];
        ids = [.. sorted.Select(piece => piece.Id)];
    }

    /// <summary>All pieces.</summary>
    public Span All => new(0, texts.Length, 0);

    /// <summary>Those of <paramref name="span"/> that go on with a byte.</summary>
    public Span With(Span span, byte next)
    {
        int first = Place(span, next), last = next == byte.MaxValue ? span.Last : Place(span with { First = first }, (byte)(next + 1));
        return new(first, last, span.Length + 1);
    }

    /// <summary>Id of the piece that ends here; -1 where there is none.</summary>
    public int Id(Span span) => span.First < span.Last && texts[span.First].Length == span.Length ? ids[span.First] : -1;

    /// <summary>Place of the first piece whose next byte is at least <paramref name="least"/>; one that has ended stands before all.</summary>
    int Place(Span span, byte least)
    {
        int low = span.First, high = span.Last;
        while (low < high)
        {
            int middle = (low + high) / 2;
            byte[] text = texts[middle];
            if (text.Length <= span.Length || text[span.Length] < least) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Pieces from First up to Last that share their first Length bytes.</summary>
    internal readonly record struct Span(int First, int Last, int Length)
    {
        public bool IsEmpty => First >= Last;
    }
}
