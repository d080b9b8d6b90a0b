using TalkingMachines.Media;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>How far pictures are from a reference in colours and in features.</summary>
public sealed class IdentityDistance
{
    const int Bins = 8;  // of each colour
    const int Grid = 4;  // cells a side whose features are averaged: a moved head is no other head

    readonly ReferenceAutoencoder autoencoder;
    readonly Device device;
    readonly double[] colours;
    readonly double[] features;

    /// <param name="autoencoder">Its view of a reference picture serves as features. It belongs to the model that is judged, so the distances of true frames must stand beside.</param>
    public IdentityDistance(ReferenceAutoencoder autoencoder, Device device, Picture reference)
    {
        (this.autoencoder, this.device) = (autoencoder, device);
        colours = Histogram(reference);
        features = FeaturesOf(reference);
    }

    /// <summary>Half the summed differences between colour histograms: 0 the same, 1 no colour in common.</summary>
    public double Colours(Picture picture)
    {
        double[] other = Histogram(picture);
        double sum = 0;
        for (int i = 0; i < other.Length; i++) sum += Math.Abs(other[i] - colours[i]);
        return sum / 2;
    }

    /// <summary>1 - cosine of the angle between features: 0 the same, 1 unrelated.</summary>
    public double Features(Picture picture)
    {
        double[] other = FeaturesOf(picture);
        double product = 0, own = 0, others = 0;
        for (int i = 0; i < other.Length; i++)
        {
            product += other[i] * features[i];
            own += features[i] * features[i];
            others += other[i] * other[i];
        }
        return own * others > 0 ? 1 - (product / Math.Sqrt(own * others)) : 0;
    }

    static double[] Histogram(Picture picture)
    {
        double[] histogram = new double[Bins * Bins * Bins];
        double share = 3.0 / picture.Pixels.Length;
        for (int i = 0; i < picture.Pixels.Length; i += 3)
        {
            int r = picture.Pixels[i] * Bins / 256, g = picture.Pixels[i + 1] * Bins / 256, b = picture.Pixels[i + 2] * Bins / 256;
            histogram[(((r * Bins) + g) * Bins) + b] += share;
        }
        return histogram;
    }

    /// <summary>[channels * Grid * Grid], means over cells of the grid.</summary>
    double[] FeaturesOf(Picture picture)
    {
        using var scope = Tensor.Scope();
        var at16 = autoencoder.Reference(PixelPlanes.ToTensor(device, picture.Pixels, picture.Width, picture.Height)).At16; // [1,C,1,h,w]
        int channels = at16.Shape[1], height = at16.Shape[3], width = at16.Shape[4];
        float[] values = at16.ToArray();
        double[] means = new double[channels * Grid * Grid];
        for (int i = 0; i < values.Length; i++)
        {
            int x = i % width, y = i / width % height, channel = i / (width * height);
            means[(((channel * Grid) + (y * Grid / height)) * Grid) + (x * Grid / width)] += values[i];
        }
        return means; // every cell sums equally many: the angle is that of the means
    }
}
