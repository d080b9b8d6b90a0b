namespace TalkingMachines.Evaluation;

/// <summary>Finds blinks in a track of lids, 0 open to 1 shut.</summary>
public static class Blinks
{
    const double Shuts = 0.5, Opens = 0.3;

    // A blink lasts a quarter second: further apart, two are not the same one.
    const int Apart = 2;

    /// <summary>Frames at which the lids shut; they must have opened in between.</summary>
    public static IReadOnlyList<int> Starts(IEnumerable<float> lids)
    {
        var starts = new List<int>();
        bool shut = false;
        int frame = 0;
        foreach (float lid in lids)
        {
            if (!shut && lid >= Shuts) starts.Add(frame);
            shut = shut ? lid > Opens : lid >= Shuts;
            frame++;
        }
        return starts;
    }

    /// <summary>How many of the blinks asked for were seen at their time; each one seen counts once.</summary>
    public static int Matched(IReadOnlyList<int> asked, IReadOnlyList<int> seen)
    {
        int matched = 0, next = 0;
        foreach (int frame in asked)
        {
            while (next < seen.Count && seen[next] < frame - Apart) next++;
            if (next == seen.Count) break;
            if (seen[next] > frame + Apart) continue;
            matched++;
            next++;
        }
        return matched;
    }
}
