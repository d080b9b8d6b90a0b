using System.Threading.Channels;
using TalkingMachines.Models;
using TalkingMachines.Models.Image;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>Takes codes over to the decoder's device and turns them into pixels there, while the diffusion is at the next chunk.</summary>
public sealed class DecoderStage(
    Avatar avatar, CharacterReference character, TurnCounter turns,
    ChannelReader<CodeChunk> codes, ChannelWriter<FrameChunk> frames, CancellationToken stop)
    : Stage<CodeChunk, FrameChunk>("decoder", codes, frames, stop)
{
    readonly int frameBytes = 3 * avatar.Config.Picture * avatar.Config.Picture;
    readonly LendingPool<byte> pixels = new(avatar.Config.ChunkFrames * 3 * avatar.Config.Picture * avatar.Config.Picture);
    float[] carried = [];

    protected override void Process(CodeChunk message)
    {
        if (turns.IsStale(message.Turn)) return;
        using var scope = Tensor.Scope();
        var decoded = avatar.Autoencoder.Decode(OnOwnDevice(message.Codes), character.Features);   // [frames,3,H,W]
        var loan = pixels.Lend();
        ToPixels(decoded, message.Frames, loan.Array);
        Send(new FrameChunk(message, loan, frameBytes));
    }

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
