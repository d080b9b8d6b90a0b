using System.Globalization;
using System.Text;

namespace TalkingMachines.Media;

/// <summary>
/// Reads the PAM pictures that ffmpeg writes to a pipe: a few lines of text that state the size, so it can be
/// checked before anything is allocated, then raw RGBA.
/// </summary>
internal static class PamReader
{
    const int MaxHeaderBytes = 512;
    const int Backdrop = 128;

    /// <summary>The picture, or null: with a problem when the size is refused, without when the pipe ends early.</summary>
    public static Picture? Read(Stream stream, string name, out string? problem)
    {
        problem = null;
        if (!ReadHeader(stream, out long width, out long height)) return null;
        if (!Picture.IsAllowedSize(width, height))
        {
            problem = $"{name} is {width}x{height}, expected 1 to {Picture.MaxSide} pixels a side.";
            return null;
        }
        var picture = new Picture((int)width, (int)height);
        var row = new byte[width * 4];
        for (int y = 0; y < height; y++)
        {
            if (stream.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length) return null;
            LayOverGrey(row, picture.Row(y));
        }
        return picture;
    }

    static bool ReadHeader(Stream stream, out long width, out long height)
    {
        (width, height) = (0, 0);
        var line = new StringBuilder();
        for (int i = 0; i < MaxHeaderBytes; i++)
        {
            int b = stream.ReadByte();
            if (b < 0) return false;
            if (b != '\n')
            {
                line.Append((char)b);
                continue;
            }
            string text = line.ToString();
            line.Clear();
            if (text == "ENDHDR") return width > 0 && height > 0;
            if (text.StartsWith("WIDTH ", StringComparison.Ordinal)) width = Number(text);
            if (text.StartsWith("HEIGHT ", StringComparison.Ordinal)) height = Number(text);
        }
        return false;
    }

    static long Number(string line) =>
        long.TryParse(line.AsSpan(line.IndexOf(' ', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0;

    static void LayOverGrey(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int i = 0, j = 0; j < rgb.Length; i += 4, j += 3)
        {
            int alpha = rgba[i + 3], backdrop = Backdrop * (255 - alpha) + 127;
            rgb[j] = (byte)((rgba[i] * alpha + backdrop) / 255);
            rgb[j + 1] = (byte)((rgba[i + 1] * alpha + backdrop) / 255);
            rgb[j + 2] = (byte)((rgba[i + 2] * alpha + backdrop) / 255);
        }
    }
}
