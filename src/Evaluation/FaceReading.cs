using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>What a face is seen to do in one picture: the mouth, and the lids of the eye that is further open, from 0 open to 1 shut.</summary>
public readonly record struct FaceReading(MouthShape Mouth, float Blink);

/// <summary>Sees what faces do. A judge of videos must not know how they were made: it gets pictures alone.</summary>
public interface IFaceReader
{
    /// <summary>One reading a frame, each from that frame and the neutral picture alone.</summary>
    /// <param name="reference">The character at rest, square.</param>
    /// <param name="face">Where mouth and eyes are in it.</param>
    /// <param name="frames">Of the reference's size.</param>
    FaceReading[] Read(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames);
}
