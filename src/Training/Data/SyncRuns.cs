using TalkingMachines.Evaluation;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Objectives;

namespace TalkingMachines.Training.Data;

/// <summary>Mouths of R runs of T frames, and the N windows of five frames that begin in each but the last four.</summary>
/// <param name="Mouths">[R*T,3,H,W]</param>
/// <param name="Mel">[N,40,20], the sound of each window</param>
/// <param name="Strangers">[N,N], 1 where the sound of a column asks for another mouth than a row's window shows; otherwise 0</param>
internal sealed record SyncBatch(int Runs, float[] Mouths, float[] Mel, float[] Strangers)
{
    public int Windows => Mel.Length / (MelSpectrogram.Bands * PuppetSyncNet.Columns);
}

/// <summary>
/// Draws training characters that say what training clips say. Within a run, sounds of other moments are strangers of the
/// same voice; between runs, of other voices. A batch is a function of seed and number alone. For one thread.
/// </summary>
internal sealed class SyncRuns(ulong seed, ClipSet clips, int runs)
{
    /// <summary>Frames of a run, 1.5 s.</summary>
    public const int Frames = 24;

    /// <summary>Windows of a run.</summary>
    public const int WindowsEach = Frames - PuppetSyncNet.Frames + 1;

    const int Size = 256;           // of the whole picture, whose mouth alone is drawn
    const int Attempts = 4;         // to find speech: listening alone teaches little
    const float Spoiled = 0.75f;    // share of runs
    const float LeastDifference = 0.08f;

    static readonly Half Open = (Half)0.1f; // of a mouth: noise and music open none

    readonly PuppetRenderer renderer = new();

    public SyncBatch Make(int step)
    {
        var random = new RandomStream(seed).Fork((ulong)step);
        int n = runs * WindowsEach;
        var batch = new SyncBatch(
            runs, new float[runs * Frames * PuppetSyncNet.MouthValues], new float[n * MelSpectrogram.Bands * PuppetSyncNet.Columns], new float[n * n]);
        var shapes = new MouthShape[runs * Frames];
        for (int run = 0; run < runs; run++) Fill(batch, shapes, run, random);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) batch.Strangers[(i * n) + j] = Difference(shapes, First(i), First(j)) > LeastDifference ? 1 : 0;
        return batch;
    }

    /// <summary>The frame of all runs that a window begins with.</summary>
    static int First(int window) => (window / WindowsEach * Frames) + (window % WindowsEach);

    void Fill(SyncBatch batch, MouthShape[] shapes, int run, RandomStream random)
    {
        var (clip, start) = Choose(random);
        var puppet = Puppet.FromSeed(random.Integer(CharacterSeeds.Training));
        var window = FaceWindows.Of(puppet.Geometry, Size).Mouth;
        Blemish? blemish = random.Uniform() < Spoiled ? Blemish.Draw(random) : null;
        float gain = random.Uniform(-0.35f, 0.35f); // ln of power / 4: about 6 dB
        for (int i = 0; i < Frames; i++)
        {
            var pose = clips.Pose(clip, start + i);
            int index = (run * Frames) + i;
            shapes[index] = pose.Mouth;
            var planes = batch.Mouths.AsSpan(index * PuppetSyncNet.MouthValues, PuppetSyncNet.MouthValues);
            FaceWindows.MouthPlanes(renderer.Draw(puppet, pose, Size, window), planes);
            blemish?.Spoil(random, planes, FaceWindows.MouthWidth);
        }
        const int values = MelSpectrogram.Bands * PuppetSyncNet.Columns;
        for (int i = 0; i < WindowsEach; i++) CutMel(clip, start + i, gain, batch.Mel.AsSpan(((run * WindowsEach) + i) * values, values));
    }

    (int Clip, int Start) Choose(RandomStream random)
    {
        var chosen = (Clip: 0, Start: 0);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            chosen = (random.Integer(clips.Count), random.Integer(ClipSet.Frames - Frames + 1));
            if (Enumerable.Range(chosen.Start, Frames).Count(frame => clips.Mouth(chosen.Clip, frame)[0] > Open) > Frames / 3) break;
        }
        return chosen;
    }

    void CutMel(int clip, int frame, float gain, Span<float> target)
    {
        var mel = clips.Mel(clip);
        int columns = mel.Length / MelSpectrogram.Bands, first = frame * PuppetSyncNet.ColumnsPerFrame;
        for (int band = 0; band < MelSpectrogram.Bands; band++)
            for (int i = 0; i < PuppetSyncNet.Columns; i++)
                target[(band * PuppetSyncNet.Columns) + i] = (float)mel[(band * columns) + first + i] + gain;
    }

    /// <summary>Root mean square over the frames of two windows: of openings and roundings, and half that of widths.</summary>
    static float Difference(MouthShape[] shapes, int a, int b)
    {
        float squares = 0;
        for (int k = 0; k < PuppetSyncNet.Frames; k++)
        {
            var (x, y) = (shapes[a + k], shapes[b + k]);
            float open = x.Open - y.Open, round = x.Round - y.Round, width = 0.5f * (x.Width - y.Width);
            squares += (open * open) + (round * round) + (width * width);
        }
        return MathF.Sqrt(squares / PuppetSyncNet.Frames);
    }
}
