using TalkingMachines.Media;

namespace TalkingMachines.Cli;

/// <summary>What a start without arguments does: films the shipped character saying the shipped sentence.</summary>
internal static class SampleVideo
{
    const string Picture = "sample.png", Speech = "sample.wav";

    /// <summary>The command line that makes the sample in the current folder; asks for help where there is no shipped model.</summary>
    public static string[] Arguments()
    {
        var model = ShippedModels.Find().FirstOrDefault(model => File.Exists(Path.Combine(model.Folder, Picture)) && File.Exists(Path.Combine(model.Folder, Speech)));
        if (model is null) return ["--help"];
        string video = Ffmpeg.Find() is null ? "sample.avi" : "sample.mp4"; // without ffmpeg an uncompressed one
        return ["generate", "--picture", Path.Combine(model.Folder, Picture), "--speech", Path.Combine(model.Folder, Speech), "--out", video, "--model", model.Folder];
    }
}
