using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>A colour in sRGB, each channel 0..255. Blending happens on these encoded values, as in illustration tools.</summary>
public readonly record struct Rgb(float R, float G, float B)
{
    public static Rgb Hex(int value) => new((value >> 16) & 255, (value >> 8) & 255, value & 255);

    /// <summary>Such as #e4572e.</summary>
    public string ToHex() => FormattableString.Invariant($"#{(int)MathF.Round(R):x2}{(int)MathF.Round(G):x2}{(int)MathF.Round(B):x2}");

    /// <summary>Hue in turns, saturation and value 0..1.</summary>
    public static Rgb Hsv(float hue, float saturation, float value)
    {
        return new Rgb(Channel(5), Channel(3), Channel(1));

        float Channel(int n)
        {
            float k = (n + hue * 6) % 6;
            return 255 * value * (1 - saturation * Math.Clamp(Math.Min(k, 4 - k), 0, 1));
        }
    }

    /// <summary>Place on the colour circle in turns; 0 for greys.</summary>
    public float Hue
    {
        get
        {
            float most = MathF.Max(R, MathF.Max(G, B)), span = most - MathF.Min(R, MathF.Min(G, B));
            if (span == 0) return 0;
            float sixth = most == R ? (G - B) / span : most == G ? 2 + (B - R) / span : 4 + (R - G) / span;
            return (sixth < 0 ? sixth + 6 : sixth) / 6;
        }
    }

    /// <summary>0 gives this colour, 1 the other.</summary>
    public Rgb Mix(Rgb other, float amount) => new(
        R + (other.R - R) * amount, G + (other.G - G) * amount, B + (other.B - B) * amount);

    public Rgb Lighter(float amount) => Mix(new Rgb(255, 252, 244), amount);

    /// <summary>A shade of the same colour: towards a dark, slightly violet tone, never to grey.</summary>
    public Rgb Darker(float amount) => Mix(new Rgb(R * 0.34f + 8, G * 0.24f + 2, B * 0.32f + 14), amount);

    public float Luminance => 0.299f * R + 0.587f * G + 0.114f * B;

    public Vector4 WithAlpha(float alpha) => new(R, G, B, alpha);
}
