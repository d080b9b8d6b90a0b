using TalkingMachines.Models;
using TalkingMachines.Models.Vae;
using TalkingMachines.Training.Objectives;

namespace TalkingMachines.Training;

/// <summary>The recipes that the command line knows by name. A new one adds a line here.</summary>
public static class Recipes
{
    // Methods, not values: a recipe is made when it is asked for.
    static readonly Func<Recipe>[] all =
    [
        MiniAutoencoder, MiniHearing, MiniLipReader, MiniSync, MiniCodeReader, MiniWarmup, MiniAudio, MiniTeacher,
        MiniStudent3x2, MiniStudent3x4, MiniStudent7x2, MiniStudent7x4, MiniDecoder, MiniRefiner512,
        .. Ablations(),
    ];

    const int Clips = 2000;

    /// <summary>Every recipe, in the order of training.</summary>
    public static IEnumerable<Recipe> All => all.Select(make => make());

    public static Recipe Named(string name) =>
        All.FirstOrDefault(recipe => recipe.Name == name) ?? throw new TrainingException($"The recipe is '{name}', expected one of: {string.Join(", ", All.Select(recipe => recipe.Name))}.");

    /// <summary>The mini model's autoencoder with its refiner, 256 x 256.</summary>
    public static AutoencoderRecipe MiniAutoencoder() => new()
    {
        Name = "mini-autoencoder",
        Model = new AutoencoderConfig { RefinerWidth = 48 },
        Steps = 12000,
        MuonRate = 0.01f,
        AdamRate = 1.5e-3f,
        WarmupSteps = 20,
        DecayFrom = 0.3,
        EmaDecay = 0.998f,
        GradientClip = 1,
        ValidateEvery = 1000,
    };

    /// <summary>The decoder learns to forgive: codes that the student generates are not quite those of a picture. It sees the student's own, and noise.</summary>
    public static AutoencoderRecipe MiniDecoder() => MiniAutoencoder() with
    {
        Name = "mini-decoder",
        From = MiniAutoencoder().Name,
        Parts = ["decoder.", "refiner"],
        Seed = 2,
        Steps = 4000,
        MuonRate = 0.006f,
        AdamRate = 8e-4f,
        EmaDecay = 0.99f,
        ValidateEvery = 1000,
        CodeNoise = 0.5f,
        Student = MiniStudent3x2(),
    };

    /// <summary>The refiner of 512 x 512: encoder and decoder stay those of 256 x 256.</summary>
    public static AutoencoderRecipe MiniRefiner512() => MiniDecoder() with
    {
        Name = "mini-refiner-512",
        From = MiniDecoder().Name,
        Parts = ["refiner"],
        Model = new AutoencoderConfig { Scale = 2, RefinerWidth = 32 },
        Picture = 512,
        Seed = 3,
        Steps = 2000,
        ValidateEvery = 500,
    };

    /// <summary>What the mini model hears.</summary>
    public static HearingRecipe MiniHearing() => new()
    {
        Name = "mini-hearing",
        Steps = 6000,
        Clips = 12000,
        Batch = 16,
        MuonRate = 0.01f,
        WarmupSteps = 20,
        ValidateEvery = 500,
        EmaDecay = 0.998f,
    };

    /// <summary>The judge of lip sync, which reads mouths and lids off pictures; trained before what it judges.</summary>
    public static LipReaderRecipe MiniLipReader() => new()
    {
        Name = "mini-lip-reader",
        Steps = 4000,
        MuonRate = 0.01f,
        AdamRate = 2e-3f,
        WarmupSteps = 20,
        DecayFrom = 0.4,
        EmaDecay = 0.998f,
        GradientClip = 1,
        ValidateEvery = 500,
    };

    /// <summary>The judge of sound and lips, by SyncNet's protocol; needs no other recipe, and none needs it.</summary>
    public static SyncRecipe MiniSync() => new()
    {
        Name = "mini-sync",
        Steps = 2000,
        Clips = 1500,
        MuonRate = 0.01f,
        AdamRate = 2e-3f,
        WarmupSteps = 50,
        DecayFrom = 0.4,
        EmaDecay = 0.998f,
        GradientClip = 5,
        ValidateEvery = 500,
    };

    /// <summary>What codes say of mouths; teacher and students learn by it.</summary>
    public static CodeReaderRecipe MiniCodeReader() => new()
    {
        Name = "mini-code-reader",
        Steps = 1500,
        Clips = Clips,
        MuonRate = 0.01f,
        WarmupSteps = 20,
        DecayFrom = 0.3,
        EmaDecay = 0.99f,
        GradientClip = 5,
        ValidateEvery = 500,
    };

    /// <summary>Stage 1: video from picture and gestures, without audio layers.</summary>
    public static DiffusionRecipe MiniWarmup() => new()
    {
        Name = "mini-warmup",
        Layers = TrainedLayers.AllWithoutAudio,
        Steps = 150,
        Clips = Clips,
        MuonRate = 0.012f,
        WarmupSteps = 20,
        DecayFrom = 1,
        GradientClip = 5,
        ValidateEvery = 150,
    };

    /// <summary>Stage 2: the new audio layers learn, all others frozen.</summary>
    public static DiffusionRecipe MiniAudio() => MiniWarmup() with
    {
        Name = "mini-audio",
        Layers = TrainedLayers.AudioOnly,
        From = MiniWarmup().Name,
        Steps = 150,
        Seed = 2,
    };

    /// <summary>Everything together, on short windows and whole clips, rates falling: the teacher of the students.</summary>
    public static DiffusionRecipe MiniTeacher() => MiniWarmup() with
    {
        Name = "mini-teacher",
        Layers = TrainedLayers.All,
        From = MiniAudio().Name,
        Steps = 1200,
        Seed = 3,
        Windows = [new(7, 12), new(7, 12), new(21, 4)],
        Untold = 0.1f,
        MouthWeight = 2,
        DecayFrom = 0.5,
        ValidateEvery = 1200, // a validation takes minutes: 24 evaluations a clip
    };

    /// <summary>The shipped model: chunks of 3 latents in 2 steps.</summary>
    public static StudentRecipe MiniStudent3x2() => Student("mini-student-3x2", AvatarConfig.Mini);

    public static StudentRecipe MiniStudent3x4() => Student("mini-student-3x4", AvatarConfig.Mini with { Steps = Avatar.EvenSteps(4) });

    public static StudentRecipe MiniStudent7x2() => Student("mini-student-7x2", AvatarConfig.Mini with { ChunkLatents = 7 });

    public static StudentRecipe MiniStudent7x4() => Student("mini-student-7x4", AvatarConfig.Mini with { ChunkLatents = 7, Steps = Avatar.EvenSteps(4) });

    static StudentRecipe Student(string name, AvatarConfig model) => new()
    {
        Name = name,
        Teacher = MiniTeacher().Name,
        Model = model,
        Steps = 2520,
        AdaptSteps = 2400,
        Clips = Clips,
        Seed = 4,
        MuonRate = 0.01f,
        WarmupSteps = 20,
        DecayFrom = 0.3,
        EmaDecay = 0.98f,
        GradientClip = 5,
        ValidateEvery = 1200,
    };

    // What each choice is worth: short runs on a quarter of the clips, which differ from a base of their own in one thing.
    static IEnumerable<Func<Recipe>> Ablations()
    {
        yield return () => Shortened("base");
        yield return () => Shortened("no-matching") with { MatchingWeight = 0 };
        yield return () => Shortened("no-regression") with { RegressionWeight = 0 };
        yield return () => Shortened("no-mouth-reading") with { MouthWeight = 0 };
        yield return () => Shortened("timestep-by-chunk") with { TimestepByChunk = true };
        foreach (int latents in (int[])[3, 5, 7]) yield return () => Windowed(latents);
        // of the teachers with a window of 5: a student would have learnt from a teacher that has a mask
        yield return () => Windowed(5) with { Name = "ablation-no-face-mask", Model = AvatarConfig.MiniTeacher with { FaceMask = false } };
    }

    static StudentRecipe Shortened(string name) => MiniStudent3x2() with
    {
        Name = $"ablation-{name}",
        Clips = Clips / 4,
        Steps = 300,
        AdaptSteps = 240,
        ValidateEvery = 300,
    };

    // From the start: what went before has a window and a mask of its own.
    static DiffusionRecipe Windowed(int latents) => MiniTeacher() with
    {
        Name = $"ablation-window-{latents}",
        From = null,
        Model = AvatarConfig.MiniTeacher with { AudioWindow = latents },
        Clips = Clips / 4,
        Windows = [new(7, 12)],
        Steps = 450,
        ValidateEvery = 450,
    };
}
