using System.Globalization;
using System.Text;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Text;

/// <summary>One piece of a text.</summary>
public readonly record struct TextPiece(string Text, int Id);

/// <summary>
/// Cuts text into the pieces of highest probability (unigram language model, Kudo 2018), as SentencePiece does: Viterbi over the
/// normalised bytes. A character without a piece costs 10 more than the rarest piece, and becomes its bytes where the model has
/// them; otherwise neighbours of its kind become one unknown.
/// </summary>
public sealed class UnigramTokenizer
{
    const float UnknownPenalty = 10;
    const double UserDefinedDiscount = 0.1;

    readonly SentencePieceModel model;
    readonly TextNormalizer normalizer;
    readonly PieceIndex index;
    readonly int[]? byteIds;
    readonly float[] scores;
    readonly float unknownScore;

    public UnigramTokenizer(SentencePieceModel model)
    {
        this.model = model;
        normalizer = new TextNormalizer(model);
        var usual = model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).DefaultIfEmpty(0).ToArray();
        unknownScore = usual.Min() - UnknownPenalty;
        float best = usual.Max();
        // A user-defined piece is never cut: its score grows with its length.
        scores = [.. model.Pieces.Select(piece => piece.Kind == PieceKind.UserDefined ? (float)((Encoding.UTF8.GetByteCount(piece.Text) * (double)best) - UserDefinedDiscount) : piece.Score)];
        index = new PieceIndex(model.Pieces.Select((piece, id) => (piece, id))
            .Where(each => each.piece.Kind is PieceKind.Normal or PieceKind.UserDefined).Select(each => (Encoding.UTF8.GetBytes(each.piece.Text), each.id)));
        byteIds = model.FallsBackToBytes ? ByteIds(model) : null;
    }

    /// <summary>Reads the model file of a tokenizer, such as umT5's spiece.model.</summary>
    public static UnigramTokenizer Load(string path)
    {
        if (!File.Exists(path)) throw new WeightFileException($"{path} does not exist, expected a SentencePiece model.");
        return new UnigramTokenizer(SentencePieceModel.Parse(File.ReadAllBytes(path), path));
    }

    public SentencePieceModel Model => model;

    /// <summary>Ids of a text's pieces, without a mark at its end.</summary>
    public int[] Encode(string text) => [.. Pieces(text).Select(piece => piece.Id)];

    /// <summary>A text's pieces.</summary>
    public IReadOnlyList<TextPiece> Pieces(string text)
    {
        byte[] bytes = normalizer.Normalize(text);
        var pieces = new List<TextPiece>();
        int unknownFrom = -1; // where the run of unknown characters began
        foreach (var (start, end, id) in BestPath(bytes))
        {
            bool isUnknown = id == model.UnknownId;
            if (isUnknown && byteIds is not null)
                foreach (byte each in bytes.AsSpan(start, end - start)) pieces.Add(new(model.Pieces[byteIds[each]].Text, byteIds[each]));
            else
            {
                if (isUnknown && unknownFrom < 0) unknownFrom = start;
                if (!isUnknown) EndUnknown(start);
                if (!isUnknown) pieces.Add(new(Encoding.UTF8.GetString(bytes, start, end - start), id));
            }
        }
        EndUnknown(bytes.Length);
        return pieces;

        void EndUnknown(int end)
        {
            if (unknownFrom < 0) return;
            pieces.Add(new(Encoding.UTF8.GetString(bytes, unknownFrom, end - unknownFrom), model.UnknownId));
            unknownFrom = -1;
        }
    }

    /// <summary>The path of highest score: for each place the best piece that ends there, then back from the end.</summary>
    List<(int Start, int End, int Id)> BestPath(byte[] text)
    {
        float[] score = new float[text.Length + 1];
        int[] start = new int[text.Length + 1], id = new int[text.Length + 1];
        Array.Fill(start, -1);
        int length;
        for (int at = 0; at < text.Length; at += length)
        {
            Rune.DecodeFromUtf8(text.AsSpan(at), out _, out length);
            bool hasCharacter = false;
            var span = index.All;
            for (int end = at; end < text.Length; end++)
            {
                span = index.With(span, text[end]);
                if (span.IsEmpty) break;
                int piece = index.Id(span);
                if (piece < 0) continue;
                Reach(end + 1, at, piece, score[at] + scores[piece]);
                hasCharacter |= end + 1 - at == length;
            }
            if (!hasCharacter) Reach(at + length, at, model.UnknownId, score[at] + unknownScore);
        }
        var path = new List<(int Start, int End, int Id)>();
        for (int end = text.Length; end > 0; end = start[end]) path.Add((start[end], end, id[end]));
        path.Reverse();
        return path;

        void Reach(int end, int from, int piece, float reached)
        {
            if (start[end] >= 0 && reached <= score[end]) return;
            (score[end], start[end], id[end]) = (reached, from, piece);
        }
    }

    static int[] ByteIds(SentencePieceModel model)
    {
        int[] ids = new int[256];
        Array.Fill(ids, model.UnknownId);
        for (int id = 0; id < model.Pieces.Count; id++)
            if (model.Pieces[id] is { Kind: PieceKind.Byte, Text: ['<', '0', 'x', .. { Length: 2 } digits, '>'] } && byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
                ids[value] = id;
        return ids;
    }
}
