using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Serving;

/// <summary>One browser at one session: encodes what the session shows and sounds, and hands over what the microphone hears.</summary>
public sealed class Call : ISessionOutput, IDisposable
{
    const double WorthTelling = 0.05; // of the bitrate: smaller changes are noise
    const int MostAhead = OpusDecoder.SampleRate; // a second of sound beyond what time has passed: more keeps the network's thread from other calls

    readonly Peer peer;
    readonly Microphone microphone;
    readonly Vp8Encoder video;
    readonly OpusEncoder voice = new();
    readonly OpusDecoder listener = new();
    readonly Lock gate = new();
    readonly byte[] packet = new byte[OpusEncoder.MostPacketBytes];
    readonly float[] heard = new float[OpusDecoder.MostPacketSamples];
    readonly long listeningSince = TimeProvider.System.GetTimestamp();
    TimeSpan? began;
    int lastHeard = OpusEncoder.PacketSamples, lost;
    long heardTo; // where its sound is, in samples since listeningSince; what pauses comes on time again
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

    // The packet behind a lost one carries a coarse copy of it.
    void Hear(ReceivedSound sound)
    {
        if (sound.IsLost)
        {
            lost++;
            return;
        }
        for (; lost > 1; lost--) Take([], isCopy: false);
        for (; lost > 0; lost--) Take(sound.Packet, isCopy: true);
        Take(sound.Packet, isCopy: false);
    }

    void Take(ReadOnlySpan<byte> packet, bool isCopy)
    {
        long now = (long)(TimeProvider.System.GetElapsedTime(listeningSince).TotalSeconds * OpusDecoder.SampleRate);
        if (heardTo > now + MostAhead) return;
        int count = 0;
        try
        {
            if (isCopy) count = listener.Recover(packet, heard, lastHeard);
            else if (!packet.IsEmpty) lastHeard = count = listener.Decode(packet, heard);
        }
        catch (MediaException)
        {
            // no Opus: as good as lost
        }
        if (count == 0) count = listener.Conceal(heard, lastHeard);
        heardTo = Math.Max(heardTo, now) + count;
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
