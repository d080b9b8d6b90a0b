using TalkingMachines.Bench;
using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Serving;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli;

/// <summary>Measures the students of the paper's table 1, one after the other: how good they are, and how long their stages take.</summary>
internal sealed class PaperTableMeasurement(TrainedFolders trained, string students, EvaluationSettings settings, Device device, BenchMachine machine, IProgress<EvaluationProgress> progress)
{
    const int TimedChunks = 24;

    /// <summary>The table of those students that are there, at least one.</summary>
    /// <param name="judges">Who judges, given a model folder.</param>
    public PaperTable Run(EvaluationFolder output, EvaluationJudges judges, CancellationToken stop)
    {
        var rows = new List<PaperTableRow>();
        foreach (var student in PaperTable.Published)
            if (trained.Find(students, student) is { } folder) rows.Add(Measure(student, folder, output, judges, stop));
        if (rows.Count == 0)
            throw new VerbException($"None of the students {string.Join(", ", PaperTable.Published.Select(row => row.Model))} was found: train them, or name their place with --students DIR.");
        var table = new PaperTable(
            judges.Videos[^1].Name, judges.Sync.Count > 0 ? judges.Sync[^1].Name : "no judge", $"one core ({Cores[0]}, {Cores[1]}) of {machine.Processor}",
            FormattableString.Invariant($"{settings.Characters} characters of {settings.Seconds} s, students in {students}; {machine}"), rows);
        output.WriteWhole("table1.json", table.ToJson());
        output.WriteWhole("table1.md", table.ToMarkdown());
        return table;
    }

    PaperTableRow Measure(PaperTableRow student, string folder, EvaluationFolder output, EvaluationJudges judges, CancellationToken stop)
    {
        EvaluationReport report;
        using (var avatar = Avatar.Load(folder, device, device))
            report = new AvatarEvaluation(student.Model, avatar, judges, settings) { Machine = $"{machine}" }.Run(new EvaluationFolder(Path.Combine(output.Path, student.Model)), progress, stop);
        return PaperTableRow.Of(student.ChunkLatents, student.Steps, report, Times(folder, stop));
    }

    /// <summary>Diffusion and decoder on a core each, so that neither disturbs the other; on a machine of one core, on the same.</summary>
    static string[] Cores => ["cpu:0", Environment.ProcessorCount > 1 ? "cpu:1" : "cpu:0"];

    static ChunkTimes Times(string folder, CancellationToken stop)
    {
        using var placement = Placement.Open(string.Join(',', Cores.Distinct()));
        using var avatar = Avatar.Load(folder, placement.Diffusion, placement.Decoder);
        using var character = new CharacterReference(avatar, CaseBench.Portrait(avatar));
        double chunk = 1000.0 * avatar.Config.ChunkFrames / avatar.Config.FramesPerSecond;
        var times = StageTimes.Measure(avatar, character, TimedChunks, stop);
        double drive = TimeSpread.Of(times.Drive, chunk).Median, diffusion = TimeSpread.Of(times.Diffusion, chunk).Median;
        return new ChunkTimes(drive + diffusion, TimeSpread.Of(times.Decoder, chunk).Median, chunk);
    }
}
