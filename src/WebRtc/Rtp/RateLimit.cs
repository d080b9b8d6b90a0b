namespace TalkingMachines.WebRtc;

/// <summary>Lets so many through in a second, and as many at once after a pause (a token bucket). Not for several threads at once.</summary>
internal struct RateLimit(int perSecond)
{
    double left = perSecond;
    TimeSpan before;

    /// <param name="now">Never earlier than the last time.</param>
    public bool Admits(TimeSpan now)
    {
        left = Math.Min(perSecond, left + (perSecond * (now - before).TotalSeconds));
        before = now;
        if (left < 1) return false;
        left--;
        return true;
    }
}
