using System.Globalization;
using TalkingMachines.Media;
using TalkingMachines.Models.Wan;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>generate with a folder of the Wan family: what it is given, checked before anything is loaded.</summary>
internal sealed record WanFilming
{
    public required string Folder { get; init; }

    public required string Output { get; init; }

    public required string Device { get; init; }

    public required string Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    public string? Picture { get; init; }

    public string? Speech { get; init; }

    public string? SecondSpeech { get; init; }

    /// <summary>Where the two speakers are: a box or the file of a mask each; none: left and right half.</summary>
    public string[] Regions { get; init; } = [];

    public string? Size { get; init; }

    public int? Frames { get; init; }

    public int? Steps { get; init; }

    public ulong Seed { get; init; }

    public async Task<GenerationReport> RunAsync(Func<string, Placement> open, Terminal terminal, IProgress<GenerationProgress> progress, CancellationToken stop)
    {
        CheckSpeakers();
        var picture = Picture is null ? null : PictureFile.Read(Picture);
        var (speech, second) = (Read(Speech), Read(SecondSpeech));
        var order = new WanOrder
        {
            Prompt = Prompt,
            NegativePrompt = NegativePrompt,
            Picture = picture,
            Speech = speech,
            SecondSpeech = second,
            Speakers = Regions.Length == 0 || picture is null ? null : SpeakerRegions.Parse(Regions, picture),
            Frames = Frames,
            Seed = Seed,
        };
        using var folder = WanFolder.Open(Folder);
        var sampling = Sampling(folder);
        if (speech is not null && second is null && folder.AddOn is null) terminal.Note("The model has no audio layers: the sound goes into the video, but nobody's lips will follow it.");
        using var placement = open(Device);
        var size = WanGeneration.SizeOf(sampling, picture);
        // Compares every file with its network, too.
        var budget = WanBudget.Of(folder, sampling, size, WanGeneration.FramesOf(sampling, order), placement.Diffusion);
        folder.LeavesWeights = !BudgetTables.IsFitting(budget);
        if (!BudgetTables.IsFitting(budget)) terminal.Note(BudgetTables.Fits(budget));
        if (!BudgetTables.IsFittingBesideFiles(budget)) throw new VerbException($"{BudgetTables.Fits(budget)} A smaller --size or fewer --frames take less; ./run doctor --model says what.");
        using var video = VideoWriter.Create(Output, size.Width, size.Height, sampling.FramesPerSecond, VideoGeneration.SampleRate);
        // A thread of its own: minutes to hours of arithmetic.
        return await Task.Factory.StartNew(
            () => new WanGeneration(folder, placement, sampling).Run(order, video, progress, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    static Sound? Read(string? path) => path is null ? null : SoundFile.Read(path, VideoGeneration.SampleRate);

    void CheckSpeakers()
    {
        if (SecondSpeech is not null && Speech is null) throw new VerbException("--second-speech needs --speech: what the first speaker says.");
        if (Regions.Length > 0 && SecondSpeech is null) throw new VerbException("--region needs --second-speech: one speaker may be anywhere.");
        if (SecondSpeech is not null && Picture is null) throw new VerbException("--second-speech needs --picture: one that shows both speakers.");
        if (Regions.Length is not (0 or SpeakerRegions.Count)) throw new VerbException($"--region is given {Regions.Length} times, expected once for each of two speakers, or not at all for left and right half.");
    }

    WanSampling Sampling(WanFolder folder)
    {
        var sampling = Steps is { } steps ? folder.Sampling.WithSteps(steps) : folder.Sampling;
        return Size is { } text ? WithSize(sampling, text) : sampling;
    }

    /// <summary>The same with a size such as 832x480.</summary>
    public static WanSampling WithSize(WanSampling sampling, string text)
    {
        string[] sides = text.Split('x');
        if (sides.Length == 2 && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width is >= 16 and <= Media.Picture.MaxSide
            && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int height) && height is >= 16 and <= Media.Picture.MaxSide)
            return sampling with { Width = width, Height = height };
        throw new VerbException($"--size is '{text}', expected width x height in pixels such as 832x480.");
    }
}
