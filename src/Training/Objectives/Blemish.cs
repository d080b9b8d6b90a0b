using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Objectives;

/// <summary>What decoders and codecs do to a frame: a judge that is to be fair to them learns with it.</summary>
internal readonly record struct Blemish(float Blur, float Noise, float Gain, float Offset)
{
    public static Blemish Draw(RandomStream random) =>
        new(random.Uniform(), 0.06f * random.Uniform() * random.Uniform(), 1 + (0.06f * random.Normal()), 0.04f * random.Normal());

    /// <summary>Spoils planes [3,H,W] in [-1, 1].</summary>
    public void Spoil(RandomStream random, Span<float> planes, int width)
    {
        float[] grain = new float[planes.Length];
        random.Normal(grain);
        Soften(planes, width, stride: 1, Blur);
        Soften(planes, width, stride: width, Blur);
        for (int i = 0; i < planes.Length; i++) planes[i] = Math.Clamp((planes[i] * Gain) + Offset + (Noise * grain[i]), -1, 1);
    }

    // (1, 2, 1) / 4 along one axis, by a share. The edges' neighbours of another row or plane are left out.
    static void Soften(Span<float> planes, int width, int stride, float share)
    {
        int plane = planes.Length / 3;
        float[] source = planes.ToArray();
        for (int i = 0; i < planes.Length; i++)
        {
            int at = stride == 1 ? i % width : i % plane, end = stride == 1 ? width : plane;
            if (at < stride || at + stride >= end) continue;
            planes[i] += share * ((0.25f * (source[i - stride] + source[i + stride])) - (0.5f * source[i]));
        }
    }
}
