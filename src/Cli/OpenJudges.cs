using TalkingMachines.Evaluation;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli;

/// <summary>The judges of an evaluation with the weights that they own.</summary>
internal sealed class OpenJudges : IDisposable
{
    readonly List<IDisposable> owned = [];

    /// <summary>Loads all that is there: the lip reader must be, the puppet SyncNet may lack, the others are asked for by name.</summary>
    /// <param name="reader">File of the lip reader.</param>
    /// <param name="puppetSync">File of the puppet SyncNet.</param>
    /// <param name="syncNet">File of the public SyncNet v2, or null.</param>
    /// <param name="kinetics">File of I3D, or null.</param>
    public OpenJudges(string reader, string puppetSync, string? syncNet, string? kinetics, Device device)
    {
        try
        {
            var lips = Owned(LipReader.Load(reader, device));
            var sync = new List<ISyncJudge>();
            var videos = new List<IVideoFeatures> { new MiniVideoFeatures(lips) };
            if (File.Exists(puppetSync)) sync.Add(new PuppetSyncJudge(Owned(PuppetSyncNet.Load(puppetSync, device))));
            if (syncNet is not null) sync.Add(Owned(PhotoSyncJudge.Load(syncNet, device)));
            if (kinetics is not null) videos.Add(Owned(KineticsVideoFeatures.Load(kinetics, device)));
            All = new EvaluationJudges(lips) { Sync = sync, Videos = videos };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EvaluationJudges All { get; }

    T Owned<T>(T judge) where T : IDisposable
    {
        owned.Add(judge);
        return judge;
    }

    public void Dispose()
    {
        foreach (var each in owned) each.Dispose();
    }
}
