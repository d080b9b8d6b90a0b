using System.Threading.Channels;
using TalkingMachines.Models;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>Denoises chunk after chunk on the diffusion device, with caches of its own over weights that all sessions share.</summary>
public sealed class DiffusionStage(
    Avatar avatar, CharacterReference character, ulong seed, TurnCounter turns,
    ChannelReader<DriveChunk> drives, ChannelWriter<CodeChunk> codes, CancellationToken stop)
    : Stage<DriveChunk, CodeChunk>("diffusion", drives, codes, stop)
{
    BlockRollout? rollout;

    protected override void Open() => rollout = new BlockRollout(avatar.Model, character.At16, seed);

    protected override void Process(DriveChunk message)
    {
        if (turns.IsStale(message.Turn)) return;
        using var scope = Tensor.Scope();
        var latents = rollout!.Next(message.Drive);                           // [1,C,F,h,w]
        Send(new CodeChunk(message, avatar.Model.ToCodes(latents, character.Code).Own()));
    }

    protected override void Close() => rollout?.Dispose();
}
