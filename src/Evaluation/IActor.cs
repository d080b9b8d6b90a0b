using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>Performs clips to be judged: a model as a rule; in tests a puppet whose fault is known.</summary>
public interface IActor
{
    /// <summary>What a report calls its frames, such as <see cref="RenditionScore.Generated"/>.</summary>
    string Name { get; }

    /// <summary>All frames of a clip, with its gestures, to the sound of <paramref name="heard"/>: its own, or another's as a control.</summary>
    Picture[] Film(HeldOutClip clip, Performance heard, CancellationToken stop);
}

/// <summary>A model that performs as it does in a call.</summary>
/// <param name="framesAhead">So much sound is there after the chunk that is made; null: all of it, as of a text or a file.</param>
public sealed class RolloutActor(string name, Avatar avatar, int? framesAhead = null) : IActor
{
    public string Name => name;

    /// <summary>Whether it sees all of a clip at once.</summary>
    public bool IsTeacher => avatar.Config.Bidirectional;

    public Picture[] Film(HeldOutClip clip, Performance heard, CancellationToken stop) => ClipRollout.Film(avatar, clip, heard, framesAhead, stop);
}
