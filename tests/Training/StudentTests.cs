using TalkingMachines.Models;
using TalkingMachines.Tensors;
using TalkingMachines.Training;
using TalkingMachines.Training.Objectives;
using Xunit;

namespace TalkingMachines.Tests.Training;

/// <summary>A tiny teacher and students that learn from it.</summary>
public sealed class StudentTests : IDisposable
{
    static readonly AvatarConfig teacherModel = TinyAvatar.Config with { Bidirectional = true, ChunkLatents = 21, Steps = Avatar.EvenSteps(2), Guidance = 2 };

    static readonly DiffusionRecipe teacher = new()
    {
        Name = "teacher",
        Layers = TrainedLayers.All,
        Steps = 6,
        Clips = 4,
        Windows = [new(6, 2), new(21, 1)],
        Untold = 0.5f,
        MouthWeight = 2,
        Model = teacherModel,
    };

    static readonly StudentRecipe student = new()
    {
        Name = "student",
        Teacher = "teacher",
        Clips = 4,
        Model = TinyAvatar.Config,
        TeacherModel = teacherModel,
        Window = new(6, 2),
        Steps = 4,
        AdaptSteps = 1,
        CriticUpdates = 1,
        SelfMade = 1,
        CheckpointEvery = TimeSpan.Zero,
    };

    readonly TinyRuns runs = new();

    public StudentTests()
    {
        File.Delete(runs.WeightsOf(Recipes.MiniLipReader())); // lips are another test's affair
        runs.Train(teacher);
    }

    public void Dispose() => runs.Dispose();

    StepLog Log(string name) => StepLog.Open(Path.Combine(runs.File(name), "log.csv"));

    [Fact]
    public void A_teacher_reads_mouths_of_clips_that_it_hears()
    {
        using var log = Log("teacher");
        Assert.InRange(log.Curve("mouths").X.Count, 1, teacher.Steps - 1); // half of the steps are told nothing
        Assert.All(log.Curve("mouths").Y, value => Assert.True(value > 0));
        runs.Train(teacher with { MouthWeight = 0 }, "blind");
        Assert.NotEqual(File.ReadAllBytes(runs.File("teacher/weights.safetensors")), File.ReadAllBytes(runs.File("blind/weights.safetensors")));
    }

    [Fact]
    public void A_stopped_student_goes_on_bit_for_bit_with_its_critic()
    {
        runs.Train(student, "whole");
        // From checkpoint to checkpoint: before the adaptation ended, after it, and while the critic is learning.
        for (int i = 0; i < student.Steps; i++)
        {
            using var stop = new CancellationTokenSource();
            runs.Train(student, "stopped", resume: true, stopAfterStep: stop);
        }
        Assert.Equal(File.ReadAllBytes(runs.File("whole/weights.safetensors")), File.ReadAllBytes(runs.File("stopped/weights.safetensors")));
        var (a, b) = (Newest("whole"), Newest("stopped"));
        Assert.Contains(a.Keys, name => name.StartsWith("carried.critic.", StringComparison.Ordinal));
        Assert.Equal(a.Keys, b.Keys);
        foreach (string name in a.Keys) Assert.Equal(a[name], b[name]);
    }

    SortedDictionary<string, float[]> Newest(string run) =>
        ScratchFolder.Numbers(Directory.GetFiles(runs.File(run), "checkpoint-*.safetensors").Order(StringComparer.Ordinal).Last());

    [Fact]
    public void As_long_as_critic_and_teacher_agree_nothing_is_to_be_matched()
    {
        var still = student with { TeacherModel = teacherModel with { Guidance = 1 }, CriticUpdates = 0, SelfMade = 0 };
        runs.Train(still, "agreeing");
        using (var log = Log("agreeing")) Assert.All(log.Curve("matching").Y, value => Assert.Equal(0, value));

        runs.Train(still with { CriticUpdates = 1 }, "learning");
        using (var log = Log("learning"))
        {
            var matching = log.Curve("matching").Y;
            Assert.Equal(0, matching[0]);
            Assert.All(matching.Skip(1), value => Assert.True(value > 0));
        }
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(7, true)]
    [InlineData(5, false)]
    public void Teachers_of_other_windows_and_without_a_mask_learn_too(int window, bool mask)
    {
        var other = teacher with { Name = "other", Model = teacherModel with { AudioWindow = window, FaceMask = mask } };
        runs.Train(other);
        using var log = Log("other");
        Assert.All(log.Curve("loss").Y, value => Assert.True(value > 0));
        using var weights = SafeTensors.Open(runs.File("other/weights.safetensors"));
        Assert.Equal(mask, weights.Tensors.Keys.Any(name => name.Contains("audio_mask", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_matching_there_is_no_critic_to_train()
    {
        runs.Train(student with { MatchingWeight = 0, SelfMade = 0 }, "regressed");
        using (var log = Log("regressed")) Assert.Equal(["regression"], log.Figures.Intersect(["matching", "regression"]));
        const string weight = "patch_embedding.weight";
        float[] teachers = ScratchFolder.Numbers(runs.File("teacher/weights.safetensors"))[weight];
        Assert.Equal(teachers, Newest("regressed")[$"carried.critic.{weight}"]);
        runs.Train(student with { SelfMade = 0 }, "matched");
        Assert.NotEqual(teachers, Newest("matched")[$"carried.critic.{weight}"]);
    }

    [Fact]
    public void Without_regression_scores_are_matched_and_mouths_read()
    {
        runs.Train(student with { RegressionWeight = 0, SelfMade = 0, TimestepByChunk = true }, "matched");
        using var log = Log("matched");
        Assert.Equal(["matching"], log.Figures.Intersect(["matching", "regression"]));
        Assert.Equal([2.0, 3.0, 4.0], log.Curve("matching").X);
        Assert.Equal([1.0, 2.0, 3.0, 4.0], log.Curve("mouths").X);
    }

    [Fact]
    public void A_decoder_learns_on_the_codes_of_a_student_too_and_goes_on_bit_for_bit()
    {
        runs.Train(student);
        var decoder = new AutoencoderRecipe
        {
            Name = "decoder",
            From = Recipes.MiniAutoencoder().Name,
            Parts = ["decoder."],
            Model = TinyAvatar.Config.Autoencoder,
            Picture = TinyAvatar.Config.Picture,
            Student = student,
            StudentClips = 2,
            Steps = 6,
            ValidateEvery = 6,
        };
        runs.Train(decoder);
        using (var log = Log("decoder"))
        {
            Assert.NotEmpty(log.Curve("squares, student's").X);
            Assert.NotEmpty(log.Curve("divergence").X);
            Assert.Equal([1.0, 2, 3, 4, 5, 6], log.Curve("squares").X.Concat(log.Curve("squares, student's").X).Order());
        }
        using (var validation = StepLog.Open(runs.File("decoder/validation.csv"))) Assert.InRange(validation.Curve("psnr eyes that blink, student's").Y[0], 3, 60);
        Assert.True(File.Exists(runs.File("decoder/samples/student-000006.png")));

        foreach (bool last in new[] { false, true })
        {
            using var stop = last ? null : new CancellationTokenSource();
            runs.Train(decoder, "stopped", resume: last, stopAfterStep: stop);
        }
        Assert.Equal(File.ReadAllBytes(runs.File("decoder/weights.safetensors")), File.ReadAllBytes(runs.File("stopped/weights.safetensors")));
    }

    [Fact]
    public void Mouths_are_read_of_clips_that_the_student_makes_itself_too()
    {
        runs.Train(student with { SelfMade = 4 }, "own"); // from the second step on nothing but own clips
        using var log = Log("own");
        Assert.DoesNotContain("regression", log.Figures);
        Assert.Equal([1.0, 2.0, 3.0, 4.0], log.Curve("mouths").X);
    }

    [Fact]
    public void Rates_fall_once_for_looking_back_and_again_for_matching()
    {
        var recipe = Recipes.MiniStudent3x2();
        double[] rates = [.. Enumerable.Range(1, recipe.Steps).Select(recipe.RateFactor)];
        Assert.Equal(1, rates[recipe.WarmupSteps]);
        Assert.Equal(recipe.MatchingRate, rates[recipe.AdaptSteps - 1], 9);
        Assert.Equal(recipe.MatchingRate * Recipe.LowestRate, rates[^1], 9);
        for (int i = recipe.WarmupSteps; i < rates.Length; i++) Assert.True(rates[i] <= rates[i - 1]);
    }
}
