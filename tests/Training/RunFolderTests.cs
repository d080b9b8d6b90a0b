using TalkingMachines.Training;
using TalkingMachines.Training.Data;
using Xunit;

namespace TalkingMachines.Tests.Training;

public class RunFolderTests
{
    [Fact]
    public void Folder_in_use_is_refused_until_it_is_free()
    {
        using var scratch = new ScratchFolder();
        using (RunFolder.Open(scratch.Path))
            Assert.Equal($"{scratch.Path} is in use by another run: wait for it, or name another folder.", Assert.Throws<TrainingException>(() => RunFolder.Open(scratch.Path)).Message);
        using var again = RunFolder.Open(scratch.Path);
        Assert.Equal(scratch.File("samples/sheet-000012.png"), again.Sample("sheet", 12));
    }

    [Fact]
    public void Path_that_is_a_file_is_refused_with_one_line()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("run"), "");
        Assert.Contains("can't be used as a run's folder", Assert.Throws<TrainingException>(() => RunFolder.Open(scratch.File("run"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shipped_weights_stand_in_for_those_of_a_run_that_is_not_there()
    {
        using var scratch = new ScratchFolder();
        string name = Recipes.MiniTeacher().Name;
        using (var alone = RunFolder.Open(scratch.File("runs/student")))
            Assert.Equal($"{scratch.File($"runs/{name}/weights.safetensors")} does not exist: run the recipe {name} first.", Assert.Throws<TrainingException>(() => ClipFiles.Weights(alone, name)).Message);

        using var run = RunFolder.Open(scratch.File("runs/student"), scratch.File("models"));
        Assert.Null(ClipFiles.FindWeights(run, name));
        string shipped = scratch.File($"models/{MiniModel.ShippedFile(name)}"), own = ClipFiles.OfRun(run, name);
        Write(shipped);
        Assert.Equal(shipped, ClipFiles.Weights(run, name));
        Write(own);
        Assert.Equal(own, ClipFiles.Weights(run, name));
        Assert.Null(ClipFiles.FindWeights(run, Recipes.MiniWarmup().Name)); // not shipped

        // A shipped teacher knows the shipped hearing: with a run's own it means nothing.
        File.Delete(own);
        Assert.Equal(shipped, ClipFiles.Weights(run, name));
        Write(ClipFiles.OfRun(run, Recipes.MiniHearing().Name));
        Assert.Null(ClipFiles.FindWeights(run, name));

        static void Write(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }

    [Fact]
    public void A_run_does_not_go_on_on_other_weights_than_it_began_on()
    {
        using var scratch = new ScratchFolder();
        var recipe = Recipes.MiniCodeReader();
        string upstream = scratch.File("runs/mini-autoencoder/weights.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(upstream)!);
        File.WriteAllText(upstream, "first");
        using var run = RunFolder.Open(scratch.File("runs/mini-code-reader"));
        RunInputs.Check(recipe, run);
        File.WriteAllText(upstream, "second");
        RunInputs.Check(recipe, run); // no step was taken: it begins anew
        File.WriteAllText(scratch.File("runs/mini-code-reader/checkpoint-0000000007.safetensors"), "");
        RunInputs.Check(recipe, run);
        File.WriteAllText(upstream, "third");
        var refused = Assert.Throws<TrainingException>(() => RunInputs.Check(recipe, run));
        Assert.Equal($"{run.Path} was begun on other weights of mini-autoencoder than {upstream} holds now: put those back, or train mini-code-reader anew in another folder.", refused.Message);
        File.WriteAllText(upstream, "second");
        RunInputs.Check(recipe, run);
    }

    [Fact]
    public void Every_recipe_s_settings_are_noted_and_told_apart()
    {
        using var scratch = new ScratchFolder();
        var noted = new HashSet<string>();
        foreach (var recipe in Recipes.All)
        {
            using var run = RunFolder.Open(scratch.File($"runs/{recipe.Name}"));
            RunInputs.Check(recipe, run);
            Assert.True(noted.Add(File.ReadLines(scratch.File($"runs/{recipe.Name}/built-on.txt")).First()), recipe.Name);
        }
        using var again = RunFolder.Open(scratch.File("again"));
        RunInputs.Check(Recipes.MiniStudent3x2() with { Model = Recipes.MiniStudent3x2().Model with { AudioWindow = 7 } }, again);
        Assert.True(noted.Add(File.ReadLines(scratch.File("again/built-on.txt")).First()), "a setting of a model counts");
    }

    [Fact]
    public void What_a_recipe_builds_on_and_nobody_has_is_named_in_order()
    {
        using var scratch = new ScratchFolder();
        string[] Missing(Recipe recipe, string run = "runs/new", bool shipped = true)
        {
            using var folder = RunFolder.Open(scratch.File(run), shipped ? Checkout.File("models") : null);
            return [.. MiniModel.Missing(recipe, folder).Select(missing => missing.Name)];
        }

        Assert.Empty(Missing(Recipes.MiniStudent3x2()));
        Assert.Empty(Missing(Recipes.MiniRefiner512()));
        Assert.Equal(["mini-warmup", "mini-audio"], Missing(Recipes.MiniTeacher()));
        Assert.Empty(Missing(Recipes.Named("ablation-window-3"))); // from the start
        Assert.Equal(
            ["mini-autoencoder", "mini-hearing", "mini-code-reader", "mini-warmup", "mini-audio", "mini-teacher"], Missing(Recipes.MiniStudent3x2(), shipped: false));

        // A run's own hearing makes other features than the shipped teacher knows.
        Directory.CreateDirectory(scratch.File("runs/mini-hearing"));
        File.WriteAllText(scratch.File("runs/mini-hearing/weights.safetensors"), "");
        Assert.Equal(["mini-warmup", "mini-audio", "mini-teacher"], Missing(Recipes.MiniStudent3x2()));

        Directory.CreateDirectory(scratch.File("runs/begun"));
        File.WriteAllText(scratch.File("runs/begun/checkpoint-0000000007.safetensors"), "");
        Assert.Empty(Missing(Recipes.MiniTeacher(), "runs/begun"));
    }

    [Fact]
    public void Table_reads_back_what_was_written()
    {
        using var scratch = new ScratchFolder();
        using (var log = StepLog.Open(scratch.File("log.csv")))
        {
            log.Append(1, [new("loss", 1 / 3.0)]);
            log.Append(2, [new("loss", 2), new("mouth", 1e-30)]); // a figure not seen before
            log.Append(3, [new("mouth", double.NaN)]);
        }
        Assert.Equal(["step,loss,mouth", "1,0.3333333333333333,", "2,2,1E-30", "3,,"], File.ReadLines(scratch.File("log.csv")));
        using var again = StepLog.Open(scratch.File("log.csv"));
        Assert.Equal([1 / 3.0, 2], again.Curve("loss").Y);
        Assert.Equal([2.0], again.Curve("mouth").X);
        again.KeepThrough(1);
        again.Append(2, [new("mouth", 5)]);
        Assert.Equal(["step,loss,mouth", "1,0.3333333333333333,", "2,,5"], File.ReadLines(scratch.File("log.csv")));
    }

    [Fact]
    public void Figure_with_a_comma_in_its_name_stands_in_quotes()
    {
        using var scratch = new ScratchFolder();
        using (var log = StepLog.Open(scratch.File("log.csv"))) log.Append(1, [new("psnr", 30), new("psnr, copied", 20), new("last", 1)]);
        Assert.Equal("step,psnr,\"psnr, copied\",last", File.ReadLines(scratch.File("log.csv")).First());
        using var again = StepLog.Open(scratch.File("log.csv"));
        Assert.Equal(["psnr", "psnr, copied", "last"], again.Figures);
        Assert.Equal([20.0], again.Curve("psnr, copied").Y);
    }

    [Fact]
    public void Line_cut_short_by_a_kill_is_left_out()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("log.csv"), "step,loss,mouth\n1,2,3\n2,0.");
        using var log = StepLog.Open(scratch.File("log.csv"));
        Assert.Equal(1, log.Count);
    }

    [Fact]
    public void Table_that_is_none_is_refused_with_one_line()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("log.csv"), "<html>\n");
        Assert.Contains("starts with '<html>'", Assert.Throws<TrainingException>(() => StepLog.Open(scratch.File("log.csv"))).Message, StringComparison.Ordinal);
        using var log = StepLog.Open(scratch.File("other.csv"));
        Assert.Throws<ArgumentException>(() => log.Append(1, [new("a\"b", 1)]));
        Assert.Throws<ArgumentException>(() => log.Append(1, [new("a", 1), new("a", 2)]));
    }
}
