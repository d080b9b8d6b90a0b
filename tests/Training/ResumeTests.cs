using TalkingMachines.Tensors;
using TalkingMachines.Training;
using Xunit;

namespace TalkingMachines.Tests.Training;

public class ResumeTests
{
    const int Steps = 12;

    static readonly ToyRecipe frequent = ToyRecipe.Of(Steps) with { CheckpointEvery = TimeSpan.FromSeconds(14), ValidateEvery = 5 };

    static void SameEnd(ScratchFolder expected, ScratchFolder actual)
    {
        Assert.Equal(File.ReadAllBytes(expected.File("weights.safetensors")), File.ReadAllBytes(actual.File("weights.safetensors")));
        var (a, b) = (ScratchFolder.Numbers(expected.Checkpoints[^1]), ScratchFolder.Numbers(actual.Checkpoints[^1]));
        Assert.Equal(a.Keys, b.Keys);
        foreach (string name in a.Keys) Assert.Equal(a[name].Select(BitConverter.SingleToInt32Bits), b[name].Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(Figures(expected.File("log.csv")), Figures(actual.File("log.csv")));
        Assert.Equal(File.ReadAllText(expected.File("validation.csv")), File.ReadAllText(actual.File("validation.csv")));
    }

    // Without the last column, which is the clock.
    static IEnumerable<string> Figures(string path) => File.ReadLines(path).Select(line => line[..line.LastIndexOf(',')]);

    static void Crash(ScratchFolder folder, Device device, int step, bool resume = false)
    {
        var crashing = frequent with { BeforeLoss = at => { if (at == step) throw new TimeoutException("power cut"); } };
        Assert.Throws<TimeoutException>(() => folder.Run(crashing, device, resume, time: new TickingClock()));
    }

    [Theory]
    [InlineData("reference")]
    [InlineData("cpu")]
    public void Run_that_crashed_twice_ends_bit_for_bit_like_one_that_did_not(string name)
    {
        using var device = Device.Parse(name);
        using var whole = new ScratchFolder();
        using var broken = new ScratchFolder();
        whole.Run(ToyRecipe.Of(Steps) with { ValidateEvery = 5 }, device);
        Crash(broken, device, 7);
        Crash(broken, device, 11, resume: true);
        Assert.NotEmpty(broken.Checkpoints);
        var outcome = broken.Run(frequent, device, resume: true);
        Assert.Equal(new TrainingOutcome(Steps, true, outcome.SmoothedLoss), outcome);
        SameEnd(whole, broken);
    }

    [Fact]
    public void Run_that_crashed_before_its_first_checkpoint_starts_again()
    {
        using var device = Device.Reference();
        using var whole = new ScratchFolder();
        using var broken = new ScratchFolder();
        whole.Run(frequent, device);
        Crash(broken, device, 2);
        Assert.Empty(broken.Checkpoints);
        broken.Run(frequent, device, resume: true);
        SameEnd(whole, broken);
    }

    [Fact]
    public void Cancelled_run_writes_a_checkpoint_and_goes_on_bit_for_bit()
    {
        using var device = Device.Reference();
        using var whole = new ScratchFolder();
        using var stopped = new ScratchFolder();
        whole.Run(frequent, device);
        using var cancel = new CancellationTokenSource();
        var outcome = stopped.Run(ToyRecipe.Of(Steps) with { ValidateEvery = 5, BeforeLoss = step => { if (step == 6) cancel.Cancel(); } }, device, cancel: cancel.Token);
        Assert.Equal((6, false), (outcome.Step, outcome.Finished));
        Assert.EndsWith("checkpoint-0000000006.safetensors", Assert.Single(stopped.Checkpoints), StringComparison.Ordinal);
        Assert.False(File.Exists(stopped.File("weights.safetensors")));
        stopped.Run(frequent, device, resume: true);
        SameEnd(whole, stopped);
    }

    [Theory]
    [InlineData(0.6, false)] // cut short
    [InlineData(0.9, true)]  // whole in length, one byte wrong
    public void Damaged_newest_checkpoint_falls_back_to_the_one_before_with_a_notice(double at, bool flip)
    {
        using var device = Device.Reference();
        using var whole = new ScratchFolder();
        using var broken = new ScratchFolder();
        whole.Run(frequent, device);
        Crash(broken, device, 11);
        Assert.Equal(2, broken.Checkpoints.Length);
        Damage(broken.Checkpoints[^1], at, flip);
        var events = new EventList();
        broken.Run(frequent, device, resume: true, events);
        Assert.Contains("damaged checkpoint", Assert.IsType<Notice>(events[0]).Text, StringComparison.Ordinal);
        SameEnd(whole, broken);
    }

    static void Damage(string path, double at, bool flip)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int place = (int)(bytes.Length * at);
        if (flip) bytes[place] ^= 0x10;
        File.WriteAllBytes(path, flip ? bytes : bytes[..place]);
    }

    [Fact]
    public void Run_whose_checkpoints_are_all_damaged_is_refused_with_one_line()
    {
        using var device = Device.Reference();
        using var broken = new ScratchFolder();
        Crash(broken, device, 11);
        foreach (string path in broken.Checkpoints) Damage(path, 0.5, flip: false);
        string message = Assert.Throws<TrainingException>(() => broken.Run(frequent, device, resume: true)).Message;
        Assert.StartsWith($"No checkpoint in {broken.Path} can be read", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Checkpoint_killed_while_it_was_written_leaves_the_old_one()
    {
        using var device = Device.Reference();
        using var whole = new ScratchFolder();
        using var broken = new ScratchFolder();
        whole.Run(frequent, device);
        Crash(broken, device, 7);
        string newest = broken.Checkpoints[^1], half = broken.File("checkpoint-0000000006.safetensors.part");
        File.WriteAllBytes(half, File.ReadAllBytes(newest)[..1000]);
        broken.Run(frequent, device, resume: true);
        Assert.False(File.Exists(half));
        SameEnd(whole, broken);
    }

    [Fact]
    public void Checkpoint_that_cannot_be_written_leaves_the_old_one()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        using var tensor = Tensor.ZerosOwned(device, [4]);
        var state = new Dictionary<string, Tensor> { ["weights.a"] = tensor };
        var recipe = ToyRecipe.Of(Steps);
        new Checkpoint("toy", 7, 1, 0, 0).Write(scratch.Path, state);
        Directory.CreateDirectory(scratch.File("checkpoint-0000000002.safetensors.part")); // in the way
        Assert.ThrowsAny<Exception>(() => new Checkpoint("toy", 7, 2, 0, 0).Write(scratch.Path, state));
        Assert.Equal(1, Checkpoint.ReadNewest(scratch.Path, recipe, state, _ => Assert.Fail("damaged"))?.Step);
    }

    [Fact]
    public void Checkpoints_of_another_seed_model_or_setting_are_refused()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        scratch.Run(ToyRecipe.Of(2), device);
        string seed = Assert.Throws<TrainingException>(() => scratch.Run(ToyRecipe.Of(2) with { Seed = 8 }, device, resume: true)).Message;
        Assert.EndsWith("is of the recipe toy with seed 7, expected toy with seed 8.", seed, StringComparison.Ordinal);
        string settings = Assert.Throws<TrainingException>(() => scratch.Run(ToyRecipe.Of(3), device, resume: true)).Message;
        Assert.EndsWith("was begun with other settings than toy has now: move it away, or train anew in another folder.", settings, StringComparison.Ordinal);
        File.Delete(scratch.File("built-on.txt"));
        string model = Assert.Throws<TrainingException>(() => scratch.Run(ToyRecipe.Of(2) with { FrozenPrefix = "last" }, device, resume: true)).Message;
        Assert.Contains("which the model lacks", model, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_with_a_run_is_not_overwritten_without_resume()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        scratch.Run(ToyRecipe.Of(2), device);
        string message = Assert.Throws<TrainingException>(() => scratch.Run(ToyRecipe.Of(2), device)).Message;
        Assert.Contains("holds a run already (checkpoint-0000000002.safetensors)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Finished_run_resumed_leaves_its_weights_as_they_are()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        scratch.Run(ToyRecipe.Of(3), device);
        string weights = scratch.File("weights.safetensors");
        File.WriteAllText(weights, "kept"); // what a task measured for itself is there alone
        Assert.True(scratch.Run(ToyRecipe.Of(3), device, resume: true).Finished);
        Assert.Equal("kept", File.ReadAllText(weights));
        File.Delete(weights);
        string message = Assert.Throws<TrainingException>(() => scratch.Run(ToyRecipe.Of(3), device, resume: true)).Message;
        Assert.Contains("weights.safetensors is gone", message, StringComparison.Ordinal);
    }
}
