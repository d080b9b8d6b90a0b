namespace TalkingMachines.Puppets;

/// <summary>
/// A cartoon character: everything that stays the same while it speaks. Lengths are in hundredths of the picture, whose
/// middle is (50, 50).
/// </summary>
public sealed record Puppet(
    long Seed, DrawingStyle Style, AgeGroup Age, HeadTraits Head, SkinTraits Skin, EyeTraits Eyes, NoseTraits Nose,
    MouthTraits Mouth, HairTraits Hair, WardrobeTraits Wardrobe, BackdropTraits Backdrop)
{
    /// <summary>Where the parts of the face are at the neutral pose.</summary>
    public FaceGeometry Geometry => FaceGeometry.Of(this);

    /// <summary>
    /// Draws a character's traits. The same seed gives the same character for ever: each group of traits has its own
    /// System.Random, whose seeded sequence is fixed, and draws its numbers in a fixed order.
    /// </summary>
    public static Puppet FromSeed(long seed) => new PuppetCasting(seed).Cast();
}

/// <summary>
/// The face at the neutral pose in picture coordinates 0..1 (x right, y down). The mouth's ellipse holds all that the
/// mouth may reach between shut and widest open; eye radii hold the open eye with its lashes.
/// </summary>
public readonly record struct FaceGeometry(
    float MouthX, float MouthY, float MouthHalfWidth, float MouthHalfHeight,
    float LeftEyeX, float RightEyeX, float EyeY, float EyeRadiusX, float EyeRadiusY,
    float FaceX, float FaceY, float FaceRadiusX, float FaceRadiusY)
{
    internal static FaceGeometry Of(Puppet puppet)
    {
        var (head, eyes, mouth) = (puppet.Head, puppet.Eyes, puppet.Mouth);
        float highest = mouth.Y - mouth.UpperLip - MouthAnatomy.WidestOpen * MouthAnatomy.UpperShare - 1.5f;
        float lowest = mouth.Y + mouth.LowerLip + MouthAnatomy.WidestOpen * (1 - MouthAnatomy.UpperShare) + 1.5f;
        float chin = head.ChinY, top = head.Top;
        return new FaceGeometry(
            0.5f, (highest + lowest) / 200, (mouth.HalfWidth * 1.3f + 1.5f) / 100, (lowest - highest) / 200,
            (50 - eyes.Spacing) / 100, (50 + eyes.Spacing) / 100, eyes.Y / 100,
            eyes.Width * 1.15f / 100, eyes.Height * 1.25f / 100,
            0.5f, (top + chin) / 200, MathF.Max(head.Cheek, head.Temple) / 100, (chin - top) / 200);
    }
}
