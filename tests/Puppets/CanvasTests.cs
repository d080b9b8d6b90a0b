using System.Numerics;
using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Puppets;

public class CanvasTests
{
    static readonly Rgb White = new(255, 255, 255), Black = new(0, 0, 0);

    static Canvas Blank(int size)
    {
        var canvas = new Canvas();
        canvas.Begin(PixelRegion.Whole(size));
        canvas.Fill(new VectorPath().Rectangle(0, 0, size, size), Black);
        return canvas;
    }

    /// <summary>Sum of the first channel over 255: the white area in pixels.</summary>
    static double Area(Canvas canvas)
    {
        var pixels = canvas.ToPicture().Pixels;
        double sum = 0;
        for (int i = 0; i < pixels.Length; i += 3) sum += pixels[i];
        return sum / 255;
    }

    [Fact]
    public void A_filled_ellipse_has_its_area()
    {
        var canvas = Blank(64);
        canvas.Fill(new VectorPath().Ellipse(31.3f, 30.7f, 20.2f, 11.6f), White);
        Assert.Equal(Math.PI * 20.2 * 11.6, Area(canvas), 2.0);
    }

    [Fact]
    public void A_rectangle_between_pixels_covers_them_by_share()
    {
        var canvas = Blank(8);
        canvas.Fill(new VectorPath().Rectangle(1.25f, 2.5f, 3.5f, 2), White);
        var pixels = canvas.ToPicture().Pixels;
        Assert.Equal(96, pixels[(2 * 8 + 1) * 3], 1.0); // 3/4 wide, 1/2 high
        Assert.Equal(255, pixels[(3 * 8 + 2) * 3]);
        Assert.Equal(7, Area(canvas), 0.05);
    }

    [Fact]
    public void Overlapping_shapes_of_one_winding_unite_and_opposite_ones_cut_a_hole()
    {
        var canvas = Blank(40);
        canvas.Fill(new VectorPath().Rectangle(4, 4, 20, 20).Rectangle(14, 4, 20, 20), White);
        Assert.Equal(600, Area(canvas), 0.1);
        canvas = Blank(40);
        canvas.Fill(new VectorPath().Rectangle(4, 4, 30, 30).MoveTo(10, 10).LineTo(10, 20).LineTo(20, 20).LineTo(20, 10).Close(), White);
        Assert.Equal(800, Area(canvas), 0.1);
    }

    [Fact]
    public void A_stroke_has_round_caps_and_its_width()
    {
        var canvas = Blank(64);
        canvas.Stroke(new VectorPath().MoveTo(12, 20).LineTo(50, 44), new Pen(6), White);
        double length = Math.Sqrt(38 * 38 + 24 * 24);
        Assert.Equal(length * 6 + Math.PI * 9, Area(canvas), 1.0);
    }

    [Fact]
    public void A_closed_stroke_is_a_ring()
    {
        var canvas = Blank(64);
        canvas.Stroke(new VectorPath().Circle(32, 32, 20), new Pen(4), White);
        Assert.Equal(2 * Math.PI * 20 * 4, Area(canvas), 3.0);
    }

    [Fact]
    public void Clips_nest_and_end()
    {
        var canvas = Blank(40);
        canvas.PushClip(new VectorPath().Rectangle(0, 0, 20, 40));
        canvas.PushClip(new VectorPath().Rectangle(0, 0, 40, 20));
        canvas.Fill(new VectorPath().Rectangle(-5, -5, 60, 60), White);
        Assert.Equal(400, Area(canvas), 0.1);
        canvas.PopClip();
        canvas.PopClip();
        canvas.Fill(new VectorPath().Rectangle(20, 20, 10, 10), White);
        Assert.Equal(500, Area(canvas), 0.1);
    }

    [Fact]
    public void A_clip_outside_the_window_hides_everything()
    {
        var canvas = Blank(20);
        canvas.PushClip(new VectorPath().Rectangle(50, 50, 5, 5));
        canvas.Fill(new VectorPath().Rectangle(0, 0, 20, 20), White);
        canvas.PopClip();
        Assert.Equal(0, Area(canvas), 0.001);
    }

    [Fact]
    public void A_linear_gradient_follows_the_transform()
    {
        var canvas = Blank(50);
        canvas.Transform = Matrix3x2.CreateScale(0.5f);
        canvas.Fill(new VectorPath().Rectangle(0, 0, 100, 100), Paint.Linear(Vector2.Zero, new Vector2(100, 0), Black, White));
        var pixels = canvas.ToPicture().Pixels;
        Assert.Equal(255 * 0.51, pixels[(10 * 50 + 25) * 3], 1.0);
        Assert.True(pixels[0] < 5 && pixels[49 * 3] > 250);
    }

    [Fact]
    public void Opacity_mixes_with_what_is_below()
    {
        var canvas = Blank(10);
        canvas.Fill(new VectorPath().Rectangle(0, 0, 10, 10), Paint.Solid(White, 0.25f));
        Assert.Equal(64, canvas.ToPicture().Pixels[0], 1.0);
    }
}
