using System.Net;

namespace TalkingMachines.WebRtc;

/// <summary>Where a server listens and how much it carries.</summary>
public sealed record WebRtcOptions
{
    /// <summary>An address of this machine, or Any or IPv6Any for all of them (the latter takes IPv4 too).</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>The same for UDP and TCP; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Off where only TCP gets through.</summary>
    public bool Udp { get; init; } = true;

    /// <summary>
    /// What answers name as our addresses: behind NAT the outer one. Empty: <see cref="Listen"/>, or all of this machine's.
    /// </summary>
    public IReadOnlyList<IPAddress> PublicAddresses { get; init; } = [];

    /// <summary>Calls at the same time.</summary>
    public int MostPeers { get; init; } = 16;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Check()
    {
        if (Port is < 0 or > 65535) throw new WebRtcException($"The port is {Port}, expected 0 to 65535.");
        if (MostPeers is < 1 or > 10_000) throw new WebRtcException($"There were to be {MostPeers} calls at most, expected 1 to 10000.");
    }
}
