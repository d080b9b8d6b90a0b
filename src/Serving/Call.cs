using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Serving;

/// <summary>One browser at one session: encodes what the session shows and sounds, and hands over what the microphone hears.</summary>
public sealed class Call : ISessionOutput, IDisposable
{
    const double WorthTelling = 0.05; // of the bitrate: smaller changes are noise

    readonly Peer peer;
    readonly Microphone microphone;
    readonly Vp8Encoder video;
    readonly OpusEncoder voice = new();
    readonly OpusDecoder listener = new();
    readonly Lock gate = new();
    readonly byte[] packet = new byte[OpusEncoder.MostPacketBytes];
    readonly float[] heard = new float[OpusDecoder.MostPacketSamples];
    TimeSpan? began;
    int lastHeard = OpusEncoder.PacketSamples;
    bool keyFrameWanted = true;
    bool closed;

    public Call(Peer peer, Session session, Microphone microphone)
    {
        (this.peer, this.microphone) = (peer, microphone);
        video = new Vp8Encoder(session.Side, session.Side, 16, peer.VideoKilobitsPerSecond);
        peer.KeyFrameWanted += () => Volatile.Write(ref keyFrameWanted, true);
        peer.SoundReceived += Hear;
        session.Output = this;
    }

    public Peer Peer => peer;

    public void Show(ReadOnlySpan<byte> rgb, TimeSpan time)
    {
        if (!peer.Connected.IsCompletedSuccessfully) return;
        lock (gate)
        {
            if (closed) return;
            int carried = peer.VideoKilobitsPerSecond;
            if (Math.Abs(carried - video.KilobitsPerSecond) > WorthTelling * video.KilobitsPerSecond) video.KilobitsPerSecond = carried;
            var frame = video.Encode(rgb, Interlocked.Exchange(ref keyFrameWanted, false), out _);
            if (frame.Length > 0) peer.SendVideo(frame.Span, SinceBegin(time));
        }
    }

    public void Play(ReadOnlySpan<float> sound, TimeSpan time)
    {
        if (!peer.Connected.IsCompletedSuccessfully) return;
        lock (gate)
        {
            if (closed) return;
            int length = voice.Encode(sound, packet);
            peer.SendAudio(packet.AsSpan(0, length), SinceBegin(time));
        }
    }

    // The session may have lived before the call; sound is told of 20 ms after it began.
    TimeSpan SinceBegin(TimeSpan time)
    {
        began ??= time - TimeSpan.FromMilliseconds(100);
        return time - began.Value;
    }

    void Hear(ReceivedSound sound)
    {
        int count = 0;
        try
        {
            if (!sound.IsLost) lastHeard = count = listener.Decode(sound.Packet, heard);
        }
        catch (MediaException)
        {
            // no Opus: as good as lost
        }
        if (count == 0) count = listener.Conceal(heard, lastHeard);
        microphone.Hear(heard.AsSpan(0, count));
    }

    public void Dispose()
    {
        peer.SoundReceived -= Hear;
        lock (gate)
        {
            if (closed) return;
            closed = true;
            video.Dispose();
            voice.Dispose();
        }
        listener.Dispose();
    }
}
