namespace TalkingMachines.Serving.Web;

/// <summary>Opens conversations for callers, or says why not.</summary>
/// <param name="ready">Ends when the server has warmed up.</param>
internal sealed class Reception(CallHub hub, Gallery gallery, ServerMetrics metrics, Task ready, TimeProvider clock)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public bool IsReady => ready.IsCompletedSuccessfully;

    /// <param name="character">Null: the gallery's first.</param>
    /// <exception cref="WebProblem"/>
    public async Task<Conversation> OpenAsync(string? character, CancellationToken stop)
    {
        string name = character ?? gallery.Choices[0].Id;
        var picture = await gallery.FindAsync(name, hub.Avatar.Config.Picture, stop);
        await WarmAsync(stop);
        try
        {
            // Works the picture out on the devices, which is nothing for a thread of the network.
            return await Task.Run(() => hub.Open(picture, name), CancellationToken.None);
        }
        catch (NoRoomException full)
        {
            metrics.Refused();
            throw WebProblem.Busy("All calls are taken", full.Message, full.RetryAfter);
        }
    }

    async Task WarmAsync(CancellationToken stop)
    {
        try
        {
            await ready.WaitAsync(Patience, clock, stop);
        }
        catch (TimeoutException)
        {
            throw WebProblem.Busy("The server is still warming up", "It will take calls in a few seconds.", TimeSpan.FromSeconds(3));
        }
    }
}
