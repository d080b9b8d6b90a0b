using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

public sealed class PictureTests
{
    [Fact]
    public void Halving_averages_two_by_two_pixels()
    {
        var picture = new Picture(2, 2, [0, 10, 20, 100, 10, 20, 40, 10, 20, 60, 10, 20]);
        Assert.Equal([50, 10, 20], picture.Resized(1, 1).Pixels);
    }

    [Theory, InlineData(7, 5, 3, 2), InlineData(7, 5, 16, 13), InlineData(7, 5, 3, 13), InlineData(1, 1, 5, 5), InlineData(2, 3, 64, 1), InlineData(100, 3, 99, 4)]
    public void A_plain_colour_keeps_its_colour_at_any_size(int fromWidth, int fromHeight, int width, int height)
    {
        var picture = new Picture(fromWidth, fromHeight);
        picture.Pixels.AsSpan().Fill(201);
        var resized = picture.Resized(width, height);
        Assert.Equal((width, height), (resized.Width, resized.Height));
        Assert.All(resized.Pixels, value => Assert.Equal(201, value));
    }

    [Fact]
    public void Shrinking_keeps_the_mean_even_at_uneven_ratios()
    {
        var picture = Pictures.Random(97, 61);
        var small = picture.Resized(13, 7);
        Assert.Equal(picture.Pixels.Average(b => b), small.Pixels.Average(b => b), tolerance: 0.6);
    }

    [Fact]
    public void Growing_a_gradient_keeps_it_smooth_and_in_place()
    {
        var large = Pictures.Gradient(16, 16).Resized(64, 64);
        var expected = Pictures.Gradient(64, 64);
        for (int y = 8; y < 56; y++)
            for (int x = 8; x < 56; x++)
                Assert.InRange(large.Row(y)[3 * x] - expected.Row(y)[3 * x], -6, 6);
    }

    [Fact]
    public void The_square_crop_is_centred()
    {
        var square = Pictures.Gradient(101, 51).CroppedToSquare();
        Assert.Equal((51, 51), (square.Width, square.Height));
        Assert.Equal(255 * 25 / 100, square.Pixels[0]);
    }

    [Fact]
    public void A_crop_must_lie_inside()
    {
        var picture = Pictures.Random(10, 10);
        Assert.Equal(picture.Row(9)[27..30].ToArray(), picture.Crop(9, 9, 1, 1).Pixels);
        Assert.Throws<ArgumentOutOfRangeException>(() => picture.Crop(9, 9, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => picture.Crop(int.MaxValue, 0, int.MaxValue, 1));
    }

    [Fact]
    public void A_picture_is_bounded()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Picture(8193, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Picture(0, 1));
        Assert.Throws<ArgumentException>(() => new Picture(2, 2, new byte[11]));
    }

    [Fact]
    public void A_contact_sheet_places_pictures_in_rows_with_captions_below()
    {
        var sheet = ContactSheet.Tile([Pictures.Gradient(20, 10, 1), Pictures.Gradient(20, 10, 2), Pictures.Gradient(10, 10, 3)], 2, ["one", "two", "much too long"], gap: 2);
        Assert.Equal((2 + 2 * 22, 2 + 2 * (10 + 13 + 2)), (sheet.Width, sheet.Height));
        Assert.Equal(2, sheet.Row(2)[3 * 24 + 2]);
        Assert.Equal(3, sheet.Row(27)[3 * 7 + 2]);
        Assert.Contains((byte)40, sheet.Crop(2, 12, 20, 13).Pixels);
        Assert.DoesNotContain((byte)40, sheet.Crop(22, 37, 24, 13).Pixels);
    }

    [Fact]
    public void A_contact_sheet_beyond_the_bound_is_refused()
    {
        var pictures = Enumerable.Repeat(new Picture(1000, 10), 9).ToArray();
        Assert.Throws<MediaException>(() => ContactSheet.Tile(pictures, 9));
    }

    [Fact]
    public void Every_letter_of_the_font_differs_from_every_other()
    {
        var shapes = new HashSet<string>();
        for (char letter = ' '; letter <= '~'; letter++)
        {
            var picture = new Picture(BitmapFont.LetterWidth, BitmapFont.LetterHeight);
            BitmapFont.Draw(picture, letter.ToString(), 0, 0, (255, 255, 255));
            Assert.True(shapes.Add(Convert.ToHexString(picture.Pixels)), $"{letter} looks like another letter");
        }
    }
}
