using System.Diagnostics;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Serving;

namespace TalkingMachines.Bench;

/// <summary>Measures sessions as a call has them, without a browser: how many hold real time at once, how fast one falls silent and answers.</summary>
public sealed class SessionBench(Avatar avatar, CharacterReference character, Picture portrait)
{
    const int ColdChunks = 3;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Glance = TimeSpan.FromMilliseconds(1);

    string On => CaseBench.Names(avatar.Diffusion, avatar.Decoder);

    double ChunkMilliseconds => 1000.0 * avatar.Config.ChunkFrames / avatar.Config.FramesPerSecond;

    /// <summary>One session, two, and so on, until real time is lost or there are as many as asked for.</summary>
    /// <param name="length">How long each number of sessions is watched; no more than their meters remember.</param>
    /// <param name="report">Told each number's figures.</param>
    public async Task CountAsync(int most, TimeSpan length, Action<SessionsFigures> report, CancellationToken stop)
    {
        for (int count = 1; count <= most; count++)
        {
            var figures = await Together(count, length, stop);
            report(figures);
            if (!figures.HoldsRealTime) break;
        }
    }

    async Task<SessionsFigures> Together(int count, TimeSpan length, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sessions = Enumerable.Range(0, count).Select(i => new Session(avatar, character, portrait, (ulong)i) { Output = new SoundWatch() }).ToArray();
        var voices = sessions.Select(session => SpeakAsync(session.Speak(), ended.Token)).ToArray();
        try
        {
            await Until(() => sessions.All(session => session.Figures.Chunks >= ColdChunks), stop);
            var before = sessions.Select(session => session.Figures).ToArray();
            await Task.Delay(length, stop);
            return Figures(before, [.. sessions.Select(session => session.Figures)]);
        }
        finally
        {
            await ended.CancelAsync();
            foreach (var session in sessions) session.Dispose();
            await Task.WhenAll(voices);
        }
    }

    SessionsFigures Figures(SessionFigures[] before, SessionFigures[] after)
    {
        var chunks = after.Zip(before, (now, then) => now.NewestChunks.TakeLast((int)Math.Min(now.Chunks - then.Chunks, now.NewestChunks.Count)));
        var spread = TimeSpread.Of(chunks.SelectMany(times => times).Select(time => time.TotalMilliseconds), ChunkMilliseconds);
        long frames = after.Sum(each => each.Frames) - before.Sum(each => each.Frames);
        double repeated = (after.Sum(each => each.FramesRepeated) - before.Sum(each => each.FramesRepeated)) / (double)Math.Max(1, frames);
        // A session asks for a chunk when it needs it; one that got none in all that time has lost real time, too.
        bool holds = after.Zip(before).All(pair => pair.First.Chunks > pair.Second.Chunks) && spread.P95 < ChunkMilliseconds;
        return new SessionsFigures(On, after.Length, spread, repeated, after.Max(each => each.LongestRepeat).TotalMilliseconds, holds);
    }

    /// <summary>Lets one session speak and interrupts it, again and again.</summary>
    public async Task<InterruptFigures> InterruptAsync(int times, CancellationToken stop)
    {
        var watch = new SoundWatch();
        List<double> silences = [], answers = [];
        using var session = new Session(avatar, character, portrait, 0) { Output = watch };
        await Until(() => session.Figures.Chunks >= ColdChunks, stop);
        for (int i = 0; i < times; i++)
        {
            long asked = watch.Begin();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var voice = SpeakAsync(session.Speak(), ended.Token, isSteady: true);
            try
            {
                await Until(() => watch.SoundAt is not null, stop);
                answers.Add(Stopwatch.GetElapsedTime(asked, watch.SoundAt!.Value).TotalMilliseconds);
                // Anywhere within the chunk: it must not matter where.
                await Task.Delay(TimeSpan.FromMilliseconds(ChunkMilliseconds * (0.5 + ((double)i / times))), stop);
                asked = watch.Begin();
                session.Interrupt();
                await Until(() => watch.SilenceAt is not null, stop);
                silences.Add(Stopwatch.GetElapsedTime(asked, watch.SilenceAt!.Value).TotalMilliseconds);
            }
            finally
            {
                await ended.CancelAsync();
                await voice;
            }
        }
        return new InterruptFigures(On, TimeSpread.Of(silences, ChunkMilliseconds), TimeSpread.Of(answers, ChunkMilliseconds));
    }

    /// <summary>Says something without end.</summary>
    /// <param name="isSteady">Without pauses, so that silence means silence.</param>
    static async Task SpeakAsync(SoundQueue queue, CancellationToken stop, bool isSteady = false)
    {
        const double pitch = 220, loudness = 0.2;
        using var voice = new VoiceLikeSound(long.MaxValue);
        float[] piece = new float[SoundBlock.Capacity];
        try
        {
            for (long position = 0; !queue.IsCompleted && !stop.IsCancellationRequested; position += piece.Length)
            {
                if (!isSteady) voice.Read(piece);
                else
                    for (int i = 0; i < piece.Length; i++) piece[i] = (float)(loudness * Math.Sin(2 * Math.PI * pitch * (position + i) / SoundBlock.SampleRate));
                await queue.AppendAsync(piece, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // measured
        }
    }

    static async Task Until(Func<bool> condition, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"A session did not come as far as expected within {Patience.TotalSeconds:0} s: this machine is too slow or too busy for a call.");
            await Task.Delay(Glance, stop);
        }
    }

    /// <summary>Shows nothing and listens: when sound began, and when it ended.</summary>
    sealed class SoundWatch : ISessionOutput
    {
        const float Audible = 1e-4f;

        readonly Lock gate = new();
        long? soundAt, silenceAt;

        /// <summary>The first packet with sound in it since <see cref="Begin"/>; null before.</summary>
        public long? SoundAt
        {
            get
            {
                lock (gate) return soundAt;
            }
        }

        /// <summary>The first packet without.</summary>
        public long? SilenceAt
        {
            get
            {
                lock (gate) return silenceAt;
            }
        }

        /// <summary>Forgets what was heard, and returns the time.</summary>
        public long Begin()
        {
            lock (gate)
            {
                (soundAt, silenceAt) = (null, null);
                return Stopwatch.GetTimestamp();
            }
        }

        public void Show(ReadOnlySpan<byte> rgb, TimeSpan time)
        {
        }

        public void Play(ReadOnlySpan<float> sound, TimeSpan time)
        {
            bool isAudible = false;
            foreach (float sample in sound) isAudible |= Math.Abs(sample) > Audible;
            lock (gate)
            {
                if (isAudible) soundAt ??= Stopwatch.GetTimestamp();
                else silenceAt ??= Stopwatch.GetTimestamp();
            }
        }
    }
}
