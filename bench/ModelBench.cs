using System.Text.Json;
using TalkingMachines.Models;
using TalkingMachines.Models.Video;
using TalkingMachines.Serving;
using TalkingMachines.Tensors;

namespace TalkingMachines.Bench;

/// <summary>
/// Runs the model's two halves, all steps of a chunk and the decoding of its frames, here and in PyTorch by turns, after checking
/// that both say the same.
/// </summary>
public sealed class ModelBench : IDisposable
{
    const string Script = "pytorch_model.py", Diffusion = "diffusion", Decoder = "decoder";
    const int CheckedChunks = 2; // the first, and one that sees another
    const ulong Seed = 1;

    readonly Device device;
    readonly Avatar avatar;
    readonly CharacterReference character;
    readonly Drive[] drives;
    readonly BlockRollout rollout;
    readonly Tensor codes;
    readonly int threads;
    readonly string folder;

    /// <summary>Loads the model on so many cores.</summary>
    public ModelBench(string folder, int? steps, int threads)
    {
        (this.folder, this.threads) = (folder, threads);
        device = threads == Environment.ProcessorCount ? Device.Cpu() : Device.Cpu([.. Enumerable.Range(0, threads)]);
        avatar = Avatar.Load(folder, device, device, steps);
        character = new CharacterReference(avatar, CaseBench.Portrait(avatar));
        drives = [.. Enumerable.Range(0, CheckedChunks).Select(chunk => RandomDrive(avatar, (ulong)chunk))];
        rollout = new BlockRollout(avatar.Model, character.At16, Seed);
        var config = avatar.Config;
        codes = Tensor.EmptyOwned(device, [config.ChunkFrames, config.Autoencoder.CodeChannels, config.LatentSide, config.LatentSide]);
    }

    // Of about the size that real ones have; both modes.
    static Drive RandomDrive(Avatar avatar, ulong chunk)
    {
        using var scope = Tensor.Scope();
        var config = avatar.Config;
        var random = new RandomStream(Seed).Fork(chunk);
        var audio = Tensor.Normal(avatar.Diffusion, [1, config.ChunkFrames + (2 * config.AudioMargin), config.AudioFeatures], random);
        var gestures = Tensor.Normal(avatar.Diffusion, [1, config.ChunkFrames + 8, config.Gestures], random) * 0.05f;
        return new Drive(audio.Own(), gestures.Own(), [.. Enumerable.Range(0, config.ChunkLatents).Select(i => i % 3 != 2)]);
    }

    /// <exception cref="InvalidDataException">The two sides disagree: a comparison of their speed would mean nothing.</exception>
    public ModelComparison Run(string python, int rounds, Action<int>? done, CancellationToken stop)
    {
        string inputs = Path.Combine(Path.GetTempPath(), $"talkingmachines-bench-{Guid.NewGuid():N}.safetensors");
        try
        {
            WriteInputs(inputs);
            using var torch = new PythonChild(python, Script, threads, Path.GetFullPath(folder), inputs);
            var said = JsonSerializer.Deserialize<Greeting>(torch.Answer("its outputs"), JsonSerializerOptions.Web) ?? throw new InvalidDataException("PyTorch's side said nothing.");
            var comparison = new ModelComparison(said.Version, threads, said.Latents, said.Frames, []);
            if (!comparison.Agrees)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"PyTorch's latents differ from ours by {said.Latents:0.0e-0} and its frames by {said.Frames:0.0e-0}, expected {ModelComparison.MostDifference:0.0e-0} at most."));
            return comparison with
            {
                Parts =
                [
                    Measure(Diffusion, Denoise, torch, rounds, round => done?.Invoke(round), stop),
                    Measure(Decoder, Decode, torch, rounds, round => done?.Invoke(rounds + round), stop),
                ],
            };
        }
        finally
        {
            File.Delete(inputs);
        }
    }

    static ModelPart Measure(string part, Action ours, PythonChild torch, int rounds, Action<int> done, CancellationToken stop)
    {
        KernelBench.WarmUp(ours);
        string order = JsonSerializer.Serialize(new { part });
        List<double> here = [], there = [];
        for (int round = 0; round < rounds; round++)
        {
            stop.ThrowIfCancellationRequested();
            // Who comes second may find warmer or busier cores: each does so every other time.
            if (round % 2 == 1) there.Add(KernelBench.Settled(() => torch.Seconds(order, part)));
            here.Add(KernelBench.Settled(() => KernelBench.Round(ours, 1)));
            if (round % 2 == 0) there.Add(KernelBench.Settled(() => torch.Seconds(order, part)));
            done(round + 1);
        }
        return new ModelPart(part, 1000 * here.Min(), 1000 * KernelBench.Median(here), 1000 * there.Min(), 1000 * KernelBench.Median(there));
    }

    void Denoise()
    {
        using var scope = Tensor.Scope();
        rollout.Next(drives[^1]);
    }

    void Decode()
    {
        using var scope = Tensor.Scope();
        avatar.Autoencoder.Decode(codes, character.Features);
    }

    /// <summary>What PyTorch's side needs, and what we make of it.</summary>
    void WriteInputs(string path)
    {
        using var scope = Tensor.Scope();
        var config = avatar.Config;
        var features = character.Features;
        var all = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["steps"] = Tensor.From(device, [config.Steps.Length], config.Steps),
            ["reference"] = character.At16,
            ["code"] = character.Code,
            ["picture"] = features.Picture,
            ["at4"] = features.At4,
            ["at8"] = features.At8,
            ["at16"] = features.At16,
        };
        Shape latents = [1, config.Autoencoder.LatentChannels, config.ChunkLatents, config.LatentSide, config.LatentSide];
        for (int chunk = 0; chunk < CheckedChunks; chunk++)
        {
            float[] speaking = [.. drives[chunk].Speaking.Select(each => each ? 1f : 0f)];
            all[$"noise.{chunk}"] = Tensor.Normal(device, latents, new RandomStream(Seed).Fork((ulong)chunk));
            all[$"audio.{chunk}"] = drives[chunk].Audio;
            all[$"gestures.{chunk}"] = drives[chunk].Gestures;
            all[$"speaking.{chunk}"] = Tensor.From(device, [speaking.Length], speaking);
            all[$"latents.{chunk}"] = rollout.Next(drives[chunk]);
        }
        var made = avatar.Model.ToCodes(all[$"latents.{CheckedChunks - 1}"], character.Code);
        codes.Load(made.ToArray());
        all["frames"] = avatar.Autoencoder.Decode(made, features);
        SafeTensors.Write(path, all, DType.F32);
    }

    public void Dispose()
    {
        codes.Dispose();
        rollout.Dispose();
        foreach (var drive in drives)
        {
            drive.Audio.Dispose();
            drive.Gestures.Dispose();
        }
        character.Dispose();
        avatar.Dispose();
        device.Dispose();
    }

    sealed record Greeting(string Version, double Latents, double Frames);
}
