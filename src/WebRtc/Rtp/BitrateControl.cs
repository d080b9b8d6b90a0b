namespace TalkingMachines.WebRtc;

/// <summary>
/// Turns what the receiver reports into a bitrate for video. Loss moves the target as in Google's congestion control
/// (draft-ietf-rmcat-gcc-02, section 6): below 2 % it grows by 8 % a second, up to 10 % it stays, above it falls by half
/// of the loss. The receiver's own estimate (REMB) is a ceiling, less what voice and headers take.
/// </summary>
internal sealed class BitrateControl
{
    public const int Start = 600, Least = 80, Most = 2500;             // kbit/s

    const double GrowthPerSecond = 1.08, LowLoss = .02, HighLoss = .10, VoiceAndHeaders = 60;
    const int EnoughPackets = 20, MostPacketsBetweenReports = 20_000;
    static readonly TimeSpan MostStep = TimeSpan.FromSeconds(2), LeastBetweenCuts = TimeSpan.FromMilliseconds(300);
    static readonly TimeSpan MostRoundTrip = TimeSpan.FromSeconds(2), EstimateLife = TimeSpan.FromSeconds(10);

    double target = Start, ceiling = Most;
    double expected, lost;                 // packets since the last step
    uint? highest;
    TimeSpan? lastStep, lastCut, lastEstimate;

    /// <summary>What video may take now, <see cref="Least"/> to <see cref="Most"/>.</summary>
    public int KilobitsPerSecond => (int)target;

    /// <summary>Takes in a REMB: a lower ceiling acts at once, a higher one lets the target grow.</summary>
    public void OnEstimate(long bitsPerSecond, TimeSpan now)
    {
        lastEstimate = now;
        ceiling = Math.Clamp(bitsPerSecond / 1000.0 - VoiceAndHeaders, Least, Most);
        target = Math.Min(target, ceiling);
    }

    /// <summary>Takes in a report on the video stream. Few packets say little: a step needs 20, or 2 s.</summary>
    public void OnReport(in ReportBlock block, TimeSpan roundTrip, TimeSpan now)
    {
        int packets = unchecked((int)(block.HighestSequence - (highest ?? block.HighestSequence)));
        highest = block.HighestSequence;
        lastStep ??= now;
        if (packets is <= 0 or > MostPacketsBetweenReports) return;
        expected += packets;
        lost += packets * block.FractionLost / 256.0;
        var since = now - lastStep.Value;
        if (expected < EnoughPackets && since < MostStep) return;
        Step(lost / expected, since < MostStep ? since : MostStep, roundTrip, now);
        (expected, lost, lastStep) = (0, 0, now);
    }

    void Step(double loss, TimeSpan since, TimeSpan roundTrip, TimeSpan now)
    {
        if (lastEstimate is { } estimate && now - estimate > EstimateLife) (ceiling, lastEstimate) = (Most, null);
        if (loss < LowLoss)
            target *= Math.Pow(GrowthPerSecond, Math.Max(0, since.TotalSeconds));
        else if (loss > HighLoss && !(now - lastCut < LeastBetweenCuts + (roundTrip < MostRoundTrip ? roundTrip : MostRoundTrip)))
            (target, lastCut) = (target * (1 - loss / 2), now);
        target = Math.Clamp(target, Least, ceiling);
    }
}
