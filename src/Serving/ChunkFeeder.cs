using System.Threading.Channels;
using TalkingMachines.Models.Audio;

namespace TalkingMachines.Serving;

/// <summary>
/// Feeds a session's pipeline: one chunk's sound for each request, with as much of what follows as is known. What has ended is
/// followed by silence. What is still being made is waited for until the picture would stop.
/// </summary>
internal sealed class ChunkFeeder(Pipeline pipeline, int chunkFrames, int framesAhead, TimeProvider clock)
{
    /// <summary>Longest wait for a turn's first chunk of sound.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.2);

    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    readonly int own = chunkFrames * DriveStage.FrameSamples;          // samples of a chunk
    readonly int full = framesAhead * DriveStage.FrameSamples;         // samples that a chunk is best made from
    readonly int enough = (chunkFrames + HearingStream.LiveFrames) * DriveStage.FrameSamples;
    readonly Channel<Request> requests = Channel.CreateBounded<Request>(new BoundedChannelOptions(4) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    long sentAt;
    Turn? fed;
    Turn? opened;
    int ahead; // samples fed that belong to the next chunk

    /// <summary>When the newest request's sound was sent: from there on the devices are at work.</summary>
    public long SentAt => Volatile.Read(ref sentAt);

    /// <summary>Asks for the next chunk of a turn.</summary>
    /// <param name="needed">Timestamp at which it is needed on the devices; sound still under way is waited for until then.</param>
    public void Ask(Turn turn, long needed) => requests.Writer.TryWrite(new Request(turn, needed));

    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var request in requests.Reader.ReadAllAsync(stop))
        {
            if (request.Turn != fed) (fed, ahead) = (request.Turn, 0);
            await WaitForSoundAsync(request, stop);
            Volatile.Write(ref sentAt, clock.GetTimestamp());
            await SendAsync(request.Turn, stop);
        }
    }

    async Task WaitForSoundAsync(Request request, CancellationToken stop)
    {
        var sound = request.Turn.Sound;
        bool isOpening = request.Turn != opened;
        opened = request.Turn;
        long patience = request.Turn.Began + (long)(Patience.TotalSeconds * clock.TimestampFrequency);
        while (!sound.IsCompleted && ahead + sound.Available < full)
        {
            long now = clock.GetTimestamp();
            bool isEnough = ahead + sound.Available >= enough;
            if (isEnough && (isOpening || sound.IsLive || now >= request.Needed)) return;
            if (now >= (isOpening ? patience : request.Needed)) return;
            await Task.Delay(Glance, clock, stop);
        }
    }

    async Task SendAsync(Turn turn, CancellationToken stop)
    {
        bool completed = turn.Sound.IsCompleted;
        int target = completed ? full : Math.Clamp(ahead + turn.Sound.Available, own, full);
        for (int left = Math.Max(0, target - ahead); ;)
        {
            var block = pipeline.NewBlock(turn.Number);
            block.ResumeMotionAt = turn.ResumeMotionAt;
            block.Count = Math.Min(left, SoundBlock.Capacity);
            int taken = turn.Sound.Take(block.Room[..block.Count]);
            block.Room[taken..block.Count].Clear();
            if (!completed) turn.Sound.Pad(block.Count - taken);
            left -= block.Count;
            block.EndsRequest = left == 0;
            await pipeline.Sound.WriteAsync(block, stop);
            if (left == 0) break;
        }
        ahead = Math.Max(ahead, target) - own;
        if (turn.Sound.IsLive && turn.Sound.Available > SoundBlock.SampleRate) turn.Sound.DropAllBut(0); // a clock faster than ours
    }

    readonly record struct Request(Turn Turn, long Needed);
}
