using TalkingMachines.WebRtc;

namespace TalkingMachines.Serving.Web;

/// <summary>Reads how a session fares; rates are those since the reading before.</summary>
internal sealed class StatisticsReader(Conversation conversation, TimeSpan chunk, TimeProvider clock)
{
    long readAt = clock.GetTimestamp();
    long frames = Fresh(conversation.Session.Figures);
    Peer? peer;
    long bytes;

    public SessionStatistics Read()
    {
        var figures = conversation.Session.Figures;
        double seconds = clock.GetElapsedTime(readAt).TotalSeconds;
        bool isRate = seconds > 0.1;
        double? fps = isRate ? Rounded((Fresh(figures) - frames) / seconds) : null;
        var (network, kilobits) = Network(isRate ? seconds : null);
        (readAt, frames) = (clock.GetTimestamp(), Fresh(figures));
        return new SessionStatistics(
            fps, [.. figures.NewestChunks.Select(each => Rounded(each.TotalMilliseconds))], chunk.TotalMilliseconds, Known(figures.FirstFrame),
            network is null ? null : Known(network.RoundTrip), network is null ? null : Rounded(100 * network.FractionLost), kilobits,
            Known(figures.LastTurn), figures.FramesRepeated);
    }

    (PeerStatistics?, int?) Network(double? seconds)
    {
        var now = conversation.Call?.Peer;
        if (now is null) return (null, null);
        var network = now.Statistics;
        int? kilobits = now == peer && seconds is { } time ? (int)Math.Round(8 * (network.BytesSent - bytes) / time / 1000) : null;
        (peer, bytes) = (now, network.BytesSent);
        return (network, kilobits);
    }

    static long Fresh(SessionFigures figures) => figures.Frames - figures.FramesRepeated;

    static double? Known(TimeSpan time) => time == TimeSpan.Zero ? null : Rounded(time.TotalMilliseconds);

    static double Rounded(double value) => Math.Round(value, 1);
}
