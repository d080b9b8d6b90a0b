using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Tests.Media.Codecs;

/// <summary>A drawn face whose mouth and head move, frame by frame at 16 fps.</summary>
internal sealed class TalkingFace(int size, long seed = 3)
{
    readonly PuppetRenderer renderer = new();
    readonly Puppet puppet = Puppet.FromSeed(seed);

    public Picture Frame(int index)
    {
        float open = 0.5f + 0.5f * MathF.Sin(1.3f * index), sway = 0.06f * MathF.Sin(0.4f * index);
        var pose = new PuppetPose(new MouthShape(open, 0.5f, 0.3f, 0.5f, 0.2f), new Gesture(sway, sway / 2, sway, 0, 0, 0, 0, 0));
        return renderer.Draw(puppet, pose, size);
    }

    public static Picture[] Frames(int size, int count)
    {
        var face = new TalkingFace(size);
        return [.. Enumerable.Range(0, count).Select(face.Frame)];
    }

    /// <summary>Peak signal to noise over all channels, in dB.</summary>
    public static double Psnr(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        double squares = 0;
        for (int i = 0; i < a.Length; i++) squares += (a[i] - b[i]) * (double)(a[i] - b[i]);
        return 10 * Math.Log10(255.0 * 255 * a.Length / Math.Max(squares, 1e-9));
    }
}
