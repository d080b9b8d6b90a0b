using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws eyes with lids that close, gaze that moves, lashes and brows.</summary>
static class Eyes
{
    static readonly Rgb White = new(253, 252, 250);

    /// <summary>Lid edges of one eye for the pose; side is -1 on the picture's left.</summary>
    readonly struct Lids(EyeTraits eye, float blink, int side)
    {
        public readonly float X = 50 + side * eye.Spacing;
        public readonly float Inner = 50 + side * (eye.Spacing - eye.Width), Outer = 50 + side * (eye.Spacing + eye.Width);
        public readonly float InnerY = eye.Y + eye.Height * 0.22f, OuterY = eye.Y + eye.Height * 0.12f - eye.Tilt;
        // shut, both lids meet on one line below the middle
        public readonly float Top = float.Lerp(eye.Y - eye.Height, eye.Y + eye.Height * 0.62f, blink);
        public readonly float Bottom = float.Lerp(eye.Y + eye.Height * 0.92f, eye.Y + eye.Height * 0.66f, blink);
        readonly float fullness = eye.Kind is EyeKind.Round or EyeKind.Wide ? 0.98f : eye.Kind == EyeKind.Anime ? 0.9f : 0.74f;

        public void Upper(VectorPath path, float lift = 0)
        {
            // a cubic's middle lies three quarters of the way to its controls
            float bow = Bow(Top - lift);
            path.MoveTo(Inner, InnerY - lift * 0.3f)
                .CubicTo(Toward(Inner), bow, Toward(Outer), bow, Outer, OuterY - lift * 0.5f);
        }

        public void Lower(VectorPath path)
        {
            float bow = Bow(Bottom);
            path.CubicTo(Toward(Outer), bow, Toward(Inner), bow, Inner, InnerY);
        }

        float Bow(float peak) => (peak - 0.125f * (InnerY + OuterY)) / 0.75f;

        float Toward(float end) => X + (end - X) * fullness;
    }

    public static void Draw(Brush brush, Puppet puppet, in Gesture gesture)
    {
        for (int side = -1; side <= 1; side += 2)
        {
            brush.Part(20 + side);
            if (puppet.Eyes.Kind == EyeKind.Dot) Dot(brush, puppet, gesture, side);
            else Full(brush, puppet, gesture, side);
        }
    }

    static void Dot(Brush brush, Puppet puppet, in Gesture gesture, int side)
    {
        var eye = puppet.Eyes;
        var ink = puppet.Skin.Skin.Luminance < 80 ? new Rgb(14, 9, 12) : new Rgb(38, 26, 30);
        float x = 50 + side * eye.Spacing + gesture.GazeX * 1.3f, y = eye.Y + gesture.GazeY * 0.9f;
        float open = 1 - MouthAnatomy.Smooth(gesture.Blink);
        float height = eye.Height * open;
        if (height > 0.45f)
        {
            if (puppet.Skin.Skin.Luminance < 95) // dark dots on dark skin need a rim of light
                brush.Flat(brush.Path().Ellipse(x, y, eye.Width + 0.7f, height + 0.7f), puppet.Skin.Skin.Lighter(0.25f));
            brush.Flat(brush.Path().Ellipse(x, y + (eye.Height - height) * 0.4f, eye.Width, height), ink);
            brush.Flat(brush.Path().Circle(x - 0.55f, y - height * 0.35f, MathF.Min(0.68f, height * 0.4f)), White);
        }
        float lid = MouthAnatomy.Smooth((gesture.Blink - 0.5f) / 0.22f), w = eye.Width * 1.5f, low = eye.Y + eye.Height * 0.35f;
        if (lid > 0)
            brush.Line(brush.Path().MoveTo(x - w, low - 0.5f).QuadTo(x, low + 1.5f, x + w, low - 0.5f), ink, 1, 0.5f, lid);
        if (!eye.Lashes || height < 0.45f) return;
        brush.Line(
            brush.Path().MoveTo(x + side * eye.Width * 0.5f, y - height * 0.8f)
                .QuadTo(x + side * eye.Width * 1.1f, y - height * 0.9f, x + side * (eye.Width + 1.3f), y - height - 0.5f),
            ink, 0.75f, 0.6f);
    }

    static void Full(Brush brush, Puppet puppet, in Gesture gesture, int side)
    {
        var eye = puppet.Eyes;
        float rest = eye.Kind == EyeKind.Hooded ? 0.16f : 0;
        float blink = float.Lerp(rest - 0.08f * MathF.Max(gesture.Brow, 0), 1, gesture.Blink);
        var lids = new Lids(eye, blink, side);
        Socket(brush, puppet, lids, side);
        var opening = brush.Path();
        lids.Upper(opening);
        lids.Lower(opening);
        opening.Close();
        if (lids.Bottom - lids.Top > 0.15f)
        {
            brush.Canvas.PushClip(opening);
            Ball(brush, puppet, gesture, lids, side);
            brush.Canvas.PopClip();
        }
        LidLines(brush, puppet, gesture, lids, side);
    }

    static void Socket(Brush brush, Puppet puppet, in Lids lids, int side)
    {
        var eye = puppet.Eyes;
        var skin = puppet.Skin.Skin;
        var centre = new Vector2(lids.X, eye.Y);
        if (brush.Shaded)
            brush.Canvas.Fill(
                brush.Path().Ellipse(centre.X, centre.Y, eye.Width * 1.45f, eye.Height * 1.7f),
                Paint.Radial(centre, new Vector2(eye.Width * 1.45f, eye.Height * 1.7f), skin.Darker(0.3f), skin, 0.42f, 0));
        var lid = new Lids(eye, 0, side);
        if (eye.Shadow is { } shadow)
        {
            var path = brush.Path();
            lid.Upper(path, eye.Height * 0.34f);
            lid.Lower(path);
            brush.Flat(path.Close(), shadow, 0.5f);
        }
        // the eyelid: what the open eye uncovers
        var skinLid = brush.Path();
        lid.Upper(skinLid);
        lid.Lower(skinLid);
        brush.Flat(skinLid.Close(), (eye.Shadow?.Mix(skin, 0.5f) ?? skin).Darker(0.09f));
    }

    static void Ball(Brush brush, Puppet puppet, in Gesture gesture, in Lids lids, int side)
    {
        var eye = puppet.Eyes;
        float tall = eye.Height * 2 + 4;
        var white = White.Mix(puppet.Skin.Skin, 0.05f);
        brush.Flat(brush.Path().Rectangle(lids.X - eye.Width - 2, eye.Y - tall / 2, eye.Width * 2 + 4, tall), white);
        bool anime = eye.Kind == EyeKind.Anime;
        float radius = anime ? eye.Width * 0.72f : MathF.Min(eye.Height * 1.12f, eye.Width * 0.8f) * (0.55f + 0.5f * eye.IrisSize);
        float radiusY = anime ? eye.Height * 0.82f : radius;
        float x = lids.X - side * 0.25f + gesture.GazeX * (eye.Width - radius * 0.62f) * 0.72f;
        float y = eye.Y + (anime ? eye.Height * 0.08f : 0) + gesture.GazeY * eye.Height * 0.42f;
        brush.Flat(brush.Path().Ellipse(x, y, radius, radiusY), eye.Iris.Darker(0.62f));
        var glow = Paint.Linear(
            new Vector2(x, y - radiusY), new Vector2(x, y + radiusY), eye.Iris.Darker(anime ? 0.55f : 0.3f), eye.Iris.Lighter(anime ? 0.4f : 0.22f));
        brush.Canvas.Fill(brush.Path().Ellipse(x, y, radius * 0.86f, radiusY * 0.88f), glow);
        brush.Flat(brush.Path().Ellipse(x, y, radius * 0.48f, radiusY * (anime ? 0.46f : 0.48f)), new Rgb(20, 13, 18));
        brush.Canvas.Fill( // the upper lid's shadow on the ball
            brush.Path().Rectangle(lids.X - eye.Width - 2, lids.Top - 3, eye.Width * 2 + 4, eye.Height * 0.75f + 3),
            Paint.Linear(
                new Vector2(x, lids.Top), new Vector2(x, lids.Top + eye.Height * 0.75f),
                new Rgb(48, 32, 58), new Rgb(48, 32, 58), 0.42f, 0));
        brush.Flat(brush.Path().Ellipse(x - radius * 0.34f, y - radiusY * 0.4f, radius * 0.27f, radiusY * 0.25f), White);
        brush.Flat(brush.Path().Circle(x + radius * 0.36f, y + radiusY * 0.4f, radius * 0.14f), White, 0.8f);
    }

    static void LidLines(Brush brush, Puppet puppet, in Gesture gesture, in Lids lids, int side)
    {
        var eye = puppet.Eyes;
        var skin = puppet.Skin.Skin;
        var dark = brush.Style is DrawingStyle.Flat or DrawingStyle.Soft or DrawingStyle.Painterly && !eye.Lashes
            ? skin.Darker(0.86f) : new Rgb(32, 22, 28);
        var lower = brush.Path().MoveTo(lids.Outer, lids.OuterY);
        lids.Lower(lower);
        brush.Line(lower, skin.Darker(0.55f), 0.4f, 0.9f, 0.8f);
        var upper = brush.Path();
        lids.Upper(upper);
        if (eye.Lashes) // a wing beyond the corner
            upper.QuadTo(lids.Outer + side * 0.9f, lids.OuterY - 0.3f, lids.Outer + side * 1.7f, lids.OuterY - 1.4f + gesture.Blink * 1.8f);
        float weight = eye.Kind == EyeKind.Anime ? 1.7f : eye.Lashes ? 1.35f : 0.95f;
        brush.Line(upper, dark, weight, 0.62f);
        if (eye.Lashes) Lashes(brush, lids, dark, gesture.Blink, side);
        if (gesture.Blink > 0.75f) return;
        var crease = brush.Path();
        lids.Upper(crease, eye.Height * (0.3f - 0.16f * gesture.Blink));
        brush.Line(crease, skin.Darker(0.5f), 0.42f, 1, 0.7f * (1 - gesture.Blink));
    }

    static void Lashes(Brush brush, in Lids lids, Rgb ink, float blink, int side)
    {
        float turn = 1 - 1.7f * MouthAnatomy.Smooth(blink); // shut lashes point down
        for (int i = 0; i < 3; i++)
        {
            float t = 0.62f + 0.14f * i;
            float x = float.Lerp(lids.Inner, lids.Outer, t), arch = 4 * t * (1 - t);
            float y = float.Lerp(float.Lerp(lids.InnerY, lids.OuterY, t), lids.Top, arch);
            brush.Line(
                brush.Path().MoveTo(x, y).QuadTo(x + side * 0.5f, y - turn * 0.6f, x + side * 1.3f, y - turn * 1.5f),
                ink, 0.6f, 0.8f);
        }
    }

    /// <summary>Brows rise and frown: frowning lowers and draws together their inner ends.</summary>
    public static void Brows(Brush brush, Puppet puppet, in Gesture gesture)
    {
        var eye = puppet.Eyes;
        float raise = gesture.Brow > 0 ? gesture.Brow * 2.8f : gesture.Brow * 0.9f, frown = MathF.Max(-gesture.Brow, 0);
        float height = eye.Kind == EyeKind.Dot ? 3.4f : eye.Height;
        float y = eye.Y - height - eye.BrowLift - raise + gesture.Blink * 0.45f;
        for (int side = -1; side <= 1; side += 2)
        {
            brush.Part(30 + side);
            float x = 50 + side * (eye.Spacing + 0.4f - frown * 0.7f), w = eye.BrowWidth, t = eye.BrowThickness;
            float innerX = x - side * w, outerX = x + side * w;
            float innerY = y + 0.5f + eye.BrowTilt + frown * 1.9f - MathF.Max(gesture.Brow, 0) * 0.4f;
            float outerY = y + 1.1f - eye.BrowTilt - frown * 0.3f, peakX = x + side * w * 0.3f, peakY = y - eye.BrowArch * (1 - 0.6f * frown);
            var brow = brush.Path().MoveTo(innerX, innerY - t * 0.5f)
                .CubicTo(innerX + side * w * 0.5f, peakY - t * 0.75f, peakX, peakY - t * 0.6f, outerX, outerY)
                .CubicTo(peakX, peakY + t * 0.55f, innerX + side * w * 0.6f, peakY + t * 0.5f, innerX, innerY + t * 0.5f)
                .QuadTo(innerX - side * 0.5f, innerY, innerX, innerY - t * 0.5f)
                .Close();
            brush.Surface(brow, eye.BrowColour, 0.4f, 0);
        }
    }
}
