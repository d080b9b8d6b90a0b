using System.Globalization;

namespace TalkingMachines.Media;

/// <summary>The sound of any file that ffmpeg decodes, mono 16-bit through a pipe, in constant memory.</summary>
public sealed class FfmpegAudioReader : ISoundReader
{
    readonly FfmpegProcess process;
    readonly string path;
    readonly byte[] buffer = new byte[1 << 15];
    bool ended;

    internal FfmpegAudioReader(Ffmpeg ffmpeg, string path, int sampleRate, CancellationToken stop)
    {
        Resampler.CheckRate(sampleRate);
        (this.path, SampleRate) = (path, sampleRate);
        string rate = sampleRate.ToString(CultureInfo.InvariantCulture);
        string[] arguments = [.. Ffmpeg.Input(Ffmpeg.Url(path)), "-vn", "-sn", "-dn", "-ac", "1", "-ar", rate,
            "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"];
        process = FfmpegProcess.Start(ffmpeg, arguments, feedsInput: false, readsOutput: true, stop);
    }

    public int SampleRate { get; }

    /// <summary>Null: only decoding to the end tells.</summary>
    public long? FrameCount => null;

    /// <exception cref="MediaException">ffmpeg failed.</exception>
    /// <exception cref="OperationCanceledException">The token of the constructor was cancelled.</exception>
    public int Read(Span<float> mono)
    {
        int done = 0;
        while (done < mono.Length && !ended)
        {
            var wanted = buffer.AsSpan(0, Math.Min(buffer.Length, 2 * (mono.Length - done)));
            int bytes = process.Output.ReadAtLeast(wanted, wanted.Length, throwOnEndOfStream: false);
            Pcm16.Decode(wanted, mono.Slice(done, bytes / 2));
            done += bytes / 2;
            if (bytes == wanted.Length) continue;
            ended = true;
            process.Finish($"read {path}");
        }
        return done;
    }

    public void Dispose() => process.Dispose();
}
