using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>Trains the reference-conditioned autoencoder on random characters in random poses. (MINI-MODEL, "Autoencoder".)</summary>
public sealed record AutoencoderRecipe : Recipe
{
    /// <summary>The recipe whose weights this one starts from, to train a part of it; null: all of it, new.</summary>
    public string? From { get; init; }

    /// <summary>Starts of the names of what is trained after <see cref="From"/>. While encoder and features stay, a transformer trained on them stays right.</summary>
    public string[] Parts { get; init; } = [""];

    public AutoencoderConfig Model { get; init; } = new();

    /// <summary>Side of the pictures.</summary>
    public int Picture { get; init; } = 256;

    /// <summary>
    /// Most noise, as a standard deviation, that codes get before they are decoded; a frame's is that times the square of a number
    /// between 0 and 1. What a transformer gets slightly wrong should not smudge.
    /// </summary>
    public float CodeNoise { get; init; }

    /// <summary>A student whose own codes a quarter of the batches decode, towards the frames that it was told to make; null: none.</summary>
    public StudentRecipe? Student { get; init; }

    /// <summary>Clips that it makes for this.</summary>
    public int StudentClips { get; init; } = 400;

    public override ITrainingTask Open(RunFolder run, Device device) => new AutoencoderTask(this, run, device);
}

/// <summary>Squares and absolutes of errors, slopes and changes, weighted to mouth and eyes; see <see cref="AutoencoderRecipe"/>.</summary>
public sealed class AutoencoderTask : ITrainingTask
{
    const int SheetCharacters = 8; // of every style

    const int WatchedClips = 12; // of a student

    readonly AutoencoderRecipe recipe;
    readonly RunFolder folder;
    readonly ReferenceAutoencoder model;
    PrefetchedBatches<PortraitBatch>? batches;
    StudentClips? watched;

    public AutoencoderTask(AutoencoderRecipe recipe, RunFolder run, Device device)
    {
        (this.recipe, folder) = (recipe, run);
        using var start = recipe.From is null ? null : SafeTensors.Open(ClipFiles.Weights(run, recipe.From));
        Weights = start is null ? Weights.New(device, recipe.Seed) : Weights.Grown(device, start, recipe.Seed);
        model = new ReferenceAutoencoder(Weights, recipe.Model);
        Trained = Weights.All.Where(w => Array.Exists(recipe.Parts, part => w.Key.StartsWith(part, StringComparison.Ordinal))).ToDictionary();
        if (start is not null && Weights.All.Keys.FirstOrDefault(name => !Trained.ContainsKey(name) && !start.Tensors.ContainsKey(name)) is { } missing)
            throw new TrainingException($"The weights of {recipe.From} have no {missing}, and {recipe.Name} does not train it: they are of another autoencoder.");
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained { get; }

    // A student's clips are made anew each time: some minutes.
    public void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        StudentClips? clips = null;
        if (recipe.Student is { } student)
        {
            var config = student.Model with { Picture = recipe.Picture, Autoencoder = recipe.Model };
            using SafeTensors transformer = Stored(student.Name), hearing = Stored(Recipes.MiniHearing().Name);
            using Weights known = Weights.From(Weights.Device, transformer), heard = Weights.From(Weights.Device, hearing);
            var avatar = new Avatar(new AvatarModel(known, config), new MelEncoder(heard), model);
            watched = StudentClips.Make(avatar, ClipFiles.Seed + 1, WatchedClips, watched: true, progress, cancel);
            clips = StudentClips.Make(avatar, ClipFiles.Seed, recipe.StudentClips, watched: false, progress, cancel);
        }
        var portraits = new Portraits(recipe.Seed, recipe.Picture, 16 * recipe.Model.Scale, clips);
        batches = new PrefetchedBatches<PortraitBatch>(portraits.Make, capacity: 3);
    }

    SafeTensors Stored(string from) => SafeTensors.Open(ClipFiles.Weights(folder, from));

    public Tensor Loss(int step, LossParts parts)
    {
        var batch = batches!.Take(step);
        using var scope = Tensor.Scope();
        var device = Weights.Device;
        int b = batch.Characters, n = b * batch.FramesEach, size = batch.Size;
        var references = Tensor.From(device, [b, 3, size, size], batch.References);
        var frames = Tensor.From(device, [n, 3, size, size], batch.Frames);
        var weights = Tensor.From(device, [b, 1, 1, size, size], batch.Weights);
        var features = model.Reference(references);
        var (codes, divergence) = batch.Codes is { } made
            ? (Tensor.From(device, [n, recipe.Model.CodeChannels, recipe.Model.CodeSide(size), recipe.Model.CodeSide(size)], made), null)
            : Encode(frames, features, step);
        var decoded = model.Decode(codes, features);

        var error = (decoded - frames).Reshape(b, batch.FramesEach, 3, size, size);
        float sharp = recipe.From is not null ? 1 : Math.Clamp((step - (0.08f * recipe.Steps)) / (0.08f * recipe.Steps), 0, 1); // squares first: they find the mouth
        var squares = (error.Square() * weights).Mean();
        var absolutes = (error.Abs() * weights).Mean();
        var edges = EdgeError(error, weights);
        var changes = ChangeError(error, weights);
        string of = batch.Codes is null ? "" : ", student's";
        parts.Add("squares" + of, squares);
        parts.Add("absolutes" + of, absolutes);
        parts.Add("edges" + of, edges);
        var loss = (squares * (6 - (3 * sharp))) + (absolutes * (0.1f + (0.9f * sharp))) + ((edges + changes) * (0.5f * sharp));
        float pull = 2e-6f + (3e-5f * Math.Min(1, step / (0.3f * recipe.Steps)));
        return scope.Keep(divergence is null ? loss : loss + (parts.Add("divergence", divergence) * pull));
    }

    // Codes of frames with noise, and their divergence from the standard normal distribution.
    (Tensor Codes, Tensor? Divergence) Encode(Tensor frames, ReferenceFeatures features, int step)
    {
        using var scope = Tensor.Scope();
        int n = frames.Shape[0];
        var (mean, logVariance) = model.Moments(frames, features);
        var random = new RandomStream(recipe.Seed + 1).Fork((ulong)step);
        var noise = Tensor.Normal(frames.Device, mean.Shape, random);
        var deviation = (logVariance * 0.5f).Exp();
        if (recipe.CodeNoise > 0) deviation += Tensor.From(frames.Device, [n, 1, 1, 1], [.. Enumerable.Range(0, n).Select(_ => recipe.CodeNoise * MathF.Pow(random.Uniform(), 2))]);
        return (scope.Keep(mean + (deviation * noise)), scope.Keep(Divergence(mean, logVariance)));
    }

    // Absolute error of the slopes between neighbouring pixels: keeps outlines crisp.
    static Tensor EdgeError(Tensor error, Tensor weights)
    {
        int size = error.Shape[-1];
        var across = (error.Narrow(-1, 1, size - 1) - error.Narrow(-1, 0, size - 1)).Abs() * weights.Narrow(-1, 1, size - 1);
        var down = (error.Narrow(-2, 1, size - 1) - error.Narrow(-2, 0, size - 1)).Abs() * weights.Narrow(-2, 1, size - 1);
        return across.Mean() + down.Mean();
    }

    // Absolute error of the difference between frames: what moves must move, not average out.
    static Tensor ChangeError(Tensor error, Tensor weights)
    {
        int frames = error.Shape[1];
        return ((error.Narrow(1, 1, frames - 1) - error.Narrow(1, 0, frames - 1)).Abs() * weights).Mean();
    }

    // Kullback-Leibler divergence from the standard normal distribution, a mean over code values.
    static Tensor Divergence(Tensor mean, Tensor logVariance) =>
        (mean.Square() + logVariance.Exp() - logVariance - 1).Mean() * 0.5f;

    /// <summary>PSNR of whole pictures, of mouths and eyes, over validation characters; and a sheet: reference, frame, decoded.</summary>
    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        int side = recipe.Picture;
        var quality = new PictureQuality();
        var copied = new PictureQuality();
        var sheet = new List<Picture>();
        var renderer = new PuppetRenderer();
        for (int i = 0; i < 12; i++)
        {
            using var scope = Tensor.Scope();
            var random = new RandomStream(77).Fork((ulong)i);
            var puppet = Puppet.FromSeed(CharacterSeeds.FirstValidation + i);
            var reference = renderer.Draw(puppet, PuppetPose.Neutral, side);
            var features = model.Reference(PixelPlanes.ToTensor(Weights.Device, reference.Pixels, side, side));
            for (int k = 0; k < 3; k++)
            {
                var truth = renderer.Draw(puppet, Portraits.RandomPose(random), side);
                var (mean, _) = model.Moments(PixelPlanes.ToTensor(Weights.Device, truth.Pixels, side, side), features);
                var decoded = new Picture(side, side);
                PixelPlanes.ToBytes(model.Decode(mean, features).Floats, decoded.Pixels);
                quality.Add(truth, decoded, puppet.Geometry);
                copied.Add(truth, reference, puppet.Geometry);
                if (i < SheetCharacters && k < 2) sheet.AddRange([reference, truth, decoded]);
            }
        }
        Png.Write(ContactSheet.Tile(sheet, 6), run.Sample("portraits", step));
        var metrics = new List<Metric> { new("psnr", quality.Psnr), new("psnr mouth", quality.MouthPsnr), new("psnr eyes", quality.EyesPsnr), new("psnr mouth if copied", copied.MouthPsnr) };
        if (watched is not null) metrics.AddRange(Watch(watched, renderer, run.Sample("student", step)));
        return metrics;
    }

    // What is decoded of a student's codes, of blinks by themselves; and a sheet of blinks, each true, then decoded.
    Metric[] Watch(StudentClips clips, PuppetRenderer renderer, string path)
    {
        PictureQuality some = new(), blinks = new();
        var sheet = new List<Picture>();
        for (int clip = 0; clip < clips.Count; clip++)
        {
            using var scope = Tensor.Scope();
            var puppet = clips.Puppet(clip);
            var features = model.Reference(PixelPlanes.ToTensor(Weights.Device, renderer.Draw(puppet, PuppetPose.Neutral, recipe.Picture).Pixels, recipe.Picture, recipe.Picture));
            foreach (int frame in Enumerable.Range(0, 8).Select(i => i * StudentClips.Frames / 8)) Compare(frame, some);
            foreach (int frame in clips.Blinks(clip).Take(4))
            {
                var (truth, decoded) = Compare(frame, blinks);
                if (frame == clips.Blinks(clip)[0]) sheet.AddRange([truth, decoded]);
            }

            (Picture Truth, Picture Decoded) Compare(int frame, PictureQuality quality)
            {
                using var inner = Tensor.Scope();
                float[] code = [.. clips.Code(clip, frame).ToArray().Select(value => (float)value)];
                var truth = renderer.Draw(puppet, clips.Pose(clip, frame), recipe.Picture);
                var decoded = new Picture(recipe.Picture, recipe.Picture);
                PixelPlanes.ToBytes(model.Decode(Tensor.From(Weights.Device, [1, clips.Channels, clips.Side, clips.Side], code), features).Floats, decoded.Pixels);
                quality.Add(truth, decoded, puppet.Geometry);
                return (truth, decoded);
            }
        }
        if (sheet.Count > 0) Png.Write(ContactSheet.Tile(sheet, 6), path);
        return [new("psnr, student's", some.Psnr), new("psnr eyes, student's", some.EyesPsnr), new("psnr eyes that blink, student's", blinks.EyesPsnr)];
    }

    public void Dispose()
    {
        batches?.Dispose();
        Weights.Dispose();
    }
}
