using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Serving;

/// <summary>A tiny avatar on the processor, shared by the tests of a class.</summary>
public sealed class TinySession : IDisposable
{
    readonly TemporaryFolder folder = new();

    public TinySession()
    {
        Placement = Placement.Open("cpu:0");
        Avatar = Avatar.Load(TinyAvatar.Write(folder.File("tiny")), Placement.Diffusion, Placement.Decoder);
        Picture = new PuppetRenderer().Draw(Puppet.FromSeed(7), PuppetPose.Neutral, 80);
    }

    public string Model => folder.File("tiny");

    public Placement Placement { get; }

    public Avatar Avatar { get; }

    public Picture Picture { get; }

    /// <summary>Runs a generation and compares the live tensors before and after.</summary>
    internal async Task<GenerationReport> Generate(
        ISoundReader sound, RecordedVideo? video, ulong seed = 0, IProgress<GenerationProgress>? progress = null, CancellationToken stop = default)
    {
        int before = Placement.Diffusion.Memory.LiveStorages;
        try
        {
            return await new VideoGeneration(Avatar, seed).RunAsync(Picture, sound, video, progress, stop);
        }
        finally
        {
            Assert.Equal(before, Placement.Diffusion.Memory.LiveStorages);
        }
    }

    public void Dispose()
    {
        Avatar.Dispose();
        Placement.Dispose();
        folder.Dispose();
    }
}

/// <summary>A sound in memory that breaks off with an error, if it is told to.</summary>
internal sealed class SoundInMemory(float[] samples, int sampleRate = SoundBlock.SampleRate, int? failsAt = null, bool tellsLength = true) : ISoundReader
{
    int position;

    public int SampleRate => sampleRate;

    public long? FrameCount => tellsLength ? samples.Length : null;

    public int Read(Span<float> mono)
    {
        if (position >= failsAt) throw new MediaException("x.wav is damaged: it ends before its samples.");
        int count = Math.Min(mono.Length, samples.Length - position);
        samples.AsSpan(position, count).CopyTo(mono);
        position += count;
        return count;
    }

    public void Dispose()
    {
    }

    /// <summary>All of a reader.</summary>
    public static float[] Samples(ISoundReader reader)
    {
        float[] samples = new float[reader.FrameCount!.Value];
        reader.Read(samples);
        return samples;
    }
}
