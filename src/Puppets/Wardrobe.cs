namespace TalkingMachines.Puppets;

/// <summary>Draws shoulders and what they wear.</summary>
static class Wardrobe
{
    /// <summary>Where cloth lies on the shoulders, in hundredths of the picture.</summary>
    readonly struct Cut(Puppet puppet)
    {
        public readonly float Neck = Head.NeckWidth(puppet);
        public readonly float Y = puppet.Head.ChinY + 7.5f;
        public readonly float Shoulder = (puppet.Age == AgeGroup.Child ? 27 : 36) * puppet.Wardrobe.Shoulders;
        public readonly float Drop = puppet.Age == AgeGroup.Child ? 9 : 7;

        /// <summary>The torso below a neckline that dips by some depth and opens by some width beside the neck.</summary>
        public VectorPath Torso(VectorPath path, float open, float depth, float sharpness = 0)
        {
            float n = Neck + open, s = Shoulder;
            return path.MoveTo(50 - n, Y - 0.5f)
                .CubicTo(50 - n - 5, Y + 2.5f, 50 - s + 7, Y + 2.5f, 50 - s, Y + Drop)
                .CubicTo(50 - s - 5, Y + Drop + 4, 50 - s - 6, 100, 50 - s - 7, 108)
                .LineTo(50 + s + 7, 108)
                .CubicTo(50 + s + 6, 100, 50 + s + 5, Y + Drop + 4, 50 + s, Y + Drop)
                .CubicTo(50 + s - 7, Y + 2.5f, 50 + n + 5, Y + 2.5f, 50 + n, Y - 0.5f)
                .CubicTo(50 + n * (0.9f - 0.3f * sharpness), Y + depth * 0.9f, 50 + n * 0.6f * (1 - sharpness), Y + depth, 50, Y + depth)
                .CubicTo(50 - n * 0.6f * (1 - sharpness), Y + depth, 50 - n * (0.9f - 0.3f * sharpness), Y + depth * 0.9f, 50 - n, Y - 0.5f)
                .Close();
        }
    }

    public static void Draw(Brush brush, Puppet puppet)
    {
        brush.Part(60);
        var cut = new Cut(puppet);
        var (main, second) = (puppet.Wardrobe.Main, puppet.Wardrobe.Second);
        switch (puppet.Wardrobe.Clothes)
        {
            case ClothesKind.Crew:
                brush.Surface(cut.Torso(brush.Path(), 1.2f, 4), main);
                Band(brush, cut, 1.2f, 4, main.Darker(0.25f));
                break;
            case ClothesKind.Striped:
                Striped(brush, cut, main, second);
                break;
            case ClothesKind.Hoodie:
                Hoodie(brush, cut, main);
                break;
            case ClothesKind.Shirt:
                brush.Surface(cut.Torso(brush.Path(), 0.6f, 6, 0.8f), main);
                Collar(brush, cut, main.Lighter(0.25f), 6.5f);
                Buttons(brush, cut, main);
                break;
            case ClothesKind.VNeck:
                brush.Surface(cut.Torso(brush.Path(), 2, 10, 0.9f), main);
                break;
            case ClothesKind.Dress:
                brush.Surface(cut.Torso(brush.Path(), 5.5f, 8.5f), main);
                Band(brush, cut, 5.5f, 8.5f, second);
                break;
            case ClothesKind.Turtleneck:
                brush.Surface(cut.Torso(brush.Path(), 0.5f, 3), main);
                Turtleneck(brush, cut, main);
                break;
            case ClothesKind.Suit:
                Suit(brush, cut, main, second);
                break;
            case ClothesKind.Overalls:
                Overalls(brush, cut, main, second);
                break;
            default:
                Jacket(brush, cut, main, second);
                break;
        }
    }

    static void Band(Brush brush, in Cut cut, float open, float depth, Rgb colour)
    {
        float n = cut.Neck + open;
        var path = brush.Path().MoveTo(50 - n, cut.Y - 0.5f)
            .CubicTo(50 - n * 0.9f, cut.Y + depth * 0.9f, 50 - n * 0.6f, cut.Y + depth, 50, cut.Y + depth)
            .CubicTo(50 + n * 0.6f, cut.Y + depth, 50 + n * 0.9f, cut.Y + depth * 0.9f, 50 + n, cut.Y - 0.5f);
        brush.Line(path, colour, 1.7f, 0);
    }

    static void Striped(Brush brush, in Cut cut, Rgb main, Rgb second)
    {
        var torso = cut.Torso(brush.Path(), 1.6f, 4.6f);
        brush.Surface(torso, main);
        brush.Canvas.PushClip(torso);
        for (int i = 0; i < 4; i++)
            brush.Line(
                brush.Path().MoveTo(0, cut.Y + 8.5f + i * 5).QuadTo(50, cut.Y + 5.5f + i * 5, 100, cut.Y + 8.5f + i * 5), second, 2.2f, 0);
        brush.Canvas.PopClip();
        Band(brush, cut, 1.6f, 4.6f, second);
    }

    static void Hoodie(Brush brush, in Cut cut, Rgb main)
    {
        float n = cut.Neck, y = cut.Y;
        brush.Surface(cut.Torso(brush.Path(), 2.5f, 8), main);
        for (int side = -1; side <= 1; side += 2)
        {
            float s = side;
            brush.Surface(
                brush.Path().MoveTo(50 + s * (n + 0.4f), y - 6)
                    .CubicTo(50 + s * (n + 10), y - 5, 50 + s * (n + 13), y + 2, 50 + s * (n + 8), y + 5)
                    .CubicTo(50 + s * (n + 2), y + 9, 50 + s * 4, y + 11, 50, y + 12)
                    .CubicTo(50 + s * (n - 1.5f), y + 6, 50 + s * (n + 0.5f), y, 50 + s * (n + 0.4f), y - 6).Close(),
                main.Darker(0.12f));
            brush.Line(brush.Path().MoveTo(50 + s * 4.4f, y + 9)
                .QuadTo(50 + s * 5, y + 14, 50 + s * 4.2f, y + 19), main.Lighter(0.7f), 0.9f, 0);
        }
    }

    static void Collar(Brush brush, in Cut cut, Rgb colour, float depth)
    {
        float n = cut.Neck, y = cut.Y;
        for (int side = -1; side <= 1; side += 2)
            brush.Surface(
                brush.Path().MoveTo(50 + side * (n + 0.3f), y - 3.6f).LineTo(50, y + depth).LineTo(50 + side * 6, y + depth + 4)
                    .QuadTo(50 + side * (n + 4.5f), y + 3, 50 + side * (n + 2.6f), y - 1.6f).Close(),
                colour, 0.6f);
    }

    static void Buttons(Brush brush, in Cut cut, Rgb main)
    {
        brush.Line(brush.Path().MoveTo(50, cut.Y + 6.5f).LineTo(50, 104), main.Darker(0.35f), 0.55f, 0);
        brush.Flat(brush.Path().Circle(51.4f, cut.Y + 11.5f, 0.7f), main.Lighter(0.6f));
    }

    static void Turtleneck(Brush brush, in Cut cut, Rgb main)
    {
        float n = cut.Neck + 0.9f, y = cut.Y;
        var collar = brush.Path().MoveTo(50 - n, y - 5).QuadTo(50, y - 2.4f, 50 + n, y - 5).LineTo(50 + n + 1.2f, y + 2.4f)
            .QuadTo(50, y + 6, 50 - n - 1.2f, y + 2.4f).Close();
        brush.Surface(collar, main.Lighter(0.06f));
        for (int i = -3; i <= 3; i++)
            brush.Line(brush.Path().MoveTo(50 + i * n * 0.27f, y - 3)
                .LineTo(50 + i * n * 0.29f, y + 3.6f), main.Darker(0.3f), 0.4f, 0.3f, 0.6f);
    }

    static void Suit(Brush brush, in Cut cut, Rgb main, Rgb second)
    {
        float n = cut.Neck, y = cut.Y;
        var cloth = main.Darker(0.35f);
        brush.Surface(cut.Torso(brush.Path(), 0.4f, 3), Rgb.Hex(0xF4F2EE), 0.4f);
        brush.Surface(
            brush.Path().MoveTo(48, y + 5).LineTo(52, y + 5).LineTo(51.3f, y + 8.2f).LineTo(53.6f, 104).LineTo(46.4f, 104)
                .LineTo(48.7f, y + 8.2f).Close(),
            second);
        Collar(brush, cut, Rgb.Hex(0xFBFAF7), 5);
        for (int side = -1; side <= 1; side += 2)
        {
            float s = side, w = cut.Shoulder;
            brush.Surface(
                brush.Path().MoveTo(50 + s * (n + 1.8f), y - 1.6f)
                    .CubicTo(50 + s * (n + 6), y + 2.2f, 50 + s * (w - 7), y + 2.2f, 50 + s * w, y + cut.Drop)
                    .CubicTo(50 + s * (w + 5), y + cut.Drop + 4, 50 + s * (w + 6), 100, 50 + s * (w + 7), 108)
                    .LineTo(50 + s * 1.5f, 108).LineTo(50 + s * 4.5f, 104)
                    .QuadTo(50 + s * (n + 0.5f), y + 8, 50 + s * (n + 1.8f), y - 1.6f).Close(),
                cloth);
            brush.Surface(
                brush.Path().MoveTo(50 + s * (n + 1.8f), y - 1.6f).LineTo(50 + s * (n + 6.6f), y + 6).LineTo(50 + s * (n + 4.5f), y + 8)
                    .LineTo(50 + s * (n + 5), y + 10).LineTo(50 + s * 4.5f, 106)
                    .QuadTo(50 + s * (n + 0.2f), y + 8, 50 + s * (n + 1.8f), y - 1.6f).Close(),
                cloth.Lighter(0.1f));
        }
    }

    static void Overalls(Brush brush, in Cut cut, Rgb main, Rgb second)
    {
        brush.Surface(cut.Torso(brush.Path(), 1.4f, 4.2f), second);
        Band(brush, cut, 1.4f, 4.2f, second.Darker(0.25f));
        for (int side = -1; side <= 1; side += 2)
        {
            float x = 50 + side * (cut.Neck + 5.5f);
            brush.Surface(
                brush.Path().MoveTo(x - 2.4f, cut.Y + 1.2f).LineTo(x + 2.4f, cut.Y + 1.2f).LineTo(x + 2.4f - side, 104)
                    .LineTo(x - 2.4f - side, 104).Close(), main);
            brush.Flat(brush.Path().Circle(x - side * 0.6f, cut.Y + 14, 1.2f), Rgb.Hex(0xE9C46A));
        }
    }

    static void Jacket(Brush brush, in Cut cut, Rgb main, Rgb second)
    {
        float n = cut.Neck, y = cut.Y;
        brush.Surface(cut.Torso(brush.Path(), 0.8f, 3.6f), second);
        for (int side = -1; side <= 1; side += 2)
        {
            float s = side, w = cut.Shoulder;
            brush.Surface(
                brush.Path().MoveTo(50 + s * (n + 2), y - 1)
                    .CubicTo(50 + s * (n + 6), y + 2.2f, 50 + s * (w - 7), y + 2.2f, 50 + s * w, y + cut.Drop)
                    .CubicTo(50 + s * (w + 5), y + cut.Drop + 4, 50 + s * (w + 6), 100, 50 + s * (w + 7), 108)
                    .LineTo(50 + s * 8, 108).CubicTo(50 + s * 9, y + 12, 50 + s * (n + 2), y + 6, 50 + s * (n + 2), y - 1).Close(),
                main);
            brush.Surface(
                brush.Path().MoveTo(50 + s * (n + 0.6f), y - 4)
                    .CubicTo(50 + s * (n + 7), y - 2, 50 + s * (n + 8), y + 4, 50 + s * (n + 4), y + 7.5f)
                    .QuadTo(50 + s * (n + 3), y + 2, 50 + s * (n + 0.6f), y - 4).Close(),
                main.Darker(0.18f));
        }
    }
}
