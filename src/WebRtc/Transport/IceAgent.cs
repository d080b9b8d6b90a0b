using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TalkingMachines.WebRtc;

/// <summary>Takes what a verified path brought, other than STUN; it may change the bytes but not keep them.</summary>
internal delegate void PacketSink(IcePath path, Span<byte> packet);

/// <summary>
/// One call's side of ICE-lite (RFC 8445, section 2.5): it answers the browser's checks, follows its nomination, and notices
/// when they cease (RFC 7675). Beyond that it checks itself any address but the first before it moves there, for a check may be sent
/// with another's address, or be an old one repeated: nobody is sent pictures who did not answer. Thread-safe.
/// </summary>
internal sealed class IceAgent
{
    public const int FragmentLength = 8, PasswordLength = 24;
    /// <summary>So many addresses of one browser are remembered; it has as many as interfaces, relays and protocols.</summary>
    public const int MostPaths = 12;

    /// <summary>A chosen path that is silent for so long yields to another nomination: browsers check theirs every 2.5 s.</summary>
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    /// <summary>Of a peer-reflexive candidate (RFC 8445, section 5.1.2); nobody compares it.</summary>
    const uint OwnPriority = (110u << 24) | 0xFFFFFF;

    readonly Lock gate = new();
    readonly ulong tieBreaker = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    readonly List<IcePath> paths = [];
    readonly TimeProvider clock;
    readonly byte[] password, remotePassword;
    readonly PacketSink sink;
    IcePath? selected;
    bool hasServed; // a path was selected once
    bool closed;

    /// <param name="remoteFragment">ice-ufrag of the offer.</param>
    /// <param name="remotePassword">its ice-pwd.</param>
    public IceAgent(string remoteFragment, string remotePassword, PacketSink sink, TimeProvider clock)
    {
        this.remotePassword = Encoding.ASCII.GetBytes(remotePassword);
        (RemoteFragment, this.sink, this.clock) = (remoteFragment, sink, clock);
        LocalFragment = RandomText(FragmentLength);
        LocalPassword = RandomText(PasswordLength);
        password = Encoding.ASCII.GetBytes(LocalPassword);
        LastConsent = clock.GetTimestamp();
    }

    public string LocalFragment { get; }
    public string LocalPassword { get; }
    public string RemoteFragment { get; }

    /// <summary>When the browser last proved that it wants to hear from us.</summary>
    public long LastConsent { get; private set; }

    /// <summary>Where packets go; null before the first check.</summary>
    public IcePath? Selected => Volatile.Read(ref selected);

    /// <summary>Letters and digits: a subset of ice-char, 5.95 bits each.</summary>
    static string RandomText(int length) =>
        RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length);

    /// <summary>Whether a binding request for our fragment comes from the browser of the offer: name, password and fingerprint are right.</summary>
    public bool IsAuthentic(in StunMessage request, ReadOnlySpan<byte> remoteFragment) =>
        remoteFragment.Length == RemoteFragment.Length
        && Ascii.Equals(remoteFragment, RemoteFragment)
        && request.HasFingerprint() && request.HasIntegrity(password);

    /// <summary>Takes an authentic check: the path is the browser's, and maybe its choice. Returns the path given up for it, if any.</summary>
    public IcePath? Check(in StunMessage request, IcePath path)
    {
        uint priority = request.TryFind(StunAttribute.Priority, out var value) && value.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(value) : 0;
        bool nominates = request.TryFind(StunAttribute.UseCandidate, out _);
        lock (gate)
        {
            if (closed) return path;
            long now = clock.GetTimestamp();
            bool isMovedTo = nominates && path.IsProven && path.NominatedAt > selected?.LastHeard; // chosen twice, and nothing from the other between
            path.LastHeard = now;
            path.Priority = priority;
            path.NominatedAt = nominates ? now : null;
            var given = Remember(path);
            if (isMovedTo || ShouldSelect(path, now)) Select(path);
            if (path.IsProven || path == selected) LastConsent = now;
            return given;
        }
    }

    /// <summary>Writes our own check of a path, where one is due. Returns its length; 0 for none.</summary>
    public int Ask(IcePath path, Span<byte> buffer)
    {
        if (path.IsProven || path == Selected) return 0;
        var writer = new StunWriter(buffer, StunType.BindingRequest, path.Transaction);
        writer.Add(StunAttribute.Username, $"{RemoteFragment}:{LocalFragment}");
        writer.Add(StunAttribute.Priority, OwnPriority);
        writer.Add(StunAttribute.IceControlled, tieBreaker);
        writer.AddIntegrity(remotePassword);
        writer.AddFingerprint();
        return writer.Written.Length;
    }

    /// <summary>Takes what answers our own check: the browser is there.</summary>
    public void TakeAnswer(in StunMessage answer, IcePath path)
    {
        if (answer.Type != StunType.BindingSuccess || !answer.Transaction.SequenceEqual(path.Transaction) || !answer.HasIntegrity(remotePassword)) return;
        lock (gate)
        {
            if (closed || !paths.Contains(path)) return;
            LastConsent = path.LastHeard = clock.GetTimestamp();
            path.IsProven = true;
            if (ShouldSelect(path, LastConsent)) Select(path);
        }
    }

    /// <summary>Whether nothing came from a path for as long as the browser, were it there, would not be quiet.</summary>
    public bool IsSilent(IcePath path) => clock.GetElapsedTime(path.LastHeard) > Silence;

    /// <summary>Writes the answer to a check. Returns its length.</summary>
    public int Answer(in StunMessage request, IcePath path, Span<byte> buffer)
    {
        var writer = new StunWriter(buffer, StunType.BindingSuccess, request.Transaction);
        writer.AddAddress(path.Remote);
        writer.AddIntegrity(password);
        writer.AddFingerprint();
        return writer.Written.Length;
    }

    public void Receive(IcePath path, Span<byte> packet)
    {
        path.LastHeard = clock.GetTimestamp();
        sink(path, packet);
    }

    public void Send(ReadOnlySpan<byte> packet) => Selected?.Send(packet);

    /// <summary>A connection ended: another path takes its place, if there is one.</summary>
    public void Forget(IcePath path)
    {
        lock (gate)
        {
            paths.Remove(path);
            path.Agent = null;
            if (selected == path)
                Select(paths.Where(each => each.IsProven).OrderByDescending(each => each.NominatedAt is not null).ThenByDescending(each => each.LastHeard).FirstOrDefault());
        }
    }

    /// <summary>Ends the call's part: no path leads here any more.</summary>
    public IReadOnlyList<IcePath> Close()
    {
        lock (gate)
        {
            closed = true;
            IcePath[] all = [.. paths];
            foreach (var path in all) path.Agent = null;
            paths.Clear();
            Select(null);
            return all;
        }
    }

    IcePath? Remember(IcePath path)
    {
        path.Agent = this;
        if (paths.Contains(path)) return null;
        IcePath? given = null;
        if (paths.Count == MostPaths)
        {
            given = paths.Where(each => each != selected).MinBy(each => each.LastHeard)!;
            paths.Remove(given);
            given.Agent = null;
        }
        paths.Add(path);
        return given;
    }

    void Select(IcePath? path)
    {
        Volatile.Write(ref selected, path);
        hasServed |= path != null;
    }

    /// <summary>
    /// The first path serves until one is nominated that the browser answers from. Some browsers nominate every path (aggressive nomination, RFC 5245), so a
    /// later nomination wins only by no lower a priority, while the newest check of the path that serves nominates it, too. A path that fell silent
    /// gives way to whichever is alive: behind a router that changed its port the same browser comes from elsewhere, and not every one nominates again.
    /// </summary>
    bool ShouldSelect(IcePath path, long now)
    {
        if (selected == null) return !hasServed || path.IsProven;
        if (selected == path || !path.IsProven) return false;
        if (clock.GetElapsedTime(selected.LastHeard, now) > Silence) return true;
        return path.NominatedAt is not null && (selected.NominatedAt is null || path.Priority >= selected.Priority);
    }
}
