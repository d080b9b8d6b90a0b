namespace TalkingMachines.Puppets;

/// <summary>
/// Endless small motions of head, lids, brows, eyes and chest, a frame at a time (16 a second). Every part is a
/// stationary process, so hours of it stay where minutes are.
/// </summary>
/// <param name="liveliness">0 keeps the head still and the brows level, 1 is a lively speaker; lids and breath go on.</param>
public sealed class GestureSampler(long seed, double liveliness = .5)
{
    const double Step = 1.0 / 16;

    readonly PerformanceRandom random = new(seed);
    readonly GestureBlink blink = new(new PerformanceRandom(seed ^ 0x5DEECE66D));
    readonly GestureGaze gaze = new(new PerformanceRandom(seed ^ 0x2545F4914F6CDD1D));
    readonly GestureSway slowX = new(2.2), slowY = new(2.6), slowRoll = new(2.4), quickX = new(.35), quickY = new(.28), quickRoll = new(.4), slowBrow = new(1.5), breathRate = new(5);
    readonly double liveliness = Math.Clamp(liveliness, 0, 1);

    double activity, breath = (seed & 1023) / 1024.0;
    double nodAge = double.MaxValue, nodDepth, nodLength, raiseAge = double.MaxValue, raiseHeight, raiseLength;

    public Gesture Next(bool speaking)
    {
        activity += Step / .35 * ((speaking ? 1 : 0) - activity);       // the body follows speech within a third of a second
        Breathe();
        StartNodAndRaise(speaking);
        double x = .030 * slowX.Next(random) + .014 * activity * quickX.Next(random);
        double y = .022 * slowY.Next(random) + .014 * activity * quickY.Next(random) + Bump(ref nodAge, nodLength, nodDepth);
        double roll = .045 * slowRoll.Next(random) + .018 * activity * quickRoll.Next(random);
        double brow = (.08 + .12 * activity) * slowBrow.Next(random) + Bump(ref raiseAge, raiseLength, raiseHeight);
        var (gazeX, gazeY) = gaze.Next(speaking);
        return new(
            Bounded(liveliness * x, .1), Bounded(liveliness * y, .1), Bounded(liveliness * roll, .15),
            blink.Next(speaking), Bounded(Math.Min(1, 2 * liveliness) * brow, 1), gazeX, gazeY,
            (float)(.5 - .5 * Math.Cos(2 * Math.PI * breath)));
    }

    // 0.25 Hz, a little quicker or slower at times
    void Breathe()
    {
        breath += Step * .25 * (1 + .15 * Math.Clamp(breathRate.Next(random), -2, 2));
        breath -= Math.Floor(breath);
    }

    /// <summary>Beats with the head about every 2.5 s of speech, with the brows every 3; rarely while listening.</summary>
    void StartNodAndRaise(bool speaking)
    {
        if (random.Chance(Step * (speaking ? .4 : .12)) && nodAge > nodLength + .2)
            (nodAge, nodDepth, nodLength) = (0, random.Between(.015, .05), random.Between(.35, .6));
        if (random.Chance(Step * (speaking ? .33 : .06)) && raiseAge > raiseLength + .3)
            (raiseAge, raiseHeight, raiseLength) = (0, random.Between(.35, .9), random.Between(.4, 1));
    }

    /// <summary>A rise and fall of one cosine over its length.</summary>
    static double Bump(ref double age, double length, double height)
    {
        if (age >= length) return 0;
        age += Step;
        return height * (.5 - .5 * Math.Cos(2 * Math.PI * Math.Min(1, age / length)));
    }

    // tanh keeps rare large values within the limit without a corner
    static float Bounded(double value, double limit) => (float)(limit * Math.Tanh(value / limit));
}
