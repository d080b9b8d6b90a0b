using System.Diagnostics;
using System.Globalization;
using System.Text;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Serving.Web;

/// <summary>Figures of the whole server in Prometheus' text format. Counters go on when a session or a call has ended.</summary>
internal sealed class ServerMetrics
{
    readonly CallHub hub;
    readonly Lock gate = new();
    long refusals, calls;
    Totals ended, shown;

    public ServerMetrics(CallHub hub)
    {
        this.hub = hub;
        hub.Closed += SessionEnded;
    }

    /// <summary>Sums over sessions and calls.</summary>
    readonly record struct Totals(long Frames, long Repeated, long Chunks, long PacketsSent, long PacketsResent, long PacketsReceived, long BytesSent)
    {
        public static Totals Of(SessionFigures figures) => new(figures.Frames, figures.FramesRepeated, figures.Chunks, 0, 0, 0, 0);

        public static Totals Of(PeerStatistics network) =>
            new(0, 0, 0, network.PacketsSent, network.PacketsResent, network.PacketsReceived, network.BytesSent);

        public static Totals operator +(Totals a, Totals b) => new(
            a.Frames + b.Frames, a.Repeated + b.Repeated, a.Chunks + b.Chunks, a.PacketsSent + b.PacketsSent,
            a.PacketsResent + b.PacketsResent, a.PacketsReceived + b.PacketsReceived, a.BytesSent + b.BytesSent);

        /// <summary>A session on its way out may be missing for a moment: a counter must not go back for that.</summary>
        public Totals AtLeast(Totals before) => new(
            Math.Max(Frames, before.Frames), Math.Max(Repeated, before.Repeated), Math.Max(Chunks, before.Chunks),
            Math.Max(PacketsSent, before.PacketsSent), Math.Max(PacketsResent, before.PacketsResent),
            Math.Max(PacketsReceived, before.PacketsReceived), Math.Max(BytesSent, before.BytesSent));
    }

    public void Refused() => Interlocked.Increment(ref refusals);

    public void CallBegan() => Interlocked.Increment(ref calls);

    public void CallEnded(Peer peer)
    {
        lock (gate) ended += Totals.Of(peer.Statistics);
    }

    void SessionEnded(Conversation conversation)
    {
        lock (gate) ended += Totals.Of(conversation.Session.Figures);
    }

    public string Write()
    {
        var text = new StringBuilder();
        var (live, sums) = Sum();
        Add(text, "sessions", "gauge", "Sessions that are open.", live.Count);
        Add(text, "sessions_capacity", "gauge", "Sessions that real time has room for.", hub.Capacity);
        Add(text, "calls_active", "gauge", "Sessions that a browser shows.", live.Count(each => each.Call is not null));
        Add(text, "calls_total", "counter", "Calls answered.", Interlocked.Read(ref calls));
        Add(text, "sessions_refused_total", "counter", "Sessions refused because real time had no room.", Interlocked.Read(ref refusals));
        Add(text, "frames_total", "counter", "Frames shown.", sums.Frames);
        Add(text, "frames_repeated_total", "counter", "Frames shown again because the next was late.", sums.Repeated);
        AddChunks(text, live, sums.Chunks);
        Add(text, "rtp_packets_sent_total", "counter", "RTP packets sent.", sums.PacketsSent);
        Add(text, "rtp_packets_resent_total", "counter", "RTP packets sent again after loss.", sums.PacketsResent);
        Add(text, "rtp_packets_received_total", "counter", "RTP packets of microphones.", sums.PacketsReceived);
        Add(text, "rtp_payload_bytes_sent_total", "counter", "Bytes of payload sent.", sums.BytesSent);
        AddProcess(text);
        return text.ToString();
    }

    // A session that ends meanwhile is in one of both, never in both.
    (IReadOnlyCollection<Conversation> Live, Totals Sum) Sum()
    {
        lock (gate)
        {
            var live = hub.Conversations;
            var sum = ended;
            foreach (var each in live)
            {
                sum += Totals.Of(each.Session.Figures);
                if (each.Call?.Peer is { Closed.IsCompleted: false } peer) sum += Totals.Of(peer.Statistics);
            }
            return (live, shown = sum.AtLeast(shown));
        }
    }

    // Of the newest chunks of every session: what happens now.
    static void AddChunks(StringBuilder text, IReadOnlyCollection<Conversation> live, long count)
    {
        const string name = "talkingmachines_chunk_seconds";
        double[] times = [.. live.SelectMany(each => each.Session.Figures.NewestChunks).Select(each => each.TotalSeconds).Order()];
        text.Append("# HELP ").Append(name).Append(" Time to make a chunk, over the newest 32 of each session.\n# TYPE ").Append(name).Append(" gauge\n");
        foreach (double share in (ReadOnlySpan<double>)[0.5, 0.95, 0.99])
            if (times.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"{name}{{quantile=\"{share}\"}} {times[(int)Math.Ceiling(share * times.Length) - 1]:0.######}\n");
        Add(text, "chunks_total", "counter", "Chunks made.", count);
    }

    static void AddProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        Add(text, "process_resident_memory_bytes", "gauge", "Resident memory.", process.WorkingSet64, "");
        Add(text, "process_cpu_seconds_total", "counter", "Processor time.", process.TotalProcessorTime.TotalSeconds, "");
        Add(text, "process_threads", "gauge", "Threads.", process.Threads.Count, "");
        Add(text, "dotnet_gc_heap_bytes", "gauge", "Managed memory in use.", GC.GetTotalMemory(forceFullCollection: false), "");
    }

    static void Add(StringBuilder text, string name, string type, string help, double value, string prefix = "talkingmachines_") =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {prefix}{name} {help}\n# TYPE {prefix}{name} {type}\n{prefix}{name} {value:0.######}\n");
}
