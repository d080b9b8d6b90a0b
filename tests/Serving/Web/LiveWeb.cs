using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TalkingMachines.Media.Speech;
using TalkingMachines.Models;
using TalkingMachines.Serving;
using TalkingMachines.Serving.Web;
using TalkingMachines.Tests.Media;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

/// <summary>The real server on a free port of this machine, over a tiny model, and a client for it.</summary>
public sealed class LiveWeb : IAsyncLifetime, IAsyncDisposable
{
    public const int Sessions = 3;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TemporaryFolder folder = new();
    readonly List<string> notes = [];
    Placement? placement;
    Avatar? avatar;
    WebRtcServer? network;
    CallHub? hub;
    WebServer? server;
    HttpClient? client;

    internal string? Token { get; init; }

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    internal AssistantOptions? Assistant { get; init; }

    internal Task Ready { get; init; } = Task.CompletedTask;

    internal WebServer Server => server!;

    internal CallHub Hub => hub!;

    internal HttpClient Client => client!;

    internal IReadOnlyList<string> Notes
    {
        get
        {
            lock (notes) return [.. notes];
        }
    }

    public async Task InitializeAsync()
    {
        placement = Placement.Open("cpu:0");
        avatar = Avatar.Load(TinyAvatar.Write(folder.File("tiny")), placement.Diffusion, placement.Decoder);
        network = new WebRtcServer(new WebRtcOptions());
        var speech = new SpeechSynthesizer();
        hub = new CallHub(avatar, network, new SpokenText(speech), Sessions, Clock);
        var options = new WebOptions { Port = 0, Model = "tiny", Token = Token, Assistant = Assistant, Clock = Clock, Note = Note };
        server = await WebServer.StartAsync(options, hub, speech, Ready);
        client = new HttpClient { BaseAddress = server.Address, Timeout = Patience };
    }

    void Note(string line)
    {
        lock (notes) notes.Add(line);
    }

    /// <summary>Begins a session and returns its address.</summary>
    internal async Task<string> OpenAsync(string character = "mara")
    {
        var answer = await PostAsync("/api/sessions", $$"""{"character": "{{character}}"}""");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    internal Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    internal Task<HttpResponseMessage> PostAsync(string path, byte[] body, string type = "application/octet-stream") =>
        Client.PostAsync(path, new ByteArrayContent(body) { Headers = { { "Content-Type", type } } });

    internal async Task<JsonNode> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonNode>(path))!;

    internal static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    /// <summary>Expects a refusal in one line that says what is expected here.</summary>
    internal static async Task RefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string says = "")
    {
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = await JsonAsync(answer);
        string detail = (string)problem["detail"]!;
        Assert.Equal((int)status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.DoesNotContain('\n', detail);
        Assert.Contains(says, detail, StringComparison.Ordinal);
    }

    /// <summary>What was sent lies in no file that has a name.</summary>
    internal static Task NoFileRemainsAsync() =>
        UntilAsync(() => Directory.GetFiles(Path.GetTempPath(), "talkingmachines-????????????????????????????????").Length == 0); // another test's has one for a moment

    internal static async Task UntilAsync(Func<bool> isSo)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(clock.Elapsed < Patience, "It did not happen in time.");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (server is not null) await server.DisposeAsync();
        if (hub is not null) await hub.DisposeAsync();
        if (network is not null) await network.DisposeAsync();
        avatar?.Dispose();
        placement?.Dispose();
        folder.Dispose();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    /// <summary>One with these properties, started.</summary>
    internal static async Task<LiveWeb> StartAsync(string? token = null, TimeProvider? clock = null, AssistantOptions? assistant = null, Task? ready = null)
    {
        var web = new LiveWeb { Token = token, Clock = clock ?? TimeProvider.System, Assistant = assistant, Ready = ready ?? Task.CompletedTask };
        await web.InitializeAsync();
        return web;
    }
}

/// <summary>The real clock, which a test may put forward.</summary>
internal sealed class AheadClock : TimeProvider
{
    long ahead;

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref ahead) * (TimestampFrequency / TimeSpan.TicksPerSecond));

    public void Advance(TimeSpan by) => Interlocked.Add(ref ahead, by.Ticks);
}
