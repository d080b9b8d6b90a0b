using TalkingMachines.Media;

namespace TalkingMachines.Puppets;

/// <summary>
/// Draws puppets in poses. Owns the drawing buffers: one renderer a thread. The same puppet, pose and size give the
/// same bytes, and a window gives the bytes of the same rectangle of the full picture.
/// </summary>
public sealed class PuppetRenderer
{
    /// <summary>Largest side of a picture, in pixels.</summary>
    public const int MaxSize = 4096;

    static readonly Grain pores = new(new(1.1f, 1.1f), 0.07f), strands = new(new(0.55f, 9), 0.32f), threads = new(new(0.9f, 0.7f), 0.12f);

    readonly Canvas canvas = new();
    readonly Brush brush;

    public PuppetRenderer() => brush = new Brush(canvas);

    /// <summary>Draws the whole square picture.</summary>
    public Picture Draw(Puppet puppet, in PuppetPose pose, int size) => Draw(puppet, pose, size, PixelRegion.Whole(size));

    /// <summary>Draws one window of a square picture, at a cost that follows the window's area.</summary>
    /// <param name="size">Side of the full picture in pixels.</param>
    public Picture Draw(Puppet puppet, in PuppetPose pose, int size, PixelRegion region)
    {
        Check(size, region);
        var picture = new Picture(region.Width, region.Height);
        Draw(puppet, pose, size, region, picture.Pixels);
        return picture;
    }

    /// <summary>Draws into interleaved RGB bytes of region.Width * region.Height pixels; allocates nothing once warm.</summary>
    public void Draw(Puppet puppet, in PuppetPose pose, int size, PixelRegion region, Span<byte> rgb)
    {
        Check(size, region);
        if (rgb.Length != region.Width * region.Height * 3)
            throw new ArgumentException($"Buffer has {rgb.Length} bytes, expected {region.Width * region.Height * 3} for {region}.");
        canvas.Begin(region);
        brush.Begin(puppet.Style);
        Layers(puppet, pose.Bounded(), size);
        canvas.CopyTo(rgb);
    }

    void Layers(Puppet puppet, in PuppetPose pose, int size)
    {
        var stance = new Stance(puppet, pose.Gesture, size);
        canvas.Transform = stance.Picture;
        Backdrop.Draw(brush, puppet.Backdrop);
        canvas.Transform = stance.BackHair;
        brush.Grain = strands;
        Hair.Behind(brush, puppet);
        canvas.Transform = stance.Neck;
        brush.Grain = pores;
        Head.Neck(brush, puppet);
        canvas.Transform = stance.Body;
        brush.Grain = threads;
        Wardrobe.Draw(brush, puppet);
        DrawHead(puppet, pose, stance);
        canvas.Transform = stance.Picture;
        if (puppet.Style == DrawingStyle.Photo) brush.Vignette();
    }

    void DrawHead(Puppet puppet, in PuppetPose pose, in Stance stance)
    {
        canvas.Transform = stance.BackHair;
        brush.Grain = strands;
        Hair.Locks(brush, puppet);
        canvas.Transform = stance.Ears;
        brush.Grain = pores;
        Head.Ears(brush, puppet);
        canvas.Transform = stance.Head;
        float drop = Head.JawDrop(pose.Mouth);
        var outline = Head.Outline(brush.Path(), puppet.Head, drop);
        Head.Face(brush, puppet, outline);
        canvas.Transform = stance.Hair;
        Hair.Shadow(brush, puppet, outline);
        canvas.Transform = stance.Features;
        Head.Marks(brush, puppet, pose.Gesture.Brow);
        brush.Grain = strands;
        Beard.Draw(brush, puppet, pose.Mouth, drop);
        Mouth.Draw(brush, puppet, pose.Mouth);
        Beard.Moustache(brush, puppet, pose.Mouth);
        Eyes.Draw(brush, puppet, pose.Gesture);
        canvas.Transform = stance.Nose;
        Nose.Draw(brush, puppet);
        canvas.Transform = stance.Hair;
        Hair.Front(brush, puppet);
        canvas.Transform = stance.Features;
        Eyes.Brows(brush, puppet, pose.Gesture);
        Accessories.Glasses(brush, puppet);
        canvas.Transform = stance.Ears;
        Accessories.Earrings(brush, puppet);
        canvas.Transform = stance.Hair;
        brush.Grain = threads;
        Headwear.Draw(brush, puppet, drop);
    }

    static void Check(int size, PixelRegion region)
    {
        if (size is < 8 or > MaxSize)
            throw new ArgumentException($"Picture size is {size}, expected 8..{MaxSize}.");
        if (region.X < 0 || region.Y < 0 || region.Width < 1 || region.Height < 1
            || region.Width > size - region.X || region.Height > size - region.Y)
            throw new ArgumentException($"Region {region} lies outside a picture of {size}x{size}.");
    }
}
