namespace TalkingMachines.Media;

/// <summary>
/// Writes a video with sound in constant memory. Frames and sound may come in any order and portion; both begin
/// at time zero. Disposing without <see cref="Complete"/> leaves no file.
/// </summary>
public interface IVideoWriter : IDisposable
{
    /// <summary>Appends a frame, [height, width, 3], R G B, rows from top to bottom.</summary>
    void WriteFrame(ReadOnlySpan<byte> rgb);

    /// <summary>Appends sound, nominally in [-1, 1].</summary>
    void WriteSound(ReadOnlySpan<float> mono);

    /// <summary>Finishes the video and gives it its name. Hours of sound may take minutes here: stopped meanwhile, it leaves no file.</summary>
    /// <exception cref="OperationCanceledException"/>
    void Complete(CancellationToken stop = default);
}
