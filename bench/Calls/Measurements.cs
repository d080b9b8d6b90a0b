using System.Diagnostics;
using Microsoft.Playwright;
using TalkingMachines.Serving;

namespace TalkingMachines.Calls;

/// <summary>What a caller would notice, measured through the page in a browser on the same machine.</summary>
internal sealed class Measurements(CallServer server, IBrowser browser, Action<string> tell)
{
    const double Audible = 0.02;        // largest sample of a block: -34 dB
    const double Flash = 128;           // of 255: between the dark frames and the white ones
    const double Unchanged = 0.15;      // mean change of a frame that is shown again
    const double AtMostListening = 3.0; // mean change around the mouth of somebody who listens and nods
    const double LeastMovement = 1.0;   // mean change around the mouth, of 255: more than the codec's noise

    static readonly string[] Sentences =
    [
        "Hello, I am glad that you called.", "What a wonderful morning it is today.", "Please tell me more about your work.",
        "Maybe we should buy a bigger boat.", "I have never thought about it that way.", "People often ask me where I come from.",
        "Both of them moved to another town.", "Every word is spoken as you type it.", "Open the window and let some air in.", "Numbers such as seven and nine are fine.",
    ];

    /// <summary>From the press on Call to the first frame.</summary>
    public async Task<Spread> FirstFrameAsync(int calls)
    {
        var times = new List<double>();
        for (int i = 0; i < calls; i++)
        {
            await using var page = await Page.OpenAsync(browser, server.Address);
            times.Add(await page.CallAsync());
            await page.HangUpAsync();
            await Task.Delay(500);
        }
        return Spread.Of(times);
    }

    /// <summary>From the key press that sends a sentence to its sound and to the first frame whose mouth moves.</summary>
    public async Task<(Spread Sound, Spread Mouth)> TypingAsync(int sentences)
    {
        await using var page = await CalledAsync();
        List<double> sounds = [], mouths = [];
        for (int i = 0; i < sentences; i++)
        {
            await page.ForgetAsync();
            await Task.Delay(1200 + (i * 137 % 750)); // anywhere within a chunk
            double pressed = await page.TypeAsync(Sentences[i % Sentences.Length]);
            await Task.Delay(4500);
            var notes = await page.NotesAsync();
            double still = Stillness(notes, pressed);
            sounds.Add(First(notes.Sounds, sound => sound.T > pressed && sound.Level > Audible, sound => sound.T) - pressed);
            mouths.Add(First(notes.Frames, frame => frame.T > pressed && frame.Moved > still, frame => frame.T) - pressed);
        }
        return (Spread.Of(sounds), Spread.Of(mouths));
    }

    /// <summary>From Escape to the last sound and to the last movement of the mouth.</summary>
    public async Task<(Spread Sound, Spread Mouth)> InterruptingAsync(int times)
    {
        await using var page = await CalledAsync();
        List<double> sounds = [], mouths = [];
        for (int i = 0; i < times; i++)
        {
            await Task.Delay(1000);
            await page.ForgetAsync();
            await Task.Delay(1500);
            await page.TypeAsync(string.Join(' ', Sentences));
            await Task.Delay(2500 + (i * 137 % 750));
            double pressed = await page.InterruptAsync();
            await Task.Delay(1500);
            var notes = await page.NotesAsync();
            sounds.Add(Last(notes.Sounds, sound => sound.T > pressed && sound.Level > Audible, sound => sound.T, pressed) - pressed);
            mouths.Add(AtRest([.. notes.Frames.Where(frame => frame.T > pressed)]) - pressed);
        }
        return (Spread.Of(sounds), Spread.Of(mouths));
    }

    /// <summary>How much later a tone is heard than the white frame of the same moment is shown, in milliseconds; negative: earlier.</summary>
    public async Task<double[]> OffsetsAsync(Page page, int flashes)
    {
        var conversation = server.Hub.Conversations.Single();
        var call = conversation.Call!;
        conversation.Session.Output = new FlashAndBeep(call);
        await Task.Delay(3000);
        await page.ForgetAsync();
        await Task.Delay(TimeSpan.FromSeconds((2 * flashes) + 1));
        var notes = await page.NotesAsync();
        conversation.Session.Output = call;
        double[] beeps = Onsets(notes.Sounds, sound => sound.T, sound => sound.Level > Audible), whites = Onsets(notes.Frames, frame => frame.T, frame => frame.Light > Flash);
        return [.. whites.Select(white => beeps.Select(beep => beep - white).DefaultIfEmpty(double.NaN).MinBy(Math.Abs)).Where(offset => Math.Abs(offset) < 900)];
    }

    const int Warm = 29; // sentences, five minutes: everything has been used, compiled again and pooled

    /// <summary>A call that speaks half of the time, for so long: frames, stops, threads, and memory once it is warm.</summary>
    public async Task<Endurance> EnduranceAsync(TimeSpan length, double loss)
    {
        await using var page = await CalledAsync();
        var conversation = server.Hub.Conversations.Single();
        if (loss > 0) conversation.Call!.Peer.LosesPacket = () => Random.Shared.NextDouble() < loss;
        double[] early = loss > 0 ? [] : await OffsetsAsync(page, 8);
        await page.EvaluateAsync<object>("probe.follow()");
        var start = await page.StatisticsAsync();
        var watch = Stopwatch.StartNew();
        var first = ProcessSample.Now();
        long repeated = conversation.Session.Figures.FramesRepeated;
        for (int i = 0; watch.Elapsed < length; i++)
        {
            await page.TypeAsync(Sentences[i % Sentences.Length] + " " + Sentences[(i + 3) % Sentences.Length]);
            await Task.Delay(TimeSpan.FromSeconds(10));
            if (i == Warm) first = ProcessSample.Settled();
            if (i % 6 == 5) tell($"  {watch.Elapsed:hh\\:mm\\:ss}: {ProcessSample.Now()}");
        }
        var last = ProcessSample.Settled();
        double seconds = watch.Elapsed.TotalSeconds;
        var end = await page.StatisticsAsync();
        double longest = await page.EvaluateAsync<double>("probe.longestGap()");
        var figures = conversation.Session.Figures;
        double[] late = loss > 0 ? [] : await OffsetsAsync(page, 8);
        return new Endurance(
            seconds, (end.FramesDecoded - start.FramesDecoded) / seconds, longest, end.FreezeCount - start.FreezeCount, end.PacketsLost - start.PacketsLost,
            figures.FramesRepeated - repeated, figures.Median.TotalMilliseconds, figures.P99.TotalMilliseconds,
            Spread.OfOffsets(early), Spread.OfOffsets(late), first, last);
    }

    /// <summary>So many calls at once, all speaking: whether each keeps real time.</summary>
    public async Task<Crowd> CrowdAsync(int calls, TimeSpan length)
    {
        var pages = new List<Page>();
        try
        {
            for (int i = 0; i < calls; i++) pages.Add(await CalledAsync(watch: false));
            await Task.Delay(3000);
            var before = server.Hub.Conversations.ToDictionary(each => each, each => each.Session.Figures);
            var watch = Stopwatch.StartNew();
            for (int i = 0; watch.Elapsed < length; i++)
            {
                foreach (var page in pages) await page.TypeAsync(Sentences[i % Sentences.Length]);
                await Task.Delay(4000);
            }
            var after = before.Keys.Select(each => each.Session.Figures).ToList();
            double seconds = watch.Elapsed.TotalSeconds;
            return new Crowd(
                calls, before.Keys.Min(each => (Fresh(each.Session.Figures) - Fresh(before[each])) / seconds),
                before.Keys.Sum(each => each.Session.Figures.FramesRepeated - before[each].FramesRepeated) / (16.0 * seconds * calls),
                after.Max(each => each.Median.TotalMilliseconds), after.Max(each => each.P95.TotalMilliseconds), after.Max(each => each.LongestRepeat.TotalMilliseconds));
        }
        finally
        {
            foreach (var page in pages)
            {
                await page.HangUpAsync();
                await page.DisposeAsync();
            }
        }
    }

    static long Fresh(SessionFigures figures) => figures.Frames - figures.FramesRepeated;

    async Task<Page> CalledAsync(bool watch = true)
    {
        var page = await Page.OpenAsync(browser, server.Address);
        await page.CallAsync();
        if (watch) await page.WatchAsync();
        await Task.Delay(3000);
        return page;
    }

    /// <summary>What the mouth's surroundings change by while it is still: nods and the codec.</summary>
    static double Stillness(Notes notes, double until)
    {
        double[] before = [.. notes.Frames.Where(frame => frame.T < until).Select(frame => frame.Moved).Order()];
        return before.Length == 0 ? LeastMovement : Math.Max(LeastMovement, 1.5 * before[(int)(0.95 * (before.Length - 1))]);
    }

    /// <summary>The character stands still until the first frame of the new turn, in which it listens: the frame after those that did not change.</summary>
    static double AtRest(FrameNote[] after)
    {
        int still = Array.FindIndex(after, frame => frame.Moved < Unchanged);
        if (still < 0) // it never stood: then it is at rest once nothing but the head moves
        {
            int moving = Array.FindLastIndex(after, frame => frame.Moved > AtMostListening);
            return moving + 1 < after.Length ? after[moving + 1].T : double.PositiveInfinity;
        }
        int next = Array.FindIndex(after, still, frame => frame.Moved >= Unchanged);
        return next < 0 ? double.PositiveInfinity : after[next].T;
    }

    static double First<T>(IEnumerable<T> notes, Func<T, bool> matches, Func<T, double> time) => notes.Where(matches).Select(time).DefaultIfEmpty(double.PositiveInfinity).First();

    static double Last<T>(IEnumerable<T> notes, Func<T, bool> matches, Func<T, double> time, double otherwise) => notes.Where(matches).Select(time).DefaultIfEmpty(otherwise).Last();

    /// <summary>Times at which something begins that was not there for half a second.</summary>
    static double[] Onsets<T>(IEnumerable<T> notes, Func<T, double> time, Func<T, bool> isOn)
    {
        var onsets = new List<double>();
        double lastOn = double.NegativeInfinity;
        foreach (var note in notes.Where(isOn))
        {
            if (time(note) > lastOn + 500) onsets.Add(time(note));
            lastOn = time(note);
        }
        return [.. onsets.Skip(1)]; // the first may have begun before
    }
}

/// <param name="LongestGap">Between two frames shown, in milliseconds.</param>
internal sealed record Endurance(
    double Seconds, double FramesPerSecond, double LongestGap, long Freezes, long PacketsLost, long FramesRepeated, double ChunkMedian, double ChunkP99,
    Spread OffsetAtFirst, Spread OffsetAtLast, ProcessSample First, ProcessSample Last);

/// <param name="Repeated">Part of the frames that were shown again because the next was late.</param>
internal sealed record Crowd(int Calls, double LeastFramesPerSecond, double Repeated, double ChunkMedian, double ChunkP95, double LongestStop)
{
    /// <summary>Chunks in time, and no stop over a quarter of a second.</summary>
    public bool HoldsRealTime => ChunkP95 < 750 && LongestStop <= 250 && Repeated < 0.01;
}

/// <param name="Managed">Megabytes of managed objects.</param>
internal sealed record ProcessSample(double Megabytes, double Managed, int Threads, int Handles)
{
    /// <summary>Without garbage: how much of it lies about between two collections says nothing of growth.</summary>
    public static ProcessSample Settled()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Now();
    }

    public static ProcessSample Now()
    {
        using var process = Process.GetCurrentProcess();
        return new ProcessSample(process.WorkingSet64 / 1e6, GC.GetTotalMemory(false) / 1e6, process.Threads.Count, Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : process.HandleCount);
    }

    public override string ToString() => $"{Megabytes:0} MB, {Managed:0} of them managed, {Threads} threads, {Handles} handles";
}
