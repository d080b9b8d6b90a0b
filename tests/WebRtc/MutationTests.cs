using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>Damaged packets and offers give a result or a refusal, never another exception, and take no undue memory.</summary>
public sealed class MutationTests
{
    const int Cases = 1000, MutantsInCase = 100;
    const long MostOfferMemory = 1 << 20;

    [Fact]
    public void A_hundred_thousand_damaged_packets_are_taken_without_exception_or_memory()
    {
        byte[][] originals = [.. Packets()];
        var world = new World();
        foreach (byte[] original in originals) world.Take(original);
        var seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();
        Prop.ForAll(seeds, seed => Survives(world, originals, seed)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));
        Assert.True(world.Parsed > Cases * MutantsInCase / 20, $"{world.Parsed} mutants got through to the streams");
    }

    [Fact]
    public void Damaged_offers_are_answered_or_refused_in_one_line()
    {
        string[] originals = [.. Offers.All];
        var seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();
        Prop.ForAll(seeds, seed => IsAnsweredOrRefused(Mutated(originals, new Random(seed)))).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void The_worst_offers_of_allowed_length_take_little_memory()
    {
        string head = "v=0\na=group:BUNDLE " + string.Join(' ', Enumerable.Range(0, 60)) + "\n";
        string[] fillers =
        [
            "\n", "a=\n", "m=video 9 UDP/TLS/RTP/SAVPF " + string.Concat(Enumerable.Repeat("9 ", 2000)) + "\n", "a=ssrc:1 x\n", "m=audio 9 RTP/SAVPF 0\n", "a=mid:1\n",
            "a=rtpmap:1 VP8/90000\n", "a=fingerprint:sha-256 " + Offers.ChromiumFingerprint + "\n", "a=group:BUNDLE " + string.Concat(Enumerable.Repeat("1 ", 2000)) + "\n",
        ];
        foreach (string filler in fillers)
            Assert.True(IsAnsweredOrRefused(head + string.Concat(Enumerable.Repeat(filler, (SdpOffer.MostLength - head.Length) / filler.Length))));
    }

    static bool Survives(World world, byte[][] originals, int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[1600];
        Garbage.AssertNone(() => // other mutants each time: the world knows those that it has met
        {
            for (int i = 0; i < MutantsInCase; i++) world.Take(bytes.AsSpan(0, Mutate(originals[random.Next(originals.Length)], bytes, random)));
        });
        return true;
    }

    static bool IsAnsweredOrRefused(string offer)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var parsed = SdpOffer.Parse(offer);
            string answer = SdpAnswer.Write(parsed, Answer);
            Assert.Equal(parsed.Media.Count, answer.Split("\nm=").Length - 1);
            Assert.All(answer.Split("\r\n")[..^1], line => Assert.Matches("^[a-z]=[ -~]+$", line));
        }
        catch (SdpException e)
        {
            Assert.Matches("^The offer[ -~]+[.]$", e.Message);
            Assert.True(e.Message.Length < 400);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostOfferMemory);
        }
        return true;
    }

    static AnswerParameters Answer { get; } = new()
    {
        IceUser = "user",
        IcePassword = "password0123456789abcdef",
        Fingerprint = new byte[32],
        Udp = [new(System.Net.IPAddress.Loopback, 5000)],
        VideoSsrc = 1,
        VoiceSsrc = 2,
        CanonicalName = "call",
        SessionId = 1,
    };

    /// <summary>Everything that a packet can reach once it is unprotected.</summary>
    sealed class World
    {
        readonly RtpReceiver receiver = new(48_000);
        readonly RtpSender sender = new(new RtpStream(9, 96, 90_000, 0, 0), new NtpTime(1UL << 60), "call", 256);
        readonly BitrateControl control = new();
        readonly KeyFrameRequests requests = new();
        readonly byte[] packet = new byte[1500];
        TimeSpan now;

        public int Parsed { get; private set; }

        public void Take(ReadOnlySpan<byte> bytes)
        {
            now += TimeSpan.FromMilliseconds(1);
            int length = sender.WriteHeader(packet, 50, now, marker: true, now);
            sender.Keep(sender.LastSequence, packet.AsSpan(0, length));
            if (!RtpPacket.IsRtcp(bytes)) TakeMedia(bytes);
            else TakeReports(bytes);
        }

        void TakeMedia(ReadOnlySpan<byte> bytes)
        {
            if (!RtpPacket.TryParse(bytes, out var parsed)) return;
            Parsed++;
            receiver.Add(parsed, now);
            int taken = 0;
            while (receiver.TryTake(now, out var payload))
                if (++taken > 200 || payload.Length > RtpReceiver.MostPayloadBytes)
                    Assert.Fail($"{taken} packets came out, the last of {payload.Length} bytes");
            receiver.TakeReport(now).Write(packet);
        }

        void TakeReports(ReadOnlySpan<byte> bytes)
        {
            var reader = new RtcpReader(bytes);
            while (reader.TryRead(out var report))
            {
                Parsed++;
                for (int i = 0; i < report.ReportCount; i++)
                {
                    sender.OnReport(report.Report(i), now);
                    control.OnReport(report.Report(i), sender.RoundTrip, now);
                }
                if (report.Kind == RtcpKind.SenderReport) receiver.OnSenderReport(report.SenderInfo.Time, now);
                if (report.Kind == RtcpKind.Nack) Resend(report);
                if (report.Kind == RtcpKind.PictureLoss && report.MediaSsrc == 9) requests.OnPictureLoss(now);
                if (report.Kind == RtcpKind.FullIntraRequest && report.TryGetFullIntra(9, out byte command)) requests.OnFullIntra(command, now);
                if (report.Kind == RtcpKind.BitrateEstimate && report.Names(9)) control.OnEstimate(report.EstimateBitsPerSecond, now);
                if (report.Kind == RtcpKind.Goodbye) report.Names(9);
                if (control.KilobitsPerSecond is < BitrateControl.Least or > BitrateControl.Most) Assert.Fail($"{control.KilobitsPerSecond} kbit/s");
            }
        }

        void Resend(in RtcpPacket nack)
        {
            int asked = 0;
            foreach (ushort sequence in nack.Nacked)
            {
                sender.TryResend(sequence, now, out _);
                if (++asked > 17 * RtpPacket.MostBytes / 4) Assert.Fail("a NACK asks without end");
            }
        }
    }

    static IEnumerable<byte[]> Packets()
    {
        for (int i = 0; i < 6; i++)
        {
            byte[] media = new byte[80 + i];
            RtpPacket.WriteHeader(media, 111, marker: false, (ushort)(65533 + i), (uint)(960 * i), 9);
            yield return media;
        }
        yield return Convert.FromHexString("B26F0001" + "00000002" + "00000009" + "1111111122222222" + "BEDE0001" + "10FF0000" + "ABCD" + "000003");
        byte[] reports = new byte[400];
        var block = new ReportBlock(9, 64, 5, 700, 900, 0x10001234, 99);
        int length = Rtcp.WriteSenderReport(reports, 7, new SenderInfo(new NtpTime(1UL << 60), 5, 6, 7), [block, block], "somebody");
        length += Rtcp.WriteNack(reports.AsSpan(length), 7, 9, [1, 2, 3, 50, 60, 70]);
        length += Rtcp.WritePictureLoss(reports.AsSpan(length), 7, 9);
        length += Rtcp.WriteGoodbye(reports.AsSpan(length), 7);
        yield return reports[..length];
        yield return reports[..Rtcp.WriteNack(reports, 7, 9, [.. Enumerable.Range(0, 80).Select(i => (ushort)(i * 7))])];
        yield return Convert.FromHexString("8FCE0005" + "00000001" + "00000000" + "52454D42" + "010BD090" + "00000009");
        yield return Convert.FromHexString("84CE0004" + "00000001" + "00000000" + "00000009" + "05000000");
    }

    /// <summary>Cuts, overwrites, and sometimes lengthens; headers decide the most, so half of the damage goes there.</summary>
    static int Mutate(byte[] original, byte[] mutant, Random random)
    {
        original.CopyTo(mutant, 0);
        int length = random.Next(8) switch { 0 => random.Next(original.Length + 1), 1 => random.Next(original.Length, mutant.Length), _ => original.Length };
        for (int i = random.Next(5); i > 0; i--)
            mutant[random.Next(random.Next(2) == 0 ? Math.Min(original.Length, 16) : original.Length)] = random.Next(3) switch
            {
                0 => 0xFF,
                1 => 0,
                _ => (byte)random.Next(256),
            };
        return length;
    }

    /// <summary>Lines dropped, doubled, exchanged or cut, and single characters replaced.</summary>
    static string Mutated(string[] originals, Random random)
    {
        var lines = originals[random.Next(originals.Length)].Split("\r\n").ToList();
        for (int i = random.Next(6); i > 0; i--)
        {
            int at = random.Next(lines.Count), other = random.Next(lines.Count);
            switch (random.Next(5))
            {
                case 0: lines.RemoveAt(at); break;
                case 1: lines.Insert(other, lines[at]); break;
                case 2: (lines[at], lines[other]) = (lines[other], lines[at]); break;
                case 3: lines[at] = lines[at][..random.Next(lines[at].Length + 1)]; break;
                default: lines[at] += new string((char)random.Next(0x100), random.Next(10) == 0 ? 5000 : 3); break;
            }
        }
        var text = new StringBuilder(string.Join(random.Next(2) == 0 ? "\n" : "\r\n", lines));
        for (int i = random.Next(4); i > 0; i--) text[random.Next(text.Length)] = (char)(random.Next(4) == 0 ? random.Next(0x10000) : random.Next(0x20, 0x7F));
        return text.ToString();
    }
}
