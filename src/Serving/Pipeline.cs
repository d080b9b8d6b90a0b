using System.Threading.Channels;
using TalkingMachines.Models;

namespace TalkingMachines.Serving;

/// <summary>
/// Sound in, frames out, for one session: drive, diffusion and decoder, each on its thread, joined by short channels. A slow
/// reader of <see cref="Frames"/> holds everything up, so memory stays what it is however long the session lasts.
/// </summary>
public sealed class Pipeline : IDisposable
{
    const int BlocksAhead = 8;  // 0.8 s of sound at most
    const int PartsAhead = 3;   // of a chunk, where it comes in parts
    const int ChunksAhead = 1;  // one waits between two stages while both are at work: enough for overlap, quick to interrupt

    readonly CancellationTokenSource stop;
    readonly LendingPool<float> blocks = new(SoundBlock.Capacity);
    readonly Channel<SoundBlock> sound = Bounded<SoundBlock>(BlocksAhead);
    readonly Channel<DriveChunk> drives = Bounded<DriveChunk>(ChunksAhead);
    readonly Channel<CodeChunk> codes = Bounded<CodeChunk>(ChunksAhead);
    readonly Channel<FrameChunk> frames;
    readonly DriveStage drive;
    readonly DiffusionStage diffusion;
    readonly DecoderStage decoder;
    bool disposed;

    /// <summary>Starts the threads. The avatar and the character are others' too and stay theirs.</summary>
    /// <param name="seed">Of gestures and noise: the same seed and sound give the same frames.</param>
    /// <param name="onRequest">For a call: makes a chunk at each <see cref="SoundBlock.EndsRequest"/> instead of one after another, and gives its frames latent by latent.</param>
    public Pipeline(Avatar avatar, CharacterReference character, ulong seed, TurnCounter turns, bool onRequest = false, CancellationToken cancel = default)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        frames = Bounded<FrameChunk>(onRequest ? PartsAhead : ChunksAhead);
        drive = new DriveStage(avatar, seed, onRequest, turns, sound, drives, stop.Token);
        diffusion = new DiffusionStage(avatar, character, seed, turns, drives, codes, stop.Token);
        decoder = new DecoderStage(avatar, character, byLatent: onRequest, turns, codes, frames, stop.Token);
        drive.Start();
        diffusion.Start();
        decoder.Start();
    }

    /// <summary>Takes the sound to say; completing it ends the video with it.</summary>
    public ChannelWriter<SoundBlock> Sound => sound;

    /// <summary>Gives the chunks, which the reader disposes; ends with the failure of a stage if there was one.</summary>
    public ChannelReader<FrameChunk> Frames => frames;

    /// <summary>Managed memory that the stages have allocated so far.</summary>
    public long AllocatedBytes => drive.AllocatedBytes + diffusion.AllocatedBytes + decoder.AllocatedBytes;

    /// <summary>An empty block to fill and send.</summary>
    public SoundBlock NewBlock(int turn) => new(turn, blocks.Lend());

    /// <summary>Stops the threads, waits for them and frees what was under way.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        stop.Cancel();
        drive.Dispose();
        diffusion.Dispose();
        decoder.Dispose();
        Drain(sound);
        Drain(drives);
        Drain(codes);
        Drain(frames);
        stop.Dispose();
    }

    static Channel<T> Bounded<T>(int capacity) =>
        Channel.CreateBounded<T>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });

    static void Drain<T>(Channel<T> channel) where T : IDisposable
    {
        channel.Writer.TryComplete();
        while (channel.Reader.TryRead(out var message)) message.Dispose();
    }
}
