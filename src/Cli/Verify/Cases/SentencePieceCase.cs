using TalkingMachines.Models.Text;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>A unigram tokenizer: NAME.model, with texts, pieces, ids and vocabulary in NAME.json.</summary>
internal sealed class SentencePieceCase : IGoldenNetwork
{
    public string Stem => "spm";

    public bool Recognises(GoldenCase golden) => golden.HasFile(TokenizerContents.Ending) && golden.HasFile(TokenizerContents.AnswersEnding);

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        var tokenizer = UnigramTokenizer.Load(golden.File(TokenizerContents.Ending));
        using var answers = TokenizerContents.Read(golden.File(TokenizerContents.AnswersEnding));
        for (int i = 0; i < answers.Texts.Count; i++)
        {
            var pieces = tokenizer.Pieces(answers.Texts[i]);
            yield return new(TokenizerContents.Named("ids", i), [.. pieces.Select(piece => (float)piece.Id)]);
            yield return new(TokenizerContents.Named("pieces", i), TokenizerContents.Scalars(pieces.Select(piece => piece.Text)));
        }
        yield return new("vocab.pieces", TokenizerContents.Scalars(tokenizer.Model.Pieces.Select(piece => piece.Text)));
        yield return new("vocab.scores", [.. tokenizer.Model.Pieces.Select(piece => piece.Score)]);
    }
}
