using System.Threading.Channels;
using TalkingMachines.Models;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>Takes codes over to the decoder's device and turns them into pixels there, while the diffusion is at the next chunk.</summary>
/// <param name="byLatent">Sends each latent's frames as soon as they are there, instead of the whole chunk.</param>
public sealed class DecoderStage(
    Avatar avatar, CharacterReference character, bool byLatent, TurnCounter turns,
    ChannelReader<CodeChunk> codes, ChannelWriter<FrameChunk> frames, CancellationToken stop)
    : Stage<CodeChunk, FrameChunk>("decoder", codes, frames, stop)
{
    readonly int frameBytes = 3 * avatar.Config.Picture * avatar.Config.Picture;
    readonly int partFrames = PartFrames(avatar, byLatent);
    readonly LendingPool<byte> pixels = new(PartFrames(avatar, byLatent) * 3 * avatar.Config.Picture * avatar.Config.Picture);
    readonly LendingPool<float> sounds = new(AutoencoderConfig.FramesPerLatent * DriveStage.FrameSamples);
    float[] carried = [];

    protected override void Process(CodeChunk message)
    {
        using var scope = Tensor.Scope();
        var codes = OnOwnDevice(message.Codes);                                                         // [frames,C,h,w]
        for (int first = 0; first < message.Frames && !turns.IsStale(message.Turn); first += partFrames)
        {
            using var part = Tensor.Scope();
            var decoded = avatar.Autoencoder.Decode(byLatent ? codes.Narrow(0, first, partFrames) : codes, character.Features);   // [frames,3,H,W]
            int frames = Math.Min(partFrames, message.Frames - first);
            var loan = pixels.Lend();
            ToPixels(decoded, frames, loan.Array);
            Send(byLatent ? new FrameChunk(message, first, frames, loan, frameBytes, sounds.Lend()) : new FrameChunk(message, loan, frameBytes));
        }
    }

    static int PartFrames(Avatar avatar, bool byLatent) => byLatent ? AutoencoderConfig.FramesPerLatent : avatar.Config.ChunkFrames;

    Tensor OnOwnDevice(Tensor codes)
    {
        if (codes.Device == avatar.Decoder) return codes;
        if (carried.Length != codes.Count) carried = new float[codes.Count];
        codes.Read(carried);
        return Tensor.From(avatar.Decoder, codes.Shape, carried);
    }

    void ToPixels(Tensor decoded, int count, byte[] rgb)
    {
        ReadOnlySpan<float> planes = decoded.Device.Compute == DType.F32 ? decoded.Floats : decoded.ToArray();
        for (int i = 0; i < count; i++)
            PixelPlanes.ToBytes(planes.Slice(i * frameBytes, frameBytes), rgb.AsSpan(i * frameBytes, frameBytes));
    }
}
