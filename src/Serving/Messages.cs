using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>Sound to say, in order and without gaps, cut anyhow. 48 kHz mono in [-1, 1]: what Opus and players take.</summary>
/// <param name="samples">Room for <see cref="Capacity"/> samples.</param>
public sealed class SoundBlock(int turn, Loan<float> samples) : IDisposable
{
    public const int SampleRate = 48_000;

    /// <summary>Most samples of a block: a tenth of a second.</summary>
    public const int Capacity = SampleRate / 10;

    public int Turn => turn;

    /// <summary>Samples that count, from the start of <see cref="Room"/>.</summary>
    public int Count { get; set; }

    /// <summary>A call asks for each chunk: the one after this sound is to be made now, whatever has not come counts as silence.</summary>
    public bool EndsRequest { get; set; }

    /// <summary>Where the character's motion goes on in a new turn: the motion frame after the last one that was seen. Null: after all that was sent.</summary>
    public long? ResumeMotionAt { get; set; }

    /// <summary>Somebody else says it: it goes into the video, but the character listens.</summary>
    public bool IsOthers { get; set; }

    public Span<float> Room => samples.Array;

    public ReadOnlySpan<float> Samples => samples.Array.AsSpan(0, Count);

    public void Dispose() => samples.Dispose();
}

/// <summary>
/// What every message about a chunk of video says. The chunk's sound travels with it, so that both leave together; it
/// moves from message to message as the chunk goes on.
/// </summary>
public abstract class ChunkMessage
{
    readonly int samples;
    Loan<float>? sound;

    protected ChunkMessage(int turn, long number, long firstMotion, int frames, int samples, Loan<float> sound) =>
        (Turn, Number, FirstMotion, Frames, this.samples, this.sound) = (turn, number, firstMotion, frames, samples, sound);

    protected ChunkMessage(ChunkMessage before)
        : this(before.Turn, before.Number, before.FirstMotion, before.Frames, before.samples, before.sound!) => before.sound = null;

    public int Turn { get; }

    /// <summary>Chunks that the session asked for before this one; an interruption leaves gaps.</summary>
    public long Number { get; }

    /// <summary>Place of its first frame in the character's motion; where a turn was cut short, the next one repeats what was not seen.</summary>
    public long FirstMotion { get; }

    /// <summary>Frames to show, from the first on: all of a chunk, fewer at the end of the sound.</summary>
    public int Frames { get; }

    /// <summary>The sound of these frames, at <see cref="SoundBlock.SampleRate"/>; the last frame's may end early.</summary>
    public ReadOnlyMemory<float> Sound => sound!.Array.AsMemory(0, samples);

    /// <summary>Copies the sound of some of the frames and returns how many samples that were.</summary>
    internal int CopySound(int first, int frames, Span<float> target)
    {
        var all = Sound.Span;
        int from = Math.Min(all.Length, first * DriveStage.FrameSamples), count = Math.Min(all.Length - from, frames * DriveStage.FrameSamples);
        all.Slice(from, count).CopyTo(target);
        return count;
    }

    /// <summary>Gives the sound back unless it has moved on.</summary>
    protected void ReturnSound()
    {
        sound?.Dispose();
        sound = null;
    }
}

/// <summary>The numbers that move the character during a chunk, on the diffusion device.</summary>
public sealed class DriveChunk(int turn, long number, long firstMotion, int frames, int samples, Loan<float> sound, Drive drive)
    : ChunkMessage(turn, number, firstMotion, frames, samples, sound), IDisposable
{
    public Drive Drive => drive;

    public void Dispose()
    {
        drive.Audio.Dispose();
        drive.Gestures.Dispose();
        ReturnSound();
    }
}

/// <summary>A generated chunk before decoding: codes [frames,C,h,w] on the diffusion device.</summary>
public sealed class CodeChunk(DriveChunk before, Tensor codes) : ChunkMessage(before), IDisposable
{
    public Tensor Codes => codes;

    public void Dispose()
    {
        codes.Dispose();
        ReturnSound();
    }
}

/// <summary>
/// Finished frames, each [height,width,3] R G B, one after another, with their sound: a whole chunk, or in a call one latent of
/// it after another, so that a turn begins before its first chunk is finished.
/// </summary>
public sealed class FrameChunk : ChunkMessage, IDisposable
{
    readonly Loan<byte> pixels;
    readonly int frameBytes;

    /// <summary>All frames of a chunk.</summary>
    public FrameChunk(CodeChunk before, Loan<byte> pixels, int frameBytes) : base(before) => (this.pixels, this.frameBytes, IsLast) = (pixels, frameBytes, true);

    /// <summary>Frames <paramref name="first"/> to <paramref name="first"/> + <paramref name="frames"/> of a chunk.</summary>
    /// <param name="sound">Takes this part's sound.</param>
    public FrameChunk(CodeChunk whole, int first, int frames, Loan<byte> pixels, int frameBytes, Loan<float> sound)
        : base(whole.Turn, whole.Number, whole.FirstMotion + first, frames, whole.CopySound(first, frames, sound.Array), sound) =>
        (this.pixels, this.frameBytes, IsLast) = (pixels, frameBytes, first + frames == whole.Frames);

    /// <summary>Nothing of the chunk follows.</summary>
    public bool IsLast { get; }

    /// <summary>When it was finished: <see cref="TimeProvider.GetTimestamp"/> of the system's clock.</summary>
    public long FinishedAt { get; } = TimeProvider.System.GetTimestamp();

    /// <summary>Frame <paramref name="index"/> below <see cref="ChunkMessage.Frames"/>.</summary>
    public ReadOnlyMemory<byte> Frame(int index) => pixels.Array.AsMemory(index * frameBytes, frameBytes);

    public void Dispose()
    {
        pixels.Dispose();
        ReturnSound();
    }
}
