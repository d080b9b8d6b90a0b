using System.Globalization;

namespace TalkingMachines.Media;

/// <summary>A chart as pixels: drawn three times as large and then averaged, so that slanted lines are smooth.</summary>
internal sealed class PictureCanvas : ChartCanvas
{
    const int Scale = 3;
    const int TextScale = 3, TitleScale = 4; // letters of 7 and 9 pixels
    const double BoxOpacity = 0.85;

    readonly Picture large;

    public PictureCanvas(int width, int height)
    {
        large = new Picture(width * Scale, height * Scale);
        large.Pixels.AsSpan().Fill(255);
    }

    public Picture ToPicture() => large.Resized(large.Width / Scale, large.Height / Scale);

    public override void Box(double x, double y, double width, double height)
    {
        int left = Edge(x, large.Width), right = Edge(x + width, large.Width), top = Edge(y, large.Height), bottom = Edge(y + height, large.Height);
        for (int row = top; row < bottom; row++)
            foreach (ref byte value in large.Row(row)[(3 * left)..(3 * right)]) value = (byte)(value + ((255 - value) * BoxOpacity));
        Line(x, y, x + width, y, Faint);
        Line(x, y + height, x + width, y + height, Faint);
        Line(x, y, x, y + height, Faint);
        Line(x + width, y, x + width, y + height, Faint);
    }

    public override void Line(double x1, double y1, double x2, double y2, string colour, double width = 1)
    {
        double half = width * Scale / 2, ax = x1 * Scale, ay = y1 * Scale, dx = (x2 - x1) * Scale, dy = (y2 - y1) * Scale, square = (dx * dx) + (dy * dy);
        var ink = Colour(colour);
        int top = Math.Max(0, (int)(Math.Min(ay, ay + dy) - half)), bottom = Math.Min(large.Height - 1, (int)(Math.Max(ay, ay + dy) + half));
        int left = Math.Max(0, (int)(Math.Min(ax, ax + dx) - half)), right = Math.Min(large.Width - 1, (int)(Math.Max(ax, ax + dx) + half));
        for (int y = top; y <= bottom; y++)
        {
            var row = large.Row(y);
            for (int x = left; x <= right; x++)
            {
                // Distance of the pixel's middle from the nearest point of the line.
                double px = x + 0.5 - ax, py = y + 0.5 - ay, along = square == 0 ? 0 : Math.Clamp(((px * dx) + (py * dy)) / square, 0, 1);
                double fromX = px - (along * dx), fromY = py - (along * dy);
                if ((fromX * fromX) + (fromY * fromY) <= half * half) (row[3 * x], row[(3 * x) + 1], row[(3 * x) + 2]) = ink;
            }
        }
    }

    public override void Path(IEnumerable<(double X, double Y)> points, string colour, double width)
    {
        (double X, double Y)? before = null;
        foreach (var point in points)
        {
            bool shown = double.IsFinite(point.X) && double.IsFinite(point.Y);
            if (shown && before is { } from) Line(from.X, from.Y, point.X, point.Y, colour, width);
            before = shown ? point : null;
        }
    }

    public override void Text(in ChartText text)
    {
        int scale = text.IsTitle ? TitleScale : TextScale, length = BitmapFont.WidthOf(text.Text, scale), height = BitmapFont.LetterHeight * scale;
        if (length == 0) return;
        int before = text.Anchor switch { TextAnchor.Middle => length / 2, TextAnchor.End => length, _ => 0 };
        int x = (int)(text.X * Scale), y = (int)(text.Y * Scale);
        if (!text.IsUpright)
        {
            BitmapFont.Draw(large, text.Text, x - before, y - height, Colour(Ink), scale);
            return;
        }
        var flat = new Picture(Math.Min(length, Picture.MaxSide), height);
        flat.Pixels.AsSpan().Fill(255);
        BitmapFont.Draw(flat, text.Text, 0, 0, Colour(Ink), scale);
        large.Draw(TurnedLeft(flat), x - height, y - (flat.Width - before));
    }

    static Picture TurnedLeft(Picture picture)
    {
        var turned = new Picture(picture.Height, picture.Width);
        for (int y = 0; y < picture.Height; y++)
            for (int x = 0; x < picture.Width; x++)
                picture.Row(y).Slice(3 * x, 3).CopyTo(turned.Row(picture.Width - 1 - x)[(3 * y)..]);
        return turned;
    }

    static int Edge(double place, int size) => Math.Clamp((int)Math.Round(place * Scale), 0, size);

    static (byte R, byte G, byte B) Colour(string colour)
    {
        uint value = uint.Parse(colour.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }
}
