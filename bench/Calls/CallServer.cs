using TalkingMachines.Media.Speech;
using TalkingMachines.Models;
using TalkingMachines.Serving;
using TalkingMachines.Serving.Web;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Calls;

/// <summary>The server of <c>./run call</c> in this process, where a measurement can reach into it.</summary>
internal sealed class CallServer : IAsyncDisposable
{
    readonly Placement placement;
    readonly WebRtcServer network;
    readonly WebServer web;

    CallServer(Placement placement, Avatar avatar, WebRtcServer network, CallHub hub, WebServer web) =>
        (this.placement, Avatar, this.network, Hub, this.web) = (placement, avatar, network, hub, web);

    public Avatar Avatar { get; }

    public CallHub Hub { get; }

    public Uri Address => new($"http://localhost:{web.Address.Port}/");

    public static async Task<CallServer> StartAsync(string model, string device, int? mostCalls = null, int port = 0)
    {
        var placement = Placement.Open(device);
        var avatar = Avatar.Load(model, placement.Diffusion, placement.Decoder);
        var network = new WebRtcServer(new WebRtcOptions());
        var speech = new SpeechSynthesizer();
        var hub = new CallHub(avatar, network, new SpokenText(speech), mostCalls);
        hub.WarmUp();
        var web = await WebServer.StartAsync(new WebOptions { Port = port, Model = "mini" }, hub, speech, Task.CompletedTask);
        return new CallServer(placement, avatar, network, hub, web);
    }

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        await Hub.DisposeAsync();
        await network.DisposeAsync();
        Avatar.Dispose();
        placement.Dispose();
    }
}
