using System.Text;

namespace TalkingMachines.Models.Text;

/// <summary>Text as SentencePiece cuts it: characters replaced by the model's table, spaces joined and shown as U+2581, in UTF-8.</summary>
internal sealed class TextNormalizer
{
    static readonly byte[] ShownSpace = [.. "\u2581"u8];

    readonly SentencePieceModel model;
    readonly byte[] space;
    readonly byte[][] untouched;

    public TextNormalizer(SentencePieceModel model)
    {
        this.model = model;
        space = model.ShowsSpaces ? ShownSpace : [(byte)' '];
        untouched = [.. model.Pieces.Where(piece => piece.Kind == PieceKind.UserDefined).Select(piece => Encoding.UTF8.GetBytes(piece.Text)).OrderByDescending(bytes => bytes.Length)];
    }

    public byte[] Normalize(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text); // lone surrogates become U+FFFD
        var result = new List<byte>(rest.Length + 8);
        bool afterSpace = model.JoinsSpaces, isEmpty = true;
        while (!rest.IsEmpty)
        {
            int length = First(rest, out var part);
            rest = rest[length..];
            if (afterSpace) part = part.TrimStart((byte)' ');
            if (part.IsEmpty) continue;
            if (isEmpty && model.AddsSpaceBefore) result.AddRange(space);
            isEmpty = false;
            foreach (byte each in part)
                if (each == (byte)' ') result.AddRange(space);
                else result.Add(each);
            afterSpace = model.JoinsSpaces && part[^1] == (byte)' ';
        }
        if (model.JoinsSpaces)
            while (EndsWithSpace(result)) result.RemoveRange(result.Count - space.Length, space.Length);
        return [.. result];
    }

    /// <summary>The first bytes of a text that are replaced together, and what they become.</summary>
    int First(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> part)
    {
        foreach (byte[] piece in untouched)
            if (text.StartsWith(piece))
            {
                part = piece;
                return piece.Length;
            }
        if (model.Characters is { } characters && characters.TryReplace(text, out int length, out part)) return length;
        Rune.DecodeFromUtf8(text, out _, out length);
        part = text[..length];
        return length;
    }

    bool EndsWithSpace(List<byte> text)
    {
        if (text.Count < space.Length) return false;
        for (int i = 0; i < space.Length; i++)
            if (text[text.Count - space.Length + i] != space[i]) return false;
        return true;
    }
}
