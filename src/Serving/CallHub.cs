using System.Collections.Concurrent;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Serving;

/// <summary>One more conversation would break real time for the others.</summary>
public sealed class NoRoomException(int capacity, TimeSpan retryAfter)
    : Exception($"All {capacity} calls that this machine can carry in real time are taken; try again in a while.")
{
    public TimeSpan RetryAfter => retryAfter;
}

/// <summary>
/// All conversations of a process: they share weights, devices and the network's port, and nothing else. A conversation that
/// would break real time is refused; one that nobody watches any more is ended.
/// </summary>
public sealed class CallHub : IAsyncDisposable
{
    /// <summary>A conversation whose call has ended is kept so long for the caller to come back.</summary>
    public static readonly TimeSpan KeptAfterCall = TimeSpan.FromSeconds(30);

    /// <summary>A conversation without call is kept so long.</summary>
    public static readonly TimeSpan KeptBeforeCall = TimeSpan.FromSeconds(60);

    const double Margin = 0.75; // of the devices' time: the rest is for codecs, the network and whoever else is on the machine
    const int MostEver = 64;

    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(20);

    readonly Avatar avatar;
    readonly WebRtcServer network;
    readonly SpokenText voices;
    readonly TimeProvider clock;
    readonly ConcurrentDictionary<string, Conversation> conversations = new();
    readonly ConcurrentDictionary<Conversation, byte> living = new(); // those being closed, too: they use the devices to the end
    readonly Lock admission = new();
    readonly CancellationTokenSource stop = new();
    readonly Task sweeping;
    readonly int? most;
    readonly TimeSpan chunkTime;
    int opening;
    bool disposed;

    /// <param name="most">Most conversations at once; null: as many as the measured speed allows.</param>
    public CallHub(Avatar avatar, WebRtcServer network, SpokenText voices, int? most = null, TimeProvider? clock = null)
    {
        (this.avatar, this.network, this.voices, this.most) = (avatar, network, voices, most);
        this.clock = clock ?? TimeProvider.System;
        chunkTime = RealTime(avatar.Config);
        sweeping = Task.Run(SweepAsync);
    }

    public Avatar Avatar => avatar;

    /// <summary>A conversation is over.</summary>
    public event Action<Conversation>? Closed;

    /// <summary>How long the devices need for a chunk when nothing else is going on; zero before <see cref="WarmUp"/>.</summary>
    public TimeSpan ChunkCost { get; private set; }

    /// <summary>Conversations that real time has room for.</summary>
    public int Capacity => most ?? (ChunkCost == TimeSpan.Zero ? 1 : CallsHeld(avatar.Config, ChunkCost));

    /// <summary>How long a chunk is shown: what making it may take at most.</summary>
    public static TimeSpan RealTime(AvatarConfig config) => TimeSpan.FromSeconds((double)config.ChunkFrames / config.FramesPerSecond);

    /// <summary>Calls that devices hold in real time, with some margin, where a chunk costs them so much; at least one.</summary>
    public static int CallsHeld(AvatarConfig config, TimeSpan chunkCost) => Math.Clamp((int)(Margin * (RealTime(config) / chunkCost)), 1, MostEver);

    public IReadOnlyCollection<Conversation> Conversations => [.. conversations.Values];

    /// <summary>Compiles the kernels, fills the pools and measures what a chunk costs, so that the first caller does not wait for it.</summary>
    public void WarmUp()
    {
        using var character = new CharacterReference(avatar, new Picture(avatar.Config.Picture, avatar.Config.Picture));
        ChunkCost = ChunkSpeed.Measure(avatar, character, clock);
    }

    /// <summary>Begins a conversation with the character in a picture.</summary>
    /// <exception cref="NoRoomException"/>
    public Conversation Open(Picture picture, string character)
    {
        Admit();
        try
        {
            ulong seed = (ulong)Random.Shared.NextInt64();
            var conversation = new Conversation(avatar, picture, character, voices, seed, clock);
            living[conversation] = 0;
            conversations[conversation.Id] = conversation;
            conversation.Session.Happened += happened =>
            {
                if (happened is SessionEnded) CloseSoon(conversation);
            };
            if (conversation.Session.EndedBecause is not null) CloseSoon(conversation);
            return conversation;
        }
        finally
        {
            Interlocked.Decrement(ref opening);
        }
    }

    public Conversation? Find(string id) => conversations.GetValueOrDefault(id);

    /// <summary>Answers a browser's offer and shows it the conversation.</summary>
    /// <returns>The browser, with the SDP answer for it.</returns>
    /// <exception cref="SdpException"/>
    /// <exception cref="WebRtcException">The network takes no more calls.</exception>
    /// <exception cref="ObjectDisposedException">The conversation has ended.</exception>
    public async Task<Peer> ConnectAsync(Conversation conversation, string offer)
    {
        var peer = network.Accept(offer);
        try
        {
            await conversation.ConnectAsync(peer);
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
        return peer;
    }

    /// <summary>Ends a conversation; false where there is none.</summary>
    public async Task<bool> CloseAsync(string id)
    {
        if (!conversations.TryRemove(id, out var conversation)) return false;
        Closed?.Invoke(conversation);
        await conversation.DisposeAsync();
        living.TryRemove(conversation, out _);
        return true;
    }

    // A session that ended by itself would keep its place for nobody. Its own thread tells of it, and is waited for.
    void CloseSoon(Conversation conversation) => _ = Task.Run(() => CloseAsync(conversation.Id));

    void Admit()
    {
        lock (admission)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            int count = conversations.Count + opening;
            if (count >= Capacity || IsBusy(count)) throw new NoRoomException(Math.Min(count, Capacity), RetryAfter);
            opening++;
        }
    }

    // What the running conversations need already tells more than a measurement made in peace.
    bool IsBusy(int count) => most is null && count > 0 &&
        conversations.Values.Any(each => each.Session.Figures is { Chunks: > 8 } figures && Middle(figures.NewestChunks) * (count + 1) / count > chunkTime * 0.9);

    static TimeSpan Middle(IReadOnlyList<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
                foreach (var each in conversations.Values)
                    if (each.Unwatched > (each.WasCalled ? KeptAfterCall : KeptBeforeCall)) await CloseAsync(each.Id);
        }
        catch (OperationCanceledException)
        {
            // the process ends
        }
    }

    /// <summary>Ends all conversations; afterwards nothing of them uses avatar or devices any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (admission)
        {
            if (disposed) return;
            disposed = true;
        }
        await stop.CancelAsync();
        await sweeping;
        while (Volatile.Read(ref opening) > 0) await Task.Delay(10); // admitted before, and as good as there
        await Task.WhenAll(conversations.Keys.Select(CloseAsync));
        await Task.WhenAll(living.Keys.Select(each => each.DisposeAsync().AsTask()));
        stop.Dispose();
    }
}
