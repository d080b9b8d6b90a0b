using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>A long rollout of some characters: do they stay who they are, and in time with their sound?</summary>
sealed class DriftEvaluation(Avatar avatar, IFaceReader reader, EvaluationSettings settings)
{
    /// <summary>What one character's rollout gave; distances by moment.</summary>
    sealed record Course(double[] Colours, double[] TrueColours, double[] Features, double[] TrueFeatures)
    {
        public double OtherColours { get; init; }

        public double OtherFeatures { get; init; }

        public double OpenFirst { get; init; }

        public double OpenLast { get; init; }

        public double ColoursGrown(int moment) => Colours[moment] - TrueColours[moment] - (Colours[0] - TrueColours[0]);

        public double FeaturesGrown(int moment) => Features[moment] - TrueFeatures[moment] - (Features[0] - TrueFeatures[0]);
    }

    readonly List<Course> courses = [];
    readonly List<Picture> cells = [];
    readonly List<string> captions = [];

    /// <summary>Seconds at which the moments looked at end: the first, a third, two thirds and the last.</summary>
    int[] Marks { get; } = [.. new[] { settings.DriftFrames / Performance.FrameRate, settings.DriftSeconds / 3, 2 * settings.DriftSeconds / 3, settings.DriftSeconds }.Distinct()];

    public IReadOnlyList<DriftPoint> Points => courses.Count == 0 ? [] :
    [
        .. Marks.Select((second, i) => new DriftPoint(
            second, Over(course => course.Colours[i]), Over(course => course.TrueColours[i]), Over(course => course.Features[i]), Over(course => course.TrueFeatures[i]))
        {
            ColoursGrown = i == 0 ? null : Over(course => course.ColoursGrown(i)),
            FeaturesGrown = i == 0 ? null : Over(course => course.FeaturesGrown(i)),
        }),
    ];

    public IdentityScale? OtherCharacter => courses.Count == 0 ? null : new(Over(course => course.OtherColours), Over(course => course.OtherFeatures));

    public Figure? OpenFirst => courses.Count == 0 ? null : Over(course => course.OpenFirst);

    public Figure? OpenLast => courses.Count == 0 ? null : Over(course => course.OpenLast);

    Figure Over(Func<Course, double> value) => Figure.Of(courses.Select(course => (double?)value(course)))!.Value;

    /// <summary>Writes the sheet of all characters so far.</summary>
    public void WriteSheet(EvaluationFolder folder)
    {
        if (cells.Count > 0) folder.WriteDrift(cells, captions, Marks.Length + 1);
    }

    /// <summary>Rolls one character out and measures it. Frames are judged as they come: an hour of them is not held in memory.</summary>
    /// <param name="tick">Called after each chunk.</param>
    public void Run(int index, Action tick, CancellationToken stop)
    {
        var clip = HeldOutClip.DrawLong(index, settings.DriftSeconds * Performance.FrameRate, avatar.Config.Picture, stop);
        cells.Add(clip.Reference);
        captions.Add("reference");
        var distance = new IdentityDistance(avatar.Autoencoder, avatar.Decoder, clip.Reference);
        var renderer = new PuppetRenderer();
        var other = renderer.Draw(Puppet.FromSeed(clip.Puppet.Seed + 1), PuppetPose.Neutral, avatar.Config.Picture);
        var course = new Course(new double[Marks.Length], new double[Marks.Length], new double[Marks.Length], new double[Marks.Length])
        {
            OtherColours = distance.Colours(other),
            OtherFeatures = distance.Features(other),
        };
        double[] openings = new double[clip.Performance.Poses.Length];
        using var rollout = new ClipRollout(avatar, clip.Reference, clip.Performance, clip.Performance.Poses, (ulong)clip.Puppet.Seed);
        for (int first = 0, end; first < openings.Length; first = end, tick())
        {
            stop.ThrowIfCancellationRequested();
            end = Math.Min(first + avatar.Config.ChunkFrames, openings.Length);
            if (!IsSeen(first, end))
            {
                rollout.Skip();
                continue;
            }
            var frames = rollout.Next()[..(end - first)];
            var readings = reader.Read(clip.Reference, clip.Puppet.Geometry, frames);
            for (int i = 0; i < frames.Length; i++)
            {
                openings[first + i] = readings[i].Mouth.Open;
                Look(first + i, frames[i]);
            }
        }
        int ends = settings.LongOpenFrames;
        courses.Add(course with { OpenFirst = Open(clip, openings, 0, ends), OpenLast = Open(clip, openings, openings.Length - ends, ends) });

        // Most frames of an hour need not be decoded.
        bool IsSeen(int first, int end) => first < settings.LongOpenFrames || end > openings.Length - settings.LongOpenFrames
            || Array.Exists(Marks, second => first < second * Performance.FrameRate && end > (second * Performance.FrameRate) - settings.DriftFrames);

        void Look(int frame, Picture picture)
        {
            int mark = Array.FindIndex(Marks, second => frame < second * Performance.FrameRate);
            int left = (Marks[mark] * Performance.FrameRate) - frame;
            if (left > settings.DriftFrames) return;
            var truth = clip.Truth(renderer, frame);
            course.Colours[mark] += distance.Colours(picture) / settings.DriftFrames;
            course.TrueColours[mark] += distance.Colours(truth) / settings.DriftFrames;
            course.Features[mark] += distance.Features(picture) / settings.DriftFrames;
            course.TrueFeatures[mark] += distance.Features(truth) / settings.DriftFrames;
            if (left > 1) return;
            cells.Add(picture);
            captions.Add($"second {Marks[mark]}");
        }
    }

    static double Open(HeldOutClip clip, double[] openings, int first, int count) =>
        Series.Correlation([.. clip.Performance.Poses.Skip(first).Take(count).Select(pose => (double)pose.Mouth.Open)], openings.AsSpan(first, count));
}
