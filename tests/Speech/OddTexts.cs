using Xunit;

namespace TalkingMachines.Tests.Speech;

/// <summary>Texts that no engine may stumble over, whichever speaks them.</summary>
public static class OddTexts
{
    public static TheoryData<string> All => ["", " \t\r\n\0\u0001", "\U0001F600\U0001F680", "\ud83d", "...!?", "--help"];
}
