using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Models.Text;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Models.Text;

/// <summary>The tokenizer beyond its golden texts: any text, damaged models, prompts.</summary>
public sealed class TokenizerTests
{
    static readonly string ModelFile = Checkout.File("tests/Golden/spm_tiny.model");
    static readonly UnigramTokenizer Tokenizer = UnigramTokenizer.Load(ModelFile);

    [Fact]
    public void Any_text_is_cut_into_pieces_that_make_it_up_again() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        var pieces = Tokenizer.Pieces(text ?? "");
        return pieces.All(piece => piece.Id == Tokenizer.Model.UnknownId || Tokenizer.Model.Pieces[piece.Id].Text == piece.Text)
            && pieces.All(piece => piece.Id != Tokenizer.Model.UnknownId); // every byte has a piece
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Without_bytes_neighbouring_unknowns_become_one()
    {
        byte[] file = File.ReadAllBytes(ModelFile);
        file[file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x98, 0x02, 0x01]) + 2] = 0; // byte_fallback, field 35 of the training
        var pieces = new UnigramTokenizer(SentencePieceModel.Parse(file, "a.model")).Pieces("the \ud83d\ude00\ud83d\ude00 video");
        Assert.Equal(["\u2581the", "\u2581", "\ud83d\ude00\ud83d\ude00", "\u2581video"], pieces.Select(piece => piece.Text));
        Assert.Equal(3, pieces[2].Id);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\u3000\t\n ")]
    [InlineData("\ud800")]
    [InlineData("a\ud800\udbff")]
    [InlineData("\0")]
    public void Texts_without_words_are_no_fault(string text) => Assert.All(Tokenizer.Encode(text), id => Assert.InRange(id, 0, Tokenizer.Model.Pieces.Count - 1));

    [Fact]
    public void A_prompt_ends_and_is_filled_up()
    {
        var prompt = Prompt.Of(Tokenizer, "  the   video&amp;amp;  shows ", 12);
        int[] ids = Tokenizer.Encode("the video& shows");
        Assert.Equal([.. ids, 1, .. new int[12 - ids.Length - 1]], prompt.Ids);
        Assert.Equal(ids.Length + 1, prompt.Length);
    }

    [Fact]
    public void A_prompt_that_is_too_long_still_ends()
    {
        var prompt = Prompt.Of(Tokenizer, string.Concat(Enumerable.Repeat("the video shows ", 50)), 16);
        Assert.Equal(16, prompt.Length);
        Assert.Equal(1, prompt.Ids[^1]);
    }

    [Theory]
    [InlineData(" a \r\n\t b ", "a b")]
    [InlineData("\u201cshe\u2019s\u201d", "\"she's\"")]
    [InlineData("&lt;b&gt; &amp;lt;", "<b> <")]
    [InlineData("\u001b[31mred\u001b[0m\u0007\ufeff", "red")]
    [InlineData("x\u3000\u00a0y", "x y")]
    public void A_prompt_is_cleaned_as_wan_cleans_it(string text, string expected) => Assert.Equal(expected, Prompt.Clean(text));

    [Fact]
    public void Damaged_models_fail_cleanly()
    {
        byte[] whole = File.ReadAllBytes(ModelFile);
        // All pieces and the head of the table: what is left out is the same again and again.
        byte[] model = [.. whole.AsSpan(0, 7000)];
        var mutants = from seed in Gen.Choose(0, int.MaxValue - 1) let random = new Random(seed) select MutationTests.Mutated(random.Next(20) == 0 ? whole : model, random);
        Prop.ForAll(mutants.ToArbitrary(), bytes =>
        {
            try
            {
                new UnigramTokenizer(SentencePieceModel.Parse(bytes, "mutant.model")).Encode("A person is talking \u2460 \ud83d\ude00");
            }
            catch (WeightFileException e)
            {
                Assert.StartsWith("mutant.model is not a SentencePiece model: ", e.Message, StringComparison.Ordinal);
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }
}
