using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Tests.Evaluation;

/// <summary>A puppet in the place of a model: it performs what it hears without a flaw, but for the fault given.</summary>
/// <param name="fault">What becomes of the poses asked for.</param>
internal sealed class PuppetActor(Func<PuppetPose[], IEnumerable<PuppetPose>> fault) : IActor
{
    public string Name => RenditionScore.Generated;

    public Picture[] Film(HeldOutClip clip, Performance heard, CancellationToken stop)
    {
        PuppetPose[] asked = [.. clip.Performance.Poses.Zip(heard.Poses, (own, other) => own with { Mouth = other.Mouth })];
        var renderer = new PuppetRenderer();
        return [.. fault(asked).Select(pose => renderer.Draw(clip.Puppet, pose, clip.Size))];
    }
}
