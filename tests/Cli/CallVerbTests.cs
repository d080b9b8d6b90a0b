using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.Media.Codecs;
using Xunit;

namespace TalkingMachines.Tests.Cli;

public sealed class CallVerbTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [CodecFact]
    public async Task Call_serves_says_where_and_ends_on_control_C()
    {
        TinyAvatar.Write(folder.File("tiny"));
        int port = FreePort();
        using var process = BuiltProgram.Start(folder.Root, "call", "--model", "tiny", "--port", $"{port}", "--character", "Finn", "--most-calls", "2");
        using var patience = new CancellationTokenSource(Patience);
        Assert.Equal($"http://localhost:{port}", await process.StandardOutput.ReadLineAsync(patience.Token));
        Assert.StartsWith("Ready: room for 2 calls", await process.StandardError.ReadLineAsync(patience.Token), StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}"), Timeout = Patience };
        Assert.Equal("Finn", (string)JsonNode.Parse(await client.GetStringAsync("/api/characters"))![0]!["name"]!);
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        var outcome = await BuiltProgram.Finish(process);
        Assert.Equal((130, "stopped."), (outcome.Code, outcome.Errors.Trim()));
    }

    [CodecFact]
    public async Task Beyond_this_machine_the_address_holds_a_token()
    {
        TinyAvatar.Write(folder.File("tiny"));
        int port = FreePort();
        using var process = BuiltProgram.Start(folder.Root, "call", "--model", "tiny", "--port", $"{port}", "--listen", "0.0.0.0", "--public-address", "203.0.113.7");
        using var patience = new CancellationTokenSource(Patience);
        string address = (await process.StandardOutput.ReadLineAsync(patience.Token))!;
        Assert.Matches($@"^http://203\.0\.113\.7:{port}/\?token=[0-9a-f]{{36}}$", address);
        Assert.Matches(@"^Picture and sound go over port \d+, UDP, .*--media-port", await process.StandardError.ReadLineAsync(patience.Token));
        Assert.Contains("HTTPS", await process.StandardError.ReadLineAsync(patience.Token), StringComparison.Ordinal);
        using var client = new HttpClient { Timeout = Patience };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync($"http://localhost:{port}/api/status", patience.Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"http://localhost:{port}/api/status?{new Uri(address).Query[1..]}", patience.Token)).StatusCode);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(patience.Token);
    }

    [CodecFact]
    public async Task A_taken_port_and_an_unknown_character_are_named()
    {
        TinyAvatar.Write(folder.File("tiny"));
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        var taken = await BuiltProgram.Run(folder.Root, "call", "--model", "tiny", "--port", $"{port}");
        Assert.Equal((1, $"error: Port {port} is taken by another program; choose another one by --port N."), (taken.Code, taken.Errors.Trim()));
        var unknown = await BuiltProgram.Run(folder.Root, "call", "--model", "tiny", "--character", "Bogus", "--port", $"{FreePort()}");
        Assert.Equal(1, unknown.Code);
        Assert.StartsWith("error: There is no character 'Bogus', expected a picture's file or one of Mara,", unknown.Errors, StringComparison.Ordinal);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
