using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// Pictures that callers brought, in memory only: an hour from their last use at most, and only so many; a new one pushes the
/// one out that was not used for longest.
/// </summary>
internal sealed class PictureShelf(TimeProvider clock) : IDisposable
{
    /// <summary>Largest body, in bytes.</summary>
    public const int MostBytes = 10 << 20;

    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    const int Side = 512;         // larger ones are scaled down: 786 KB each
    const int MostPictures = 64;  // 50 MB
    const int DecodedAtOnce = 2;  // a picture of the greatest size takes 200 MB while it is read

    readonly Lock gate = new();
    readonly Dictionary<string, OnShelf> pictures = [];
    readonly SemaphoreSlim decoding = new(DecodedAtOnce);

    sealed record OnShelf(Picture Picture, long LastUse);

    public int Count
    {
        get
        {
            lock (gate) return pictures.Count;
        }
    }

    /// <summary>Reads a picture of any format and keeps it; returns its name.</summary>
    /// <exception cref="WebProblem">It is none.</exception>
    public async Task<string> TakeAsync(Stream body, CancellationToken stop)
    {
        using var file = await PrivateFile.KeepAsync(body, stop);
        if (file.Length == 0) throw WebProblem.Senseless("The body is empty, expected a picture.");
        await decoding.WaitAsync(stop); // after it has come: who sends slowly keeps nobody from a place here
        try
        {
            return Keep(await Task.Run(() => Read(file), stop));
        }
        finally
        {
            decoding.Release();
        }
    }

    static Picture Read(PrivateFile file)
    {
        try
        {
            var square = PictureFile.Read(file.Path).CroppedToSquare();
            return square.Width <= Side ? square : square.Resized(Side, Side);
        }
        catch (MediaException wrong)
        {
            throw WebProblem.Unreadable(file.Named(wrong, "the picture"));
        }
    }

    string Keep(Picture picture)
    {
        string id = Guid.NewGuid().ToString("N");
        lock (gate)
        {
            Forget();
            if (pictures.Count == MostPictures) pictures.Remove(pictures.MinBy(each => each.Value.LastUse).Key);
            pictures[id] = new OnShelf(picture, clock.GetTimestamp());
        }
        return id;
    }

    /// <summary>A picture that is still here, which counts as its use.</summary>
    public Picture? Find(string id)
    {
        lock (gate)
        {
            Forget();
            if (!pictures.TryGetValue(id, out var kept)) return null;
            pictures[id] = kept with { LastUse = clock.GetTimestamp() };
            return kept.Picture;
        }
    }

    /// <summary>Lets go what has been here too long.</summary>
    public void Sweep()
    {
        lock (gate) Forget();
    }

    void Forget()
    {
        foreach (var (id, kept) in pictures)
            if (clock.GetElapsedTime(kept.LastUse) > Kept) pictures.Remove(id);
    }

    public void Dispose() => decoding.Dispose();
}
