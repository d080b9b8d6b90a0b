using System.Text;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Text;

/// <summary>What a piece is for (ModelProto.SentencePiece.Type).</summary>
public enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>One entry of the vocabulary. Its id is its place.</summary>
/// <param name="Score">Logarithm of its probability.</param>
public sealed record Piece(string Text, float Score, PieceKind Kind);

/// <summary>The vocabulary, normaliser and options of a SentencePiece model file (a ModelProto of sentencepiece_model.proto).</summary>
public sealed class SentencePieceModel
{
    const int MostPieces = 4_000_000, MostBytes = 256 << 20;
    const int UnigramType = 1;

    readonly List<Piece> pieces = [];

    SentencePieceModel()
    {
    }

    public IReadOnlyList<Piece> Pieces => pieces;

    /// <summary>Replacements of the normaliser; null where text stays as it is.</summary>
    internal CharacterMap? Characters { get; private set; }

    public bool AddsSpaceBefore { get; private set; } = true;

    public bool JoinsSpaces { get; private set; } = true;

    /// <summary>Whether spaces become U+2581.</summary>
    public bool ShowsSpaces { get; private set; } = true;

    /// <summary>Whether a character without a piece becomes its bytes.</summary>
    public bool FallsBackToBytes { get; private set; }

    public int UnknownId { get; private set; }

    /// <summary>Id of the end of a text; -1 where there is none.</summary>
    public int EndId { get; private set; } = 2;

    /// <summary>Id that fills up; -1 where there is none.</summary>
    public int PaddingId { get; private set; } = -1;

    /// <summary>Reads a model file's bytes.</summary>
    /// <param name="name">What errors call the file.</param>
    public static SentencePieceModel Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length > MostBytes) throw new WeightFileException($"{name} has {file.Length} bytes, expected a SentencePiece model of at most {MostBytes}.");
        var model = new SentencePieceModel();
        try
        {
            model.Read(file);
        }
        catch (FormatException e)
        {
            throw new WeightFileException($"{name} is not a SentencePiece model: {e.Message}.", e);
        }
        return model;
    }

    void Read(ReadOnlySpan<byte> file)
    {
        var fields = new ProtoReader(file);
        while (fields.Next())
            switch (fields.Field)
            {
                case 1:
                    if (pieces.Count == MostPieces) throw new FormatException($"it has more than {MostPieces} pieces");
                    pieces.Add(ReadPiece(fields.Bytes));
                    break;
                case 2: ReadTraining(fields.Bytes); break;
                case 3: ReadNormalizer(fields.Bytes); break;
                default: break; // tests, denormaliser
            }
        if (pieces.Count == 0) throw new FormatException("it has no pieces");
        // The training's own ids may be absent or wrong; the piece that is marked as unknown counts.
        int unknown = pieces.FindIndex(piece => piece.Kind == PieceKind.Unknown);
        if (unknown < 0) throw new FormatException("it has no piece for the unknown");
        UnknownId = unknown;
        if (EndId >= pieces.Count || PaddingId >= pieces.Count) throw new FormatException($"its end is {EndId} and its padding {PaddingId} of {pieces.Count} pieces");
    }

    static Piece ReadPiece(ReadOnlySpan<byte> message)
    {
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        var fields = new ProtoReader(message);
        while (fields.Next())
            switch (fields.Field)
            {
                case 1: text = Encoding.UTF8.GetString(fields.Bytes); break;
                case 2: score = fields.Single; break;
                case 3: kind = (PieceKind)fields.Integer; break;
                default: break;
            }
        if (text.Length == 0 || !Enum.IsDefined(kind) || float.IsNaN(score)) throw new FormatException($"it has a piece '{text}' of kind {(int)kind} and score {score}");
        return new Piece(text, score, kind);
    }

    void ReadTraining(ReadOnlySpan<byte> message)
    {
        long type = UnigramType;
        var fields = new ProtoReader(message);
        while (fields.Next())
            switch (fields.Field)
            {
                case 3: type = fields.Integer; break;
                case 35: FallsBackToBytes = fields.Flag; break;
                case 42: EndId = Id(fields.Integer); break;
                case 43: PaddingId = Id(fields.Integer); break;
                default: break;
            }
        if (type != UnigramType) throw new FormatException($"it is of type {type}, expected {UnigramType}, unigram");
    }

    static int Id(long value) => value is >= -1 and <= MostPieces ? (int)value : throw new FormatException($"it has an id {value}");

    void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var fields = new ProtoReader(message);
        while (fields.Next())
            switch (fields.Field)
            {
                case 2: Characters = fields.Bytes.IsEmpty ? null : CharacterMap.Parse(fields.Bytes); break;
                case 3: AddsSpaceBefore = fields.Flag; break;
                case 4: JoinsSpaces = fields.Flag; break;
                case 5: ShowsSpaces = fields.Flag; break;
                default: break;
            }
    }
}
