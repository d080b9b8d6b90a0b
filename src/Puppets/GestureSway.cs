namespace TalkingMachines.Puppets;

/// <summary>
/// Smooth noise of deviation 1: an Ornstein-Uhlenbeck process behind a second low-pass of the same time, at 16 a second.
/// </summary>
sealed class GestureSway(double seconds)
{
    readonly double keep = Math.Exp(-1 / (16 * seconds));
    // of the second stage: sqrt(1 + a^2) / (1 + a), from the autocovariance a^k of the first
    readonly double deviation = Math.Sqrt(1 + Math.Exp(-2 / (16 * seconds))) / (1 + Math.Exp(-1 / (16 * seconds)));
    double first, second;
    bool started;

    public double Next(PerformanceRandom random)
    {
        if (!started) (first, second, started) = (random.Normal(), random.Normal() * .7, true);
        first = keep * first + Math.Sqrt(1 - keep * keep) * random.Normal();
        second = keep * second + (1 - keep) * first;
        return second / deviation;
    }
}
