namespace TalkingMachines.Media;

/// <summary>Another reader at another rate, in constant memory. Owns <paramref name="source"/>.</summary>
public sealed class ResampledReader(ISoundReader source, int sampleRate) : ISoundReader
{
    const int BlockSamples = 4096;

    readonly Resampler resampler = new(source.SampleRate, sampleRate);
    readonly float[] input = new float[BlockSamples];
    float[] ready = [];
    int readyFrom, readyTo;
    bool ended, finished;

    public int SampleRate => sampleRate;

    public long? FrameCount => source.FrameCount is { } count ? Resampler.OutputCount(count, source.SampleRate, sampleRate) : null;

    public int Read(Span<float> mono)
    {
        int done = 0;
        while (done < mono.Length)
        {
            if (readyFrom == readyTo && !MakeReady()) break;
            int count = Math.Min(mono.Length - done, readyTo - readyFrom);
            ready.AsSpan(readyFrom, count).CopyTo(mono[done..]);
            readyFrom += count;
            done += count;
        }
        return done;
    }

    public void Dispose() => source.Dispose();

    bool MakeReady()
    {
        if (ready.Length == 0) ready = new float[Math.Max(resampler.MaxOutput(BlockSamples), resampler.MaxTail)];
        (readyFrom, readyTo) = (0, 0);
        while (!ended && readyTo == 0)
        {
            int got = source.Read(input);
            ended = got < input.Length;
            readyTo = resampler.Process(input.AsSpan(0, got), ready);
        }
        if (readyTo == 0 && !finished)
        {
            finished = true;
            readyTo = resampler.Finish(ready);
        }
        return readyTo > 0;
    }
}
