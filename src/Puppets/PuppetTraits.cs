namespace TalkingMachines.Puppets;

// The order of the values below is part of what a seed means: add at the end only.

public enum DrawingStyle { Flat, Soft, Ink, Sketch, Anime, Painterly, Photo }

public enum AgeGroup { Child, Young, Adult, Elder }

public enum HeadShape { Round, Oval, Square, Long, Heart, Child }

public enum EyeKind { Almond, Round, Wide, Dot, Anime, Hooded }

public enum NoseKind { Button, Soft, Line, Wedge, Nostrils, Broad }

/// <summary>What of the hair lies on forehead and skull.</summary>
public enum FringeKind
{
    None, Slick, Straight, SideSweep, Curtain, Spikes, Quiff, Curls, Buzz, Mohawk, Wisps, Horseshoe, Rounded
}

/// <summary>What of the hair hangs or stands behind the head.</summary>
public enum BackKind
{
    None, Bob, Long, Wavy, Afro, Ponytail, SideTail, Bun, TwoBuns, Pigtails, Braids, Nape, CurlyLong
}

public enum BeardKind { None, Stubble, Full, Goatee, Moustache, Handlebar, ChinStrap, Long }

public enum GlassesKind { None, Round, Square, HalfRim, Cat, Thin, Sun }

public enum EarringKind { None, Stud, Hoop, Drop }

public enum HeadwearKind { None, Beanie, Cap, Headband, Bow, Flower, Headphones, Scarf, Beret, Bandana, Crown }

public enum ClothesKind { Crew, Hoodie, Shirt, VNeck, Dress, Turtleneck, Suit, Overalls, Striped, Jacket }

public enum BackdropKind { Flat, Gradient, Room, Stripes, Bokeh, Window, Dots, Arch, Shelf, Hills }

/// <summary>The head's outline, in hundredths of the picture.</summary>
public sealed record HeadTraits(
    HeadShape Shape, float Temple, float Cheek, float Jaw, float Chin, float Top, float ChinY, float EarSize, float EarLift);

/// <summary>Eyes and brows, in hundredths of the picture; Tilt lifts the outer corners.</summary>
public sealed record EyeTraits(
    EyeKind Kind, float Y, float Spacing, float Width, float Height, float Tilt, float IrisSize, Rgb Iris, bool Lashes,
    Rgb? Shadow, float BrowLift, float BrowWidth, float BrowThickness, float BrowArch, float BrowTilt, Rgb BrowColour);

/// <summary>The mouth at rest, in hundredths of the picture; Smile lifts the corners.</summary>
public sealed record MouthTraits(
    float Y, float HalfWidth, float UpperLip, float LowerLip, float Bow, float Smile, Rgb Lip, float LineWeight, bool Gap);

public sealed record SkinTraits(Rgb Skin, bool Fantasy, float Blush, int Freckles, float Wrinkles, int Mole);

public sealed record NoseTraits(NoseKind Kind, float Y, float Width);

public sealed record HairTraits(
    FringeKind Fringe, BackKind Back, Rgb Colour, float Volume, int Side, BeardKind Beard, float Length, float Hairline,
    bool Shine);

public sealed record WardrobeTraits(
    ClothesKind Clothes, Rgb Main, Rgb Second, float Shoulders, GlassesKind Glasses, Rgb FrameColour, EarringKind Earrings,
    HeadwearKind Headwear, Rgb HeadwearColour);

public sealed record BackdropTraits(BackdropKind Kind, Rgb First, Rgb Second, int Variant);
