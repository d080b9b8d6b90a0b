using System.Security.Cryptography;
using System.Text;
using TalkingMachines.Evaluation;
using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Speech;

/// <summary>Published figures are measured on held-out clips, so that these must stay what they are.</summary>
public sealed class HeldOutDrawTests
{
    [Fact]
    public void Held_out_seeds_keep_their_voices_and_sentences()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long seed = HeldOutClip.FirstCharacter; seed < HeldOutClip.FirstCharacter + 400; seed++)
        {
            var random = new PerformanceRandom(seed);
            var (voice, language) = VoiceCatalog.Draw(random, heldOut: true);
            var text = Sentences.Draw(random, language, heldOut: true);
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
                $"{voice.Engine} {voice.Name} {voice.WordsPerMinute} {voice.Pitch} {voice.PitchRange} {language} {text} {random.NextBits()}\n")));
        }
        Assert.Equal("AEBAD1E07AD6C5F6BE7D0CCCF43EF1E88F5D8677", Convert.ToHexString(hash.GetHashAndReset())[..40]);
    }
}
