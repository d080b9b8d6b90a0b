namespace TalkingMachines.Puppets;

/// <summary>
/// Lids. Pauses between blinks are lognormal, about 15 blinks a minute listening and 18 speaking (people: 12 to 20),
/// one in ten is double, and the end of speech brings one on.
/// </summary>
sealed class GestureBlink(PerformanceRandom random)
{
    const double Step = 1.0 / 16;
    const double ShortestPause = .5;

    // shut within a frame, opening slower: a quarter second in all
    static readonly float[] Lids = [.7f, 1, .85f, .4f, .1f];

    int frame = int.MaxValue;
    double wait = -1;
    bool spoke;

    public float Next(bool speaking)
    {
        if (wait < 0) wait = random.Between(.2, 4);
        if (spoke && !speaking && random.Chance(.4)) wait = Math.Min(wait, random.Between(0, .3));
        spoke = speaking;
        if (frame < Lids.Length) return Lids[frame++];
        wait -= Step;
        if (wait > 0) return 0;
        wait = random.Chance(.1) ? random.Between(.06, .2) : Pause(speaking);
        frame = 1;
        return Lids[0];
    }

    /// <summary>Median 3.0 s listening, 2.5 s speaking; sigma .6 puts the means a fifth above, and a blink takes .3 s itself.</summary>
    double Pause(bool speaking) => Math.Max(ShortestPause, (speaking ? 2.5 : 3.0) * Math.Exp(.6 * random.Normal()));
}
