using System.Collections.Concurrent;
using System.Diagnostics;
using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

public sealed class SessionTests(TinySession model) : IClassFixture<TinySession>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_session_that_is_given_nothing_lives_silently()
    {
        using var live = new Live(model);
        await live.UntilAsync(() => live.Output.Frames.Select(frame => frame.Hash).Distinct().Count() > 10); // it blinks, breathes and moves
        var frames = live.Output.Frames.ToArray();
        // The first frame that was made may have come early; from then on there is one each sixteenth of a second.
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.InRange((pair.Second.Time - pair.First.Time).TotalSeconds, 0.001, 1 / 16.0));
        Assert.Equal(1 / 16.0, (frames[^1].Time - frames[^2].Time).TotalSeconds);
        Assert.All(live.Output.Sound, sample => Assert.Equal(0, sample));
        // To the tick: a timestamp that is one sample early makes a browser conceal the packet.
        var packets = live.Output.PacketTimes.ToArray();
        Assert.Equal(0, packets[0].Ticks % TimeSpan.FromMilliseconds(20).Ticks); // the first may have come before anyone listened
        Assert.All(packets.Zip(packets.Skip(1)), pair => Assert.Equal(TimeSpan.FromMilliseconds(20), pair.Second - pair.First));
        Assert.False(live.Session.IsSpeaking);
    }

    [Fact]
    public async Task All_that_is_said_is_heard_in_order()
    {
        float[] said = [.. Enumerable.Range(0, 70_000).Select(i => MathF.Sin(i * 0.05f) * (0.2f + (i / 200_000f)))];
        using var live = new Live(model);
        await live.UntilAsync(() => live.Output.Frames.Count >= 3);
        var sound = live.Session.Speak();
        sound.Caption("a tone");
        await sound.AppendAsync(said, CancellationToken.None);
        sound.Complete();
        Assert.True(live.Session.IsSpeaking);
        await live.UntilAsync(() => !live.Session.IsSpeaking);
        await live.UntilAsync(() => live.Events.OfType<StateChanged>().LastOrDefault() is { IsSpeaking: false });
        await Task.Delay(150);
        // On a busy machine a chunk may be late: then there is a pause, but nothing is lost, doubled or out of order.
        Assert.Equal(said.Where(sample => sample != 0), live.Output.Sound.Where(sample => sample != 0));
        Assert.Equal("a tone", Assert.Single(live.Events.OfType<CaptionShown>()).Text);
        Assert.Equal([true, false], live.Events.OfType<StateChanged>().Select(change => change.IsSpeaking));
    }

    [Fact]
    public async Task A_maker_that_pauses_is_still_speaking_until_all_has_been_heard()
    {
        using var live = new Live(model);
        await live.UntilAsync(() => live.Output.Frames.Count >= 3);
        var sound = live.Session.Speak();
        await sound.AppendAsync(Tone(20_000), CancellationToken.None);
        await live.UntilAsync(() => live.Output.Sound.Count(sample => sample != 0) >= 19_000);
        await Task.Delay(1500); // silence is sent meanwhile
        sound.Caption("and on");
        await sound.AppendAsync(Tone(60_000), CancellationToken.None);
        sound.Complete();
        await live.UntilAsync(() => !live.Session.IsSpeaking);
        Assert.InRange(live.Output.Sound.Count(sample => sample != 0), 72_000, 80_000); // but for the last frame
        Assert.Single(live.Events.OfType<CaptionShown>());
    }

    [Fact]
    public async Task A_session_that_was_closed_lets_go_who_speaks()
    {
        var live = new Live(model);
        var before = live.Session.Speak();
        var waiting = before.AppendAsync(new float[30 * SoundBlock.SampleRate], CancellationToken.None); // more than there is room for
        live.Dispose();
        await waiting.WaitAsync(Patience);
        var after = live.Session.Speak();
        Assert.True(after.IsCompleted);
        await after.AppendAsync(new float[30 * SoundBlock.SampleRate], CancellationToken.None).WaitAsync(Patience);
        Assert.True(after.Ended.IsCancellationRequested);
        Assert.Equal("the session was closed", live.Session.EndedBecause);
    }

    [Fact]
    public async Task After_an_interruption_nothing_of_the_old_turn_is_heard()
    {
        using var live = new Live(model);
        var sound = live.Session.Speak();
        await sound.AppendAsync(Tone(400_000), CancellationToken.None);
        sound.Complete();
        await live.UntilAsync(() => live.Output.Sound.Count(sample => sample != 0) > 20_000);
        Assert.Equal(2, live.Session.Interrupt());
        int at = live.Output.Sound.Count;
        await live.UntilAsync(() => live.Output.Sound.Count > at + 60_000);
        // One packet may be on its way, and the fade.
        Assert.All(live.Output.Sound.Skip(at + (2 * Session.PacketSamples)), sample => Assert.Equal(0, sample));
        Assert.False(live.Session.IsSpeaking);
    }

    [Fact]
    public async Task A_new_turn_takes_the_place_of_the_one_before()
    {
        using var live = new Live(model);
        await live.Session.Speak().AppendAsync(Tone(200_000, 0.1f), CancellationToken.None);
        await live.UntilAsync(() => live.Output.Sound.Any(sample => sample != 0));
        var second = live.Session.Speak();
        await second.AppendAsync(Tone(30_000, 0.3f), CancellationToken.None);
        second.Complete();
        await live.UntilAsync(() => live.Events.OfType<StateChanged>().Any(change => change is { Turn: 2, IsSpeaking: false }));
        await Task.Delay(150);
        float[] heard = [.. live.Output.Sound];
        int first = Array.FindIndex(heard, sample => sample > 0.2f);
        Assert.Equal(30_000, heard.Count(sample => sample == 0.3f));
        Assert.DoesNotContain(0.1f, heard[first..]);
    }

    [Fact]
    public async Task Two_sessions_sound_their_own_and_nothing_else()
    {
        using var a = new Live(model);
        using var b = new Live(model);
        foreach (var (live, level) in new[] { (a, 0.1f), (b, 0.2f) })
        {
            var sound = live.Session.Speak();
            await sound.AppendAsync(Tone(60_000, level), CancellationToken.None);
            sound.Complete();
        }
        await a.UntilAsync(() => a.Output.Sound.Count(sample => sample == 0.1f) == 60_000);
        await b.UntilAsync(() => b.Output.Sound.Count(sample => sample == 0.2f) == 60_000);
        Assert.DoesNotContain(0.2f, a.Output.Sound);
        Assert.DoesNotContain(0.1f, b.Output.Sound);
    }

    [Fact]
    public async Task Sound_that_comes_slowly_is_heard_whole()
    {
        using var live = new Live(model);
        var sound = live.Session.Speak(isLive: true);
        float[] said = Tone(86_400); // less than what is dropped as a clock too fast, however late this machine is
        for (int i = 0; i < said.Length; i += 2400) // 50 ms
        {
            sound.TryAppend(said.AsSpan(i, 2400));
            await Task.Delay(45);
        }
        sound.Complete();
        await live.UntilAsync(() => live.Output.Sound.Count(sample => sample != 0) >= said.Length && !live.Session.IsSpeaking);
        await Task.Delay(150);
        Assert.Equal(said.Length, live.Output.Sound.Count(sample => sample != 0));
    }

    [Fact]
    public async Task Closed_sessions_leave_nothing_behind()
    {
        int before = model.Placement.Diffusion.Memory.LiveStorages;
        for (int i = 0; i < 3; i++)
        {
            using var live = new Live(model);
            await live.Session.Speak().AppendAsync(Tone(50_000), CancellationToken.None);
            await live.UntilAsync(() => live.Output.Frames.Count >= 5);
        }
        Assert.Equal(before, model.Placement.Diffusion.Memory.LiveStorages);
    }

    [Fact]
    public void A_long_text_is_cut_into_sentences_and_nothing_is_lost()
    {
        const string text = "Hello. This is the first real sentence! Is this the second one? Yes; and 3.5 is a number, not an end. Good.";
        string[] sentences = [.. SpokenText.Sentences(text)];
        Assert.Equal(text.Replace(" ", ""), string.Concat(sentences).Replace(" ", ""));
        Assert.Equal(3, sentences.Length);
        Assert.Empty(SpokenText.Sentences(" \n "));
    }

    [Fact]
    public void Who_mutes_a_microphone_after_a_question_is_heard_to_pause()
    {
        using var live = new Live(model);
        var heard = new List<float[]>();
        var microphone = new Microphone(live.Session) { Use = MicrophoneUse.Assistant, Assistant = sound => heard.Add(sound.ToArray()) };
        microphone.Hear([0.5f, -0.5f]);
        microphone.Use = MicrophoneUse.Off;
        microphone.Hear([0.5f, -0.5f]);
        Assert.Equal([2, SoundBlock.SampleRate], heard.Select(sound => sound.Length));
        Assert.All(heard[1], sample => Assert.Equal(0, sample));
    }

    static float[] Tone(int samples, float level = 0.25f) => [.. Enumerable.Repeat(level, samples)];

    /// <summary>A session whose output is kept.</summary>
    sealed class Live : IDisposable
    {
        readonly CharacterReference character;

        public Live(TinySession model)
        {
            character = new CharacterReference(model.Avatar, model.Picture);
            Session = new Session(model.Avatar, character, model.Picture.CroppedToSquare().Resized(64, 64), 1) { Output = Output };
            Session.Happened += Events.Enqueue;
        }

        public Session Session { get; }

        public Recording Output { get; } = new();

        public ConcurrentQueue<SessionEvent> Events { get; } = new();

        public async Task UntilAsync(Func<bool> condition)
        {
            var watch = Stopwatch.StartNew();
            while (!condition())
            {
                Assert.True(watch.Elapsed < Patience, "It did not happen in time.");
                Assert.Empty(Events.OfType<SessionEnded>());
                await Task.Delay(10);
            }
        }

        public void Dispose()
        {
            Session.Dispose();
            character.Dispose();
        }
    }

    sealed class Recording : ISessionOutput
    {
        public ConcurrentQueue<(TimeSpan Time, long Hash)> Frames { get; } = new();

        public ConcurrentQueue<float> Sound { get; } = new();

        public ConcurrentQueue<TimeSpan> PacketTimes { get; } = new();

        public void Show(ReadOnlySpan<byte> rgb, TimeSpan time)
        {
            long hash = 17;
            foreach (byte value in rgb) hash = (hash * 31) + value;
            Frames.Enqueue((time, hash));
        }

        public void Play(ReadOnlySpan<float> sound, TimeSpan time)
        {
            PacketTimes.Enqueue(time);
            foreach (float sample in sound) Sound.Enqueue(sample);
        }
    }
}
