using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>A sound that a caller sent, as long as it is played. Its beginning is read at once, so that no sound is refused at once too.</summary>
internal sealed class UploadedSound : ISoundReader
{
    /// <summary>Largest body, in bytes.</summary>
    public const long MostBytes = 50 << 20;

    const int TakenAtOnce = 8; // of up to 50 MB on the disk each

    static readonly SemaphoreSlim Taking = new(TakenAtOnce);

    readonly PrivateFile file;
    readonly ISoundReader reader;
    readonly float[] beginning = new float[SoundBlock.Capacity];
    int begun, kept;

    UploadedSound(PrivateFile file, ISoundReader reader) => (this.file, this.reader) = (file, reader);

    public int SampleRate => reader.SampleRate;

    public long? FrameCount => reader.FrameCount;

    /// <exception cref="WebProblem">It is no sound.</exception>
    public static async Task<UploadedSound> TakeAsync(Stream body, CancellationToken stop)
    {
        await Taking.WaitAsync(stop);
        try
        {
            var file = await PrivateFile.KeepAsync(body, stop);
            try
            {
                if (file.Length == 0) throw WebProblem.Senseless("The body is empty, expected a sound.");
                return await Task.Run(() => Open(file), CancellationToken.None);
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

    static UploadedSound Open(PrivateFile file)
    {
        ISoundReader? reader = null;
        try
        {
            reader = SoundFile.Open(file.Path, SoundBlock.SampleRate);
            var sound = new UploadedSound(file, reader);
            sound.kept = reader.Read(sound.beginning);
            return sound.kept > 0 ? sound : throw WebProblem.Unreadable("the sound has no samples.");
        }
        catch (Exception wrong) when (wrong is MediaException or WebProblem)
        {
            reader?.Dispose();
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
        file.Dispose();
    }
}
