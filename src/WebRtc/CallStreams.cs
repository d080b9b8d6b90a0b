namespace TalkingMachines.WebRtc;

/// <summary>What a datagram of RTCP asks of the call.</summary>
[Flags]
internal enum ControlWish
{
    None = 0,
    KeyFrame = 1,
    Goodbye = 2,
}

/// <summary>
/// The streams of one connected call: picture and voice out, microphone in, protected by SRTP, with their reports.
/// Times are those of the call's one clock. Not thread-safe; the peer's lock guards it.
/// </summary>
internal sealed class CallStreams : IDisposable
{
    const int VideoClock = 90_000, SoundClock = 48_000;
    // the picture: some seconds at the highest rate; a lost voice packet is concealed sooner than resent
    const int VideoHistory = 1024;
    const int BufferBytes = 2048;
    /// <summary>As many packets as the highest rate has.</summary>
    const int MostResentPerSecond = 300;
    // table of contents and one frame (RFC 6716, section 3.2.1)
    const int MostVoiceBytes = 1276;
    static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    RateLimit resent = new(MostResentPerSecond);
    readonly SrtpContext sendKeys, receiveKeys;
    readonly DatagramSink sink;
    readonly RtpSender video, voice;
    readonly RtpReceiver microphone = new(SoundClock);
    readonly BitrateControl bitrate = new();
    readonly KeyFrameRequests keyFrames = new();
    readonly string canonicalName;
    readonly bool hasVoice;
    readonly int microphoneType;
    readonly byte[] buffer = new byte[BufferBytes];
    ushort pictureId = (ushort)Random.Shared.Next(1 << 15);
    TimeSpan lastBlock;

    /// <param name="start">NTP time at which the call's clock stood at zero.</param>
    public CallStreams(SdpOffer offer, AnswerParameters ours, NtpTime start, (SrtpContext Send, SrtpContext Receive) keys, DatagramSink sink)
    {
        (sendKeys, receiveKeys) = keys;
        this.sink = sink;
        canonicalName = ours.CanonicalName;
        hasVoice = offer.Voice != null;
        microphoneType = offer.Microphone?.PayloadType ?? -1;
        video = new(RtpStream.Begin(ours.VideoSsrc, offer.Video.PayloadType!.Value, VideoClock), start, canonicalName, VideoHistory);
        voice = new(RtpStream.Begin(ours.VoiceSsrc, offer.Voice?.PayloadType ?? 0, SoundClock), start, canonicalName, 0);
    }

    public int KilobitsPerSecond => bitrate.KilobitsPerSecond;

    public void SendVideo(ReadOnlySpan<byte> frame, TimeSpan mediaTime, TimeSpan now)
    {
        int count = Vp8Packets.Count(frame.Length);
        for (int i = 0; i < count; i++)
        {
            int payload = Vp8Packets.Write(frame, i, pictureId, buffer.AsSpan(RtpPacket.HeaderBytes));
            int length = video.WriteHeader(buffer, payload, mediaTime, marker: i == count - 1, now);
            length = sendKeys.Protect(buffer, length);
            video.Keep(video.LastSequence, buffer.AsSpan(0, length));
            sink(buffer.AsSpan(0, length));
        }
        if (count > 0) pictureId = Vp8Packets.NextPictureId(pictureId);
    }

    public void SendVoice(ReadOnlySpan<byte> packet, TimeSpan mediaTime, TimeSpan now)
    {
        if (!hasVoice || packet.IsEmpty) return;
        if (packet.Length > MostVoiceBytes)
            throw new ArgumentException($"An Opus packet of {packet.Length} bytes was to be sent, expected at most {MostVoiceBytes}.", nameof(packet));
        packet.CopyTo(buffer.AsSpan(RtpPacket.HeaderBytes));
        int length = voice.WriteHeader(buffer, packet.Length, mediaTime, marker: voice.PacketsSent == 0, now);
        sink(buffer.AsSpan(0, sendKeys.Protect(buffer, length)));
    }

    /// <summary>Takes a packet of SRTP or SRTCP; what is not authentic changes nothing.</summary>
    public ControlWish Receive(Span<byte> packet, TimeSpan now)
    {
        if (RtpPacket.IsRtcp(packet))
            return receiveKeys.TryUnprotectControl(packet, out int control) ? ReceiveControl(packet[..control], now) : ControlWish.None;
        if (!receiveKeys.TryUnprotect(packet, out int length)) return ControlWish.None;
        if (RtpPacket.TryParse(packet[..length], out var rtp) && rtp.PayloadType == microphoneType) microphone.Add(rtp, now);
        return ControlWish.None;
    }

    /// <summary>The microphone's next packet in order, copied; length 0 for one that was lost.</summary>
    public bool TryTakeSound(TimeSpan now, Span<byte> packet, out int length)
    {
        length = 0;
        if (!microphone.TryTake(now, out var payload)) return false;
        payload.CopyTo(packet);
        length = payload.Length;
        return true;
    }

    /// <summary>Sends the reports that are due.</summary>
    public void OnTimer(TimeSpan now)
    {
        if (video.IsReportDue(now)) Report(video, now);
        if (voice.IsReportDue(now)) Report(voice, now);
        if (microphone.PacketsReceived > 0 && now - lastBlock > ReportInterval + (ReportInterval / 2))
            SendControl(Rtcp.WriteReceiverReport(buffer, video.Ssrc, [TakeBlock(now)], canonicalName));
    }

    /// <summary>Takes leave of both streams.</summary>
    public void SendGoodbye()
    {
        foreach (var stream in (ReadOnlySpan<RtpSender>)[video, voice])
        {
            int length = Rtcp.WriteReceiverReport(buffer, stream.Ssrc, [], canonicalName);
            SendControl(length + Rtcp.WriteGoodbye(buffer.AsSpan(length), stream.Ssrc));
        }
    }

    public PeerStatistics Statistics(bool isTcp) => new()
    {
        PacketsSent = video.PacketsSent + voice.PacketsSent,
        BytesSent = video.BytesSent + voice.BytesSent,
        PacketsResent = video.PacketsResent,
        FractionLost = video.FractionLost,
        PacketsLost = (long)video.PacketsLost + voice.PacketsLost,
        RoundTrip = video.RoundTrip != TimeSpan.Zero ? video.RoundTrip : voice.RoundTrip,
        Jitter = video.Jitter,
        PacketsReceived = microphone.PacketsReceived,
        BytesReceived = microphone.BytesReceived,
        PacketsReceivedLost = microphone.PacketsLost,
        ReceivedJitter = microphone.Jitter,
        IsTcp = isTcp,
    };

    void Report(RtpSender stream, TimeSpan now)
    {
        // the microphone is reported on beside the picture
        bool withBlock = stream == video && microphone.PacketsReceived > 0;
        SendControl(stream.WriteReport(buffer, now, withBlock ? [TakeBlock(now)] : []));
    }

    ReportBlock TakeBlock(TimeSpan now)
    {
        lastBlock = now;
        return microphone.TakeReport(now);
    }

    void SendControl(int length) => sink(buffer.AsSpan(0, sendKeys.ProtectControl(buffer, length)));

    ControlWish ReceiveControl(ReadOnlySpan<byte> compound, TimeSpan now)
    {
        var wishes = ControlWish.None;
        var reader = new RtcpReader(compound);
        while (reader.TryRead(out var packet)) wishes |= Take(packet, now);
        return wishes;
    }

    ControlWish Take(in RtcpPacket packet, TimeSpan now)
    {
        switch (packet.Kind)
        {
            case RtcpKind.SenderReport or RtcpKind.ReceiverReport:
                if (packet.Kind == RtcpKind.SenderReport && packet.Ssrc == microphone.Ssrc) microphone.OnSenderReport(packet.SenderInfo.Time, now);
                for (int i = 0; i < packet.ReportCount; i++) TakeReport(packet.Report(i), now);
                return ControlWish.None;
            case RtcpKind.Nack when packet.MediaSsrc == video.Ssrc:
                Resend(packet.Nacked, now);
                return ControlWish.None;
            case RtcpKind.PictureLoss when packet.MediaSsrc == video.Ssrc:
                return keyFrames.OnPictureLoss(now) ? ControlWish.KeyFrame : ControlWish.None;
            case RtcpKind.FullIntraRequest when packet.TryGetFullIntra(video.Ssrc, out byte command):
                return keyFrames.OnFullIntra(command, now) ? ControlWish.KeyFrame : ControlWish.None;
            case RtcpKind.BitrateEstimate when packet.Names(video.Ssrc):
                bitrate.OnEstimate(packet.EstimateBitsPerSecond, now);
                return ControlWish.None;
            case RtcpKind.Goodbye:
                return ControlWish.Goodbye;
            default:
                return ControlWish.None;
        }
    }

    void TakeReport(in ReportBlock block, TimeSpan now)
    {
        video.OnReport(block, now);
        voice.OnReport(block, now);
        if (block.Ssrc == video.Ssrc) bitrate.OnReport(block, video.RoundTrip, now);
    }

    void Resend(NackedSequences missing, TimeSpan now)
    {
        foreach (ushort sequence in missing)
        {
            if (!resent.Admits(now)) return;
            if (video.TryResend(sequence, now, out var packet)) sink(packet);
        }
    }

    public void Dispose()
    {
        sendKeys.Dispose();
        receiveKeys.Dispose();
    }
}
