using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>Judges by pictures and sound alone whether they belong together, by SyncNet's protocol (FACTS 6.1).</summary>
public interface ISyncJudge
{
    /// <summary>What a report calls it. Figures of different judges can't be compared.</summary>
    string Name { get; }

    /// <summary>Frames a second at which it looks: an offset counts these.</summary>
    int FramesPerSecond { get; }

    /// <summary>The score of a clip.</summary>
    /// <param name="face">Where the face is at rest.</param>
    /// <param name="frames">16 a second.</param>
    /// <param name="sound">16 kHz.</param>
    SyncScore Judge(FaceGeometry face, IReadOnlyList<Picture> frames, Sound sound);
}
