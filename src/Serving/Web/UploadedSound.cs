using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>A sound that a caller sent, as long as it is played. Its beginning is read at once, so that no sound is refused at once too.</summary>
internal sealed class UploadedSound : ISoundReader
{
    /// <summary>Largest body, in bytes.</summary>
    public const long MostBytes = 50 << 20;

    /// <summary>How long a piece may take: a file can be made so that a decoder computes for ever.</summary>
    public static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(20);

    static readonly SemaphoreSlim Opening = new(8);

    readonly PrivateFile file;
    readonly ISoundReader reader;
    readonly Patience patience;
    readonly float[] beginning = new float[SoundBlock.Capacity];
    int begun, kept;

    UploadedSound(PrivateFile file, ISoundReader reader, Patience patience) => (this.file, this.reader, this.patience) = (file, reader, patience);

    public int SampleRate => reader.SampleRate;

    public long? FrameCount => reader.FrameCount;

    /// <exception cref="WebProblem">It is no sound.</exception>
    public static async Task<UploadedSound> TakeAsync(Stream body, TimeSpan longestRead, CancellationToken stop)
    {
        var file = await PrivateFile.KeepAsync(body, stop);
        try
        {
            if (file.Length == 0) throw WebProblem.Senseless("The body is empty, expected a sound.");
            return await OpenAsync(file, longestRead, stop);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static async Task<UploadedSound> OpenAsync(PrivateFile file, TimeSpan longestRead, CancellationToken stop)
    {
        await Opening.WaitAsync(stop);
        try
        {
            return await Task.Run(() => Open(file, longestRead), CancellationToken.None);
        }
        finally
        {
            Opening.Release();
        }
    }

    static UploadedSound Open(PrivateFile file, TimeSpan longestRead)
    {
        ISoundReader? reader = null;
        var patience = new Patience(longestRead);
        try
        {
            reader = SoundFile.Open(file.Path, SoundBlock.SampleRate, patience.Token);
            var sound = new UploadedSound(file, reader, patience);
            sound.kept = patience.Read(reader, sound.beginning);
            return sound.kept > 0 ? sound : throw WebProblem.Unreadable("the sound has no samples.");
        }
        catch (Exception wrong) when (wrong is MediaException or WebProblem)
        {
            reader?.Dispose();
            patience.Dispose();
            throw wrong is MediaException media ? WebProblem.Unreadable(file.Named(media, "the sound")) : wrong;
        }
    }

    public int Read(Span<float> mono)
    {
        int count = Math.Min(mono.Length, kept - begun);
        beginning.AsSpan(begun, count).CopyTo(mono);
        begun += count;
        try
        {
            return count == mono.Length ? count : count + patience.Read(reader, mono[count..]);
        }
        catch (MediaException wrong)
        {
            throw new MediaException(file.Named(wrong, "the sound"));
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        patience.Dispose();
        file.Dispose();
    }

    /// <summary>Ends the decoder where a single read takes too long; between reads it may wait as long as the sound is played.</summary>
    sealed class Patience(TimeSpan longestRead) : IDisposable
    {
        readonly CancellationTokenSource source = new();

        public CancellationToken Token => source.Token;

        public int Read(ISoundReader reader, Span<float> mono)
        {
            try
            {
                source.CancelAfter(longestRead);
                int count = reader.Read(mono);
                source.CancelAfter(Timeout.InfiniteTimeSpan);
                Token.ThrowIfCancellationRequested(); // at the last moment
                return count;
            }
            catch (OperationCanceledException)
            {
                throw new MediaException(FormattableString.Invariant($"the sound took more than {longestRead.TotalSeconds} s to decode."));
            }
        }

        public void Dispose() => source.Dispose();
    }
}
