using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>
/// How the layers of a puppet lie in the picture for one pose. Nearer parts follow the head's shift more than farther
/// ones, which reads as a slight turn.
/// </summary>
readonly struct Stance
{
    // the neck's root, about which the head rolls
    static readonly Vector2 Pivot = new(50, 82);

    readonly float scale;
    readonly Vector2 shift;
    readonly float roll;

    public Stance(Puppet puppet, in Gesture gesture, int size)
    {
        scale = size / 100f;
        shift = new Vector2(gesture.HeadX, gesture.HeadY) * (2 * puppet.Head.Cheek);
        roll = gesture.Roll;
        Picture = Matrix3x2.CreateScale(scale);
        Body = Matrix3x2.CreateTranslation(shift.X * 0.16f, -1.1f * gesture.Breath + MathF.Max(shift.Y, 0) * 0.06f) * Picture;
    }

    public Matrix3x2 Picture { get; }
    public Matrix3x2 Body { get; }
    public Matrix3x2 Neck => Layer(0.45f, 0.35f);
    public Matrix3x2 BackHair => Layer(0.55f, 0.95f);
    public Matrix3x2 Ears => Layer(0.62f, 1);
    public Matrix3x2 Head => Layer(0.85f, 1);
    public Matrix3x2 Features => Layer(1.2f, 1);
    public Matrix3x2 Nose => Layer(1.38f, 1);
    public Matrix3x2 Hair => Layer(0.95f, 1);

    Matrix3x2 Layer(float depth, float turn) =>
        Matrix3x2.CreateRotation(roll * turn, Pivot) * Matrix3x2.CreateTranslation(shift * depth) * Picture;
}
