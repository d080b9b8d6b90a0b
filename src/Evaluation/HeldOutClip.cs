using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>A character, voice and sentence that no training saw, with the truth of every frame.</summary>
public sealed record HeldOutClip(Puppet Puppet, Performance Performance, int Size)
{
    /// <summary>Characters from here on, and clips of these seeds, are never trained on.</summary>
    public const long FirstCharacter = 1_000_000;

    /// <summary>Beyond, a character's clips would be those of another.</summary>
    public const long LastCharacter = (2 * FirstCharacter) - 2000;

    // Seeds of the clips a character may take its own from.
    const int Attempts = 400;

    const double LeastSpeech = 0.35;

    /// <summary>The character at rest: all that the model gets to see.</summary>
    public Picture Reference { get; } = new PuppetRenderer().Draw(Puppet, PuppetPose.Neutral, Size);

    /// <summary>
    /// A character with its own clip, of which a third or more is speech and some is listening: the first of its seeds that has both.
    /// </summary>
    /// <param name="index">From 0.</param>
    /// <param name="size">Side of the picture.</param>
    public static HeldOutClip Draw(int index, int frames, int size, CancellationToken stop) =>
        Draw(FirstCharacter + index, [.. Enumerable.Range(1, Attempts).Select(attempt => (FirstCharacter * attempt) + index)], frames, size, stop);

    /// <summary>The same for a character of any seed, with the first of the clips given that has speech and listening.</summary>
    /// <param name="clips">Seeds of clips; their voices and sentences are held out whatever the seed.</param>
    public static HeldOutClip Draw(long character, IReadOnlyList<long> clips, int frames, int size, CancellationToken stop)
    {
        int listening = Math.Min(6, frames / 12);
        foreach (long clip in clips)
        {
            // half a sentence may be all of a short clip: then another seed's is taken
            var performance = TrainingPerformance.Draw(clip, frames, heldOut: true, stop: stop);
            if (performance.Speaking.Count(speaking => speaking) < LeastSpeech * frames || ClipScore.Listening(performance).Length < listening) continue;
            return new HeldOutClip(Puppet.FromSeed(character), performance, size);
        }
        throw new InvalidOperationException($"None of {clips.Count} clips of {frames} frames for character {character} has both speech and listening.");
    }

    /// <summary>A long clip of the same character, as it comes.</summary>
    public static HeldOutClip DrawLong(int index, int frames, int size, CancellationToken stop)
    {
        // some draws are speechless: they would say nothing of sync after a minute
        for (long seed = FirstCharacter + index; ; seed += FirstCharacter)
        {
            var performance = TrainingPerformance.Draw(seed, frames, heldOut: true, stop: stop);
            if (performance.Speaking.Count(speaking => speaking) >= LeastSpeech * frames) return new HeldOutClip(Puppet.FromSeed(FirstCharacter + index), performance, size);
            if (seed > FirstCharacter * Attempts) throw new InvalidOperationException($"None of {Attempts} clips of {frames} frames for character {FirstCharacter + index} has speech.");
        }
    }

    /// <summary>The true frame.</summary>
    public Picture Truth(PuppetRenderer renderer, int frame) => renderer.Draw(Puppet, Performance.Poses[frame], Size);

    /// <summary>All true frames.</summary>
    public Picture[] Truth()
    {
        var renderer = new PuppetRenderer();
        var frames = new Picture[Performance.Poses.Length];
        for (int i = 0; i < frames.Length; i++) frames[i] = Truth(renderer, i);
        return frames;
    }
}
