using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>A sound that a caller sent, as long as it is played. Its beginning is read at once, so that no sound is refused at once too.</summary>
internal sealed class UploadedSound : ISoundReader
{
    /// <summary>Largest body, in bytes.</summary>
    public const long MostBytes = 50 << 20;

    /// <summary>How long its beginning may take: a file can be made so that a decoder computes for ever.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    const int TakenAtOnce = 8; // of up to 50 MB on the disk each

    static readonly SemaphoreSlim Taking = new(TakenAtOnce);

    readonly PrivateFile file;
    readonly ISoundReader reader;
    readonly CancellationTokenSource patience;
    readonly float[] beginning = new float[SoundBlock.Capacity];
    int begun, kept;

    UploadedSound(PrivateFile file, ISoundReader reader, CancellationTokenSource patience) => (this.file, this.reader, this.patience) = (file, reader, patience);

    public int SampleRate => reader.SampleRate;

    public long? FrameCount => reader.FrameCount;

    /// <exception cref="WebProblem">It is no sound.</exception>
    public static async Task<UploadedSound> TakeAsync(Stream body, TimeSpan patience, CancellationToken stop)
    {
        await Taking.WaitAsync(stop);
        try
        {
            var file = await PrivateFile.KeepAsync(body, stop);
            try
            {
                if (file.Length == 0) throw WebProblem.Senseless("The body is empty, expected a sound.");
                return await Task.Run(() => Open(file, patience), CancellationToken.None);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        finally
        {
            Taking.Release();
        }
    }

    static UploadedSound Open(PrivateFile file, TimeSpan length)
    {
        ISoundReader? reader = null;
        var patience = new CancellationTokenSource(length);
        try
        {
            reader = SoundFile.Open(file.Path, SoundBlock.SampleRate, patience.Token);
            var sound = new UploadedSound(file, reader, patience);
            sound.kept = reader.Read(sound.beginning);
            patience.CancelAfter(Timeout.InfiniteTimeSpan); // what follows is decoded as it is played
            return sound.kept > 0 ? sound : throw WebProblem.Unreadable("the sound has no samples.");
        }
        catch (Exception wrong) when (wrong is MediaException or WebProblem or OperationCanceledException)
        {
            reader?.Dispose();
            patience.Dispose();
            throw wrong switch
            {
                MediaException media => WebProblem.Unreadable(file.Named(media, "the sound")),
                OperationCanceledException => WebProblem.Unreadable(FormattableString.Invariant($"the beginning of the sound took more than {length.TotalSeconds} s to decode.")),
                _ => wrong,
            };
        }
    }

    public int Read(Span<float> mono)
    {
        int count = Math.Min(mono.Length, kept - begun);
        beginning.AsSpan(begun, count).CopyTo(mono);
        begun += count;
        try
        {
            return count == mono.Length ? count : count + reader.Read(mono[count..]);
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
}
