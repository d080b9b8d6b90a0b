namespace TalkingMachines.WebRtc;

/// <summary>What went over a call's network so far; picture and voice together where nothing else is said.</summary>
public sealed record PeerStatistics
{
    public static PeerStatistics None { get; } = new();

    /// <summary>Packets sent, those sent again not counted.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Bytes of payload sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>Packets sent again because the browser missed them.</summary>
    public long PacketsResent { get; init; }

    /// <summary>Part of the picture's packets that the browser missed between its last two reports, 0 to 1.</summary>
    public double FractionLost { get; init; }

    /// <summary>Packets that the browser misses for good.</summary>
    public long PacketsLost { get; init; }

    /// <summary>Zero until the browser has answered a sender report.</summary>
    public TimeSpan RoundTrip { get; init; }

    /// <summary>Of the picture's packets, as the browser sees it.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The microphone's packets.</summary>
    public long PacketsReceived { get; init; }
    public long BytesReceived { get; init; }
    public long PacketsReceivedLost { get; init; }
    public TimeSpan ReceivedJitter { get; init; }

    /// <summary>Whether packets go over TCP; false before the first check.</summary>
    public bool IsTcp { get; init; }
}
