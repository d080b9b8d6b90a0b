using TalkingMachines.Evaluation;
using TalkingMachines.Training;
using TalkingMachines.Training.Data;
using TalkingMachines.Training.Objectives;
using Xunit;

namespace TalkingMachines.Tests.Training;

/// <summary>The recipe of the puppet SyncNet at the smallest scale.</summary>
public sealed class SyncTaskTests : IDisposable
{
    static readonly SyncRecipe tiny = new() { Name = "tiny", Steps = 2, Clips = 3, Runs = 2, WatchedClips = 2, AdamRate = 1e-3f, GradientClip = 5 };

    readonly ScratchFolder runs = new();

    public void Dispose() => runs.Dispose();

    void Train(SyncRecipe recipe, string name, bool resume = false, CancellationTokenSource? stopAfterStep = null) => LeakCheck.On("cpu:0", device =>
    {
        using var run = RunFolder.Open(runs.File(name));
        Trainer.Run(recipe, run, device, resume, new Stopper(stopAfterStep), cancel: stopAfterStep?.Token ?? default);
    });

    [Fact]
    public void A_stopped_run_ends_with_the_weights_of_an_uninterrupted_one_and_a_judge_can_use_them()
    {
        Train(tiny, "whole");
        using var stop = new CancellationTokenSource();
        Train(tiny, "stopped", stopAfterStep: stop);
        Train(tiny, "stopped", resume: true);
        foreach (string file in new[] { "weights.safetensors", "validation.csv" })
            Assert.Equal(File.ReadAllBytes(runs.File($"whole/{file}")), File.ReadAllBytes(runs.File($"stopped/{file}")));
        using (var log = StepLog.Open(runs.File("whole/validation.csv")))
        {
            Assert.Equal(["sync-c", "sync-d", "sync-c with another sound", "sync-d with another sound", "offset found", "half a second found"], log.Figures);
            Assert.All(log.Figures, figure => Assert.True(double.IsFinite(log.Curve(figure).Y[0])));
        }
        Assert.True(new FileInfo(runs.File("whole/weights.safetensors")).Length < 2_000_000);
        LeakCheck.On("cpu:0", device => PuppetSyncNet.Load(runs.File("whole/weights.safetensors"), device).Dispose());
    }

    [Fact]
    public void Steps_lower_the_loss_of_lips_and_sound()
    {
        Train(tiny with { Steps = 12, Runs = 3, Clips = 4, WatchedClips = 1, MuonRate = 0.02f }, "longer");
        using var log = StepLog.Open(runs.File("longer/log.csv"));
        var curve = log.Curve("loss").Y;
        Assert.True(curve.TakeLast(3).Average() < curve[0] - 0.1, $"loss {curve[0]} to {curve[^1]}");
    }

    [Fact]
    public void A_batch_is_a_function_of_its_number_and_equal_mouths_are_no_strangers()
    {
        var clips = ClipSet.Open(runs.File("clips.bin"), 5, 2, null, new EventList(), default);
        var (batch, again) = (new SyncRuns(1, clips, 2).Make(3), new SyncRuns(1, clips, 2).Make(3));
        Assert.Equal(batch.Mouths, again.Mouths);
        Assert.Equal(batch.Mel, again.Mel);
        Assert.NotEqual(batch.Mouths, new SyncRuns(1, clips, 2).Make(4).Mouths);
        int n = batch.Windows;
        Assert.Equal(2 * SyncRuns.WindowsEach, n);
        Assert.All(Enumerable.Range(0, n), i => Assert.Equal(0, batch.Strangers[(i * n) + i]));
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) Assert.Equal(batch.Strangers[(i * n) + j], batch.Strangers[(j * n) + i]);
        Assert.Contains(1, batch.Strangers);
        Assert.All(batch.Mouths, pixel => Assert.InRange(pixel, -1, 1));
    }

    /// <summary>Cancels after the first step, if it can.</summary>
    sealed class Stopper(CancellationTokenSource? stop) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is Stepped) stop?.Cancel();
        }
    }
}
