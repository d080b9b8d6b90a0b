using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class PictureQualityTests
{
    static readonly FaceGeometry Face = Puppet.FromSeed(1).Geometry;

    static Picture Grey(byte value, int side = 24)
    {
        var picture = new Picture(side, side);
        picture.Pixels.AsSpan().Fill(value);
        return picture;
    }

    static Picture Noise(ulong seed, int width, int height)
    {
        var random = new RandomStream(seed);
        var picture = new Picture(width, height);
        for (int i = 0; i < picture.Pixels.Length; i++) picture.Pixels[i] = (byte)random.Integer(256);
        return picture;
    }

    static PictureQuality Compare(Picture truth, Picture picture)
    {
        var quality = new PictureQuality();
        quality.Add(truth, picture, Face);
        return quality;
    }

    [Fact]
    public void Equal_pictures_are_perfect()
    {
        var quality = Compare(Noise(1, 40, 40), Noise(1, 40, 40));
        Assert.Equal((1, 1), (Math.Round(quality.Ssim, 6), Math.Round(quality.MouthSsim, 6)));
        Assert.True(quality.Psnr > 100);
    }

    [Fact]
    public void Flat_pictures_have_the_similarity_of_their_brightness()
    {
        var quality = Compare(Grey(100), Grey(110)); // no structure: (2 a b + C1) / (a^2 + b^2 + C1), C1 = 2.55^2
        Assert.Equal((22000 + 6.5025) / (22100 + 6.5025), quality.Ssim, 1e-4);
        Assert.Equal(20 * Math.Log10(255 / 10.0), quality.Psnr, 1e-6);
    }

    [Fact]
    public void Similarity_equals_its_definition()
    {
        var (truth, picture) = (Noise(1, 15, 13), Noise(2, 15, 13));
        for (int i = 0; i < truth.Pixels.Length; i += 2) picture.Pixels[i] = truth.Pixels[i]; // half alike
        double sum = 0;
        for (int y = 0; y < 3; y++)
            for (int x = 0; x < 5; x++) sum += ByDefinition(truth, picture, x, y);
        Assert.Equal(sum / 15, new StructuralSimilarity(15, 13).Measure(truth, picture, 0, 0, 15, 13).Whole, 1e-4);
        Assert.Equal(ByDefinition(truth, picture, 2, 1), new StructuralSimilarity(15, 13).Measure(truth, picture, 7, 6, 8, 7).Within, 1e-4);
    }

    static double ByDefinition(Picture truth, Picture picture, int left, int top)
    {
        double weights = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
        for (int v = 0; v < 11; v++)
            for (int u = 0; u < 11; u++)
            {
                double weight = Math.Exp(-(((u - 5) * (u - 5)) + ((v - 5) * (v - 5))) / 4.5);
                double x = Luma(truth, left + u, top + v), y = Luma(picture, left + u, top + v);
                weights += weight;
                a += weight * x;
                b += weight * y;
                aa += weight * x * x;
                bb += weight * y * y;
                ab += weight * x * y;
            }
        (a, b) = (a / weights, b / weights);
        double c1 = 2.55 * 2.55, c2 = 7.65 * 7.65;
        return ((2 * a * b) + c1) * ((2 * ((ab / weights) - (a * b))) + c2) / (((a * a) + (b * b) + c1) * ((aa / weights) - (a * a) + (bb / weights) - (b * b) + c2));
    }

    static double Luma(Picture picture, int x, int y)
    {
        var pixel = picture.Row(y).Slice(3 * x, 3);
        return (0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2]);
    }

    [Fact]
    public void A_picture_smaller_than_the_window_is_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => new StructuralSimilarity(64, 10));
        Assert.Equal("Pictures are 64x10, expected 11 pixels a side or more.", refusal.Message);
    }
}
