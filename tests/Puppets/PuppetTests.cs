using TalkingMachines.Media;
using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Puppets;

public class PuppetTests
{
    const int Size = 96;

    static readonly PuppetPose Lively = new(
        new MouthShape(0.6f, 0.7f, 0.2f, 0.6f, 0.4f), new Gesture(0.06f, -0.04f, 0.1f, 0.4f, 0.7f, -0.6f, 0.3f, 0.8f));

    static PuppetPose Saying(MouthShape mouth) => new(mouth, default);

    [Fact]
    public void Same_seed_pose_and_size_give_the_same_bytes()
    {
        for (long seed = 0; seed < 12; seed++)
        {
            var first = new PuppetRenderer().Draw(Puppet.FromSeed(seed), Lively, Size);
            var other = new PuppetRenderer();
            other.Draw(Puppet.FromSeed(seed + 1), PuppetPose.Neutral, 64); // what was drawn before leaves no trace
            Assert.Equal(first.Pixels, other.Draw(Puppet.FromSeed(seed), Lively, Size).Pixels);
        }
    }

    [Fact]
    public void Same_seed_gives_equal_traits() => Assert.Equal(Puppet.FromSeed(77), Puppet.FromSeed(77));

    [Theory]
    [InlineData(0, DrawingStyle.Flat, AgeGroup.Young, FringeKind.Buzz, BackKind.None, 291141, 23.683474f)]
    [InlineData(1, DrawingStyle.Flat, AgeGroup.Adult, FringeKind.Straight, BackKind.Long, 560301, 24.310545f)]
    [InlineData(7, DrawingStyle.Photo, AgeGroup.Young, FringeKind.SideSweep, BackKind.None, 430788, 21.593445f)]
    [InlineData(-5, DrawingStyle.Ink, AgeGroup.Young, FringeKind.Rounded, BackKind.Bob, 679625, 24.493011f)]
    [InlineData(1L << 40, DrawingStyle.Ink, AgeGroup.Adult, FringeKind.Rounded, BackKind.Bob, 165550, 24.28606f)]
    public void A_seed_means_the_same_character_for_ever(
        long seed, DrawingStyle style, AgeGroup age, FringeKind fringe, BackKind back, int backdrop, float cheek)
    {
        var puppet = Puppet.FromSeed(seed);
        Assert.Equal((style, age, fringe, back), (puppet.Style, puppet.Age, puppet.Hair.Fringe, puppet.Hair.Back));
        Assert.Equal(backdrop, puppet.Backdrop.Variant);
        Assert.Equal(cheek, puppet.Head.Cheek, 0.0001f);
    }

    [Fact]
    public void Every_eighth_character_has_textures_that_move_with_it()
    {
        for (long seed = 0; seed < 64; seed++) Assert.Equal(seed % 8 == 7, Puppet.FromSeed(seed).Style == DrawingStyle.Photo);

        var renderer = new PuppetRenderer();
        var cheek = new PixelRegion(86, 148, 24, 16);
        Picture Draw(Puppet puppet, float headX, PixelRegion region) =>
            renderer.Draw(puppet, PuppetPose.Neutral with { Gesture = default(Gesture) with { HeadX = headX } }, 256, region);
        Puppet photo = Puppet.FromSeed(807), painted = photo with { Style = DrawingStyle.Painterly }; // whose face has the same glows
        var still = Draw(photo, 0, cheek);
        double rough = Roughness(still), smooth = Roughness(Draw(painted, 0, cheek));
        Assert.True(rough > 3 * smooth, $"Second differences of {rough:F2} with pores, of {smooth:F2} without.");
        double[] apart = [.. Enumerable.Range(-12, 25).Select(dx => Distance(still, Draw(photo, 0.06f, cheek with { X = cheek.X + dx })))];
        Assert.InRange(Array.IndexOf(apart, apart.Min()) - 12, 4, 8); // pixels that the head moved
        Assert.True(apart.Min() < apart[12] / 2, $"Moved with the head {apart.Min():F2} apart, in place {apart[12]:F2}.");

        // Mean second difference over the size of pores: what is smooth has hardly any.
        static double Roughness(Picture picture)
        {
            const int Pore = 3;
            int row = 3 * picture.Width, step = 3 * Pore;
            return Enumerable.Range(0, picture.Pixels.Length).Where(i => i % row >= 2 * step)
                .Average(i => Math.Abs(picture.Pixels[i] - (2 * picture.Pixels[i - step]) + picture.Pixels[i - (2 * step)]));
        }
    }

    [Theory]
    [InlineData(0, 0, 96, 96)]
    [InlineData(30, 50, 37, 29)]
    [InlineData(95, 95, 1, 1)]
    [InlineData(0, 40, 96, 1)]
    [InlineData(47, 0, 1, 96)]
    public void A_window_is_the_crop_of_the_full_picture(int x, int y, int width, int height)
    {
        var renderer = new PuppetRenderer();
        for (long seed = 100; seed < 140; seed++)
        {
            var puppet = Puppet.FromSeed(seed);
            var full = renderer.Draw(puppet, Lively, Size);
            var window = renderer.Draw(puppet, Lively, Size, new PixelRegion(x, y, width, height));
            for (int row = 0; row < height; row++)
                Assert.True(
                    full.Pixels.AsSpan(((y + row) * Size + x) * 3, width * 3).SequenceEqual(window.Pixels.AsSpan(row * width * 3, width * 3)),
                    $"seed {seed}, row {row}");
        }
    }

    [Fact]
    public void Two_hundred_seeds_draw_in_extreme_poses()
    {
        var renderer = new PuppetRenderer();
        var pixels = new byte[48 * 48 * 3];
        for (long seed = 0; seed < 200; seed++)
        {
            var puppet = Puppet.FromSeed(seed * 7919 - 100);
            for (int corner = 0; corner < 8; corner++)
            {
                float a = corner & 1, b = corner >> 1 & 1, c = corner >> 2;
                var mouth = new MouthShape(a, b, c, 1 - a, b);
                var gesture = new Gesture(0.1f - 0.2f * a, 0.1f - 0.2f * b, 0.15f - 0.3f * c, a, 1 - 2 * b, 1 - 2 * c, 1 - 2 * a, b);
                renderer.Draw(puppet, new PuppetPose(mouth, gesture), 48, PixelRegion.Whole(48), pixels);
            }
        }
    }

    [Fact]
    public void Values_out_of_range_draw_like_the_nearest_bound()
    {
        var renderer = new PuppetRenderer();
        var puppet = Puppet.FromSeed(5);
        var wild = Saying(new MouthShape(7, -3, float.NaN, float.PositiveInfinity, 0));
        Assert.Equal(
            renderer.Draw(puppet, Saying(new MouthShape(1, 0, 0, 1, 0)), Size).Pixels, renderer.Draw(puppet, wild, Size).Pixels);
    }

    [Fact]
    public void The_dark_of_the_mouth_grows_as_it_opens()
    {
        var renderer = new PuppetRenderer();
        for (long seed = 0; seed < 60; seed++)
        {
            var puppet = Puppet.FromSeed(seed);
            int before = 0, shut = 0, widest = 0;
            for (int step = 0; step <= 5; step++)
            {
                int dark = DarkArea(renderer, puppet, step / 5f);
                if (step == 0) shut = dark;
                Assert.True(dark >= before, $"seed {seed}: {dark} after {before} at Open {step / 5f}");
                before = widest = dark;
            }
            Assert.True(widest > shut + 120, $"seed {seed}: {shut} shut, {widest} open");
        }
    }

    [Theory]
    [InlineData(0.35f, 0.5f, 0f, 0.3f, 0f)]
    [InlineData(0.25f, 0.3f, 0.9f, 0f, 0f)]
    [InlineData(0.25f, 1f, 0f, 1f, 0f)]
    [InlineData(0.1f, 0.55f, 0f, 1f, 0f)]
    [InlineData(0.35f, 0.6f, 0f, 0.5f, 1f)]
    public void Each_viseme_differs_from_the_shut_mouth(float open, float width, float round, float teeth, float tongue)
    {
        var renderer = new PuppetRenderer();
        for (long seed = 0; seed < 40; seed++)
        {
            var puppet = Puppet.FromSeed(seed);
            var window = MouthWindow(puppet, 128);
            var shut = renderer.Draw(puppet, PuppetPose.Neutral, 128, window);
            var said = renderer.Draw(puppet, Saying(new MouthShape(open, width, round, teeth, tongue)), 128, window);
            Assert.True(Distance(shut, said) > 2.5, $"seed {seed}: {Distance(shut, said):f2}");
        }
    }

    [Fact]
    public void Seeds_look_distinct()
    {
        var renderer = new PuppetRenderer();
        var pictures = new Picture[80];
        for (int i = 0; i < pictures.Length; i++) pictures[i] = renderer.Draw(Puppet.FromSeed(i), PuppetPose.Neutral, 32);
        double least = double.MaxValue, sum = 0;
        int pairs = 0;
        for (int i = 0; i < pictures.Length; i++)
            for (int j = 0; j < i; j++, pairs++)
            {
                double distance = Distance(pictures[i], pictures[j]);
                least = Math.Min(least, distance);
                sum += distance;
            }
        Assert.True(least > 10 && sum / pairs > 45, $"least {least:f1}, mean {sum / pairs:f1}");
    }

    [Fact]
    public void Geometry_lies_inside_the_picture_and_holds_the_mouths_action()
    {
        var renderer = new PuppetRenderer();
        for (long seed = 0; seed < 60; seed++)
        {
            var puppet = Puppet.FromSeed(seed);
            var face = puppet.Geometry;
            Assert.InRange(face.MouthY + face.MouthHalfHeight, face.EyeY, 1);
            Assert.InRange(face.FaceRadiusX, 0.15f, 0.35f);
            Assert.True(face.LeftEyeX < face.RightEyeX && face.EyeY < face.MouthY);
            var shut = renderer.Draw(puppet, PuppetPose.Neutral, 100);
            var open = renderer.Draw(puppet, Saying(new MouthShape(1, 0.5f, 0, 0.5f, 0)), 100);
            double inside = 0, all = 0;
            for (int y = 0; y < 100; y++)
                for (int x = 0; x < 100; x++)
                {
                    double change = Math.Abs(shut.Pixels[(y * 100 + x) * 3] - open.Pixels[(y * 100 + x) * 3]);
                    all += change;
                    if (Math.Abs(x / 100f - face.MouthX) < face.MouthHalfWidth && Math.Abs(y / 100f - face.MouthY) < face.MouthHalfHeight)
                        inside += change;
                }
            Assert.True(inside > 0.45 * all, $"seed {seed}: {inside / all:f2} of the change is inside the mouth's box");
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(23)]
    public void A_frame_allocates_nothing_once_warm(long seed)
    {
        var renderer = new PuppetRenderer();
        var puppet = Puppet.FromSeed(seed);
        var pixels = new byte[Size * Size * 3];
        Draw(3);
        Garbage.AssertNone(() => Draw(10));

        void Draw(int times)
        {
            for (int i = 0; i < times; i++) renderer.Draw(puppet, Lively, Size, PixelRegion.Whole(Size), pixels);
        }
    }

    [Theory]
    [InlineData(64, 0, 0, 65, 10)]
    [InlineData(64, -1, 0, 10, 10)]
    [InlineData(64, 60, 0, int.MaxValue, 10)]
    [InlineData(1 << 20, 0, 0, 10, 10)]
    public void A_window_outside_the_picture_is_refused(int size, int x, int y, int width, int height) =>
        Assert.Throws<ArgumentException>(
            () => new PuppetRenderer().Draw(Puppet.FromSeed(1), PuppetPose.Neutral, size, new PixelRegion(x, y, width, height)));

    static PixelRegion MouthWindow(Puppet puppet, int size)
    {
        var face = puppet.Geometry;
        int x = (int)((face.MouthX - face.MouthHalfWidth) * size), y = (int)((face.MouthY - face.MouthHalfHeight) * size);
        return new PixelRegion(x, y, (int)(2 * face.MouthHalfWidth * size), (int)(2 * face.MouthHalfHeight * size));
    }

    /// <summary>Pixels near the colour of a mouth's inside, which is the same for all puppets; teeth and tongue away.</summary>
    static int DarkArea(PuppetRenderer renderer, Puppet puppet, float open)
    {
        var picture = renderer.Draw(puppet, Saying(new MouthShape(open, 0.5f, 0, 0, 0)), 256, MouthWindow(puppet, 256));
        int count = 0;
        for (int i = 0; i < picture.Pixels.Length; i += 3)
            if (picture.Pixels[i] is > 24 and < 86 && picture.Pixels[i + 1] < 26 && picture.Pixels[i + 2] is > 8 and < 46) count++;
        return count;
    }

    static double Distance(Picture a, Picture b)
    {
        double sum = 0;
        for (int i = 0; i < a.Pixels.Length; i++) sum += Math.Abs(a.Pixels[i] - b.Pixels[i]);
        return sum / a.Pixels.Length;
    }
}
