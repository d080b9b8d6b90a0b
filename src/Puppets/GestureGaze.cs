namespace TalkingMachines.Puppets;

/// <summary>Eyes that rest on the camera, with small jumps around it and a glance away now and then, more while speaking.</summary>
sealed class GestureGaze(PerformanceRandom random)
{
    const double Step = 1.0 / 16;

    double x, y, wait;
    bool away;

    public (float X, float Y) Next(bool speaking)
    {
        wait -= Step;
        if (wait <= 0) Jump(speaking);
        return ((float)x, (float)y);
    }

    // a saccade lasts 20..80 ms, so within a frame
    void Jump(bool speaking)
    {
        away = !away && random.Chance(speaking ? .22 : .12);
        if (away)
        {
            double angle = random.Between(0, 2 * Math.PI), reach = random.Between(.35, .9);
            (x, y, wait) = (reach * Math.Cos(angle), .6 * reach * Math.Sin(angle), random.Between(.4, 1.3));
        }
        else
        {
            (x, y, wait) = (.05 * random.Normal(), .04 * random.Normal(), random.Between(.5, 2.5));
        }
        x = Math.Clamp(x, -1, 1);
        y = Math.Clamp(y, -1, 1);
    }
}
