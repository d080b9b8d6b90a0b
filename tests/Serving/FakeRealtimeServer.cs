using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

/// <summary>An endpoint of the Realtime protocol on this machine: the test says what it sends and looks at what it gets.</summary>
internal sealed class FakeRealtimeServer : IAsyncDisposable
{
    public const string Key = "sk-very-secret";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Channel<FakeConnection> connections = Channel.CreateUnbounded<FakeConnection>();
    readonly ConcurrentBag<FakeConnection> all = [];
    readonly Task accepting;

    public FakeRealtimeServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>What is answered instead of a WebSocket, such as <c>401 Unauthorized</c>.</summary>
    public string? Refusal { get; init; }

    /// <summary>What each connection is told first; null for nothing.</summary>
    public string? Greeting { get; init; } = """{"type":"session.created","session":{"type":"realtime","audio":{"input":{}}}}""";

    /// <summary>Handshakes seen.</summary>
    public int Attempts { get; private set; }

    public AssistantOptions Options => new()
    {
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1"),
        Key = Key,
        Model = "model a",
        Voice = "marin",
        Instructions = "Be kind.",
        FirstPause = TimeSpan.FromMilliseconds(10),
        Patience = TimeSpan.FromSeconds(5),
    };

    /// <summary>The next connection that is made.</summary>
    public async Task<FakeConnection> NextAsync() => await connections.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Takes no more connections.</summary>
    public void Stop() => listener.Stop();

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                Attempts++;
                await GreetAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    async Task GreetAsync(TcpClient client)
    {
        var stream = client.GetStream();
        string head = await HeadAsync(stream);
        if (Refusal is not null)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Refusal}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            client.Dispose();
            return;
        }
        string nonce = head.Split("\r\n").First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase))[18..].Trim();
#pragma warning disable CA5350 // RFC 6455, section 4.2.2, wants SHA-1; it protects nothing
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: realtime\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
        var connection = new FakeConnection(client, head);
        all.Add(connection);
        if (Greeting is not null) await connection.SendAsync(Greeting);
        connections.Writer.TryWrite(connection);
    }

    static async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] letter = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(letter) == 1) head.Append((char)letter[0]);
        return head.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        foreach (var connection in all) connection.Break();
        await accepting;
    }
}

/// <summary>One connection as the endpoint sees it.</summary>
internal sealed class FakeConnection
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TcpClient client;
    readonly WebSocket socket;
    readonly Channel<JsonNode> received = Channel.CreateUnbounded<JsonNode>();
    readonly ConcurrentQueue<byte> heard = new();
    bool broken;

    public FakeConnection(TcpClient client, string head)
    {
        (this.client, Head) = (client, head);
        socket = WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions { IsServer = true, SubProtocol = "realtime" });
        Reading = ReadAsync();
    }

    /// <summary>Request line and headers.</summary>
    public string Head { get; }

    /// <summary>Ends with the connection.</summary>
    public Task Reading { get; }

    /// <summary>All that was sent, sound included, as text.</summary>
    public ConcurrentQueue<string> Transcript { get; } = new();

    /// <summary>Bytes of each piece of sound.</summary>
    public ConcurrentQueue<int> Pieces { get; } = new();

    /// <summary>The microphone's sound so far, s16le.</summary>
    public byte[] Heard => [.. heard];

    /// <summary>The next command of a type; those before it are passed over.</summary>
    public async Task<JsonNode> NextAsync(string type)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var command = await received.Reader.ReadAsync(patience.Token);
            if ((string)command["type"]! == type) return command;
        }
    }

    public Task SendAsync(string message) => socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>Sends sound of a response: 24 kHz.</summary>
    public Task SendSoundAsync(string response, byte[] pcm, string type = "response.output_audio.delta") => SendAsync(
        $$"""{"type":"{{type}}","response_id":"{{response}}","item_id":"item-{{response}}","content_index":0,"delta":"{{Convert.ToBase64String(pcm)}}"}""");

    public Task SendWordsAsync(string response, string words) => SendAsync(
        $$"""{"type":"response.output_audio_transcript.delta","response_id":"{{response}}","delta":"{{words}}"}""");

    public Task BeginAsync(string response) => SendAsync($$$"""{"type":"response.created","response":{"id":"{{{response}}}"}}""");

    public Task EndAsync(string response, string status = "completed") =>
        SendAsync($$$"""{"type":"response.done","response":{"id":"{{{response}}}","status":"{{{status}}}"}}""");

    /// <summary>Breaks off without a word.</summary>
    public void Break()
    {
        if (Interlocked.Exchange(ref broken, true)) return;
        client.LingerState = new LingerOption(true, 0); // a reset, not an end
        client.Dispose();
    }

    async Task ReadAsync()
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close) return;
                Note(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException)
        {
            // gone
        }
        finally
        {
            received.Writer.TryComplete();
        }
    }

    void Note(string message)
    {
        Transcript.Enqueue(message);
        var command = JsonNode.Parse(message)!;
        if ((string?)command["type"] == "input_audio_buffer.append")
        {
            byte[] sound = Convert.FromBase64String((string)command["audio"]!);
            Pieces.Enqueue(sound.Length);
            foreach (byte value in sound) heard.Enqueue(value);
        }
        else
        {
            received.Writer.TryWrite(command);
        }
    }
}

/// <summary>What an assistant told its listener, in order.</summary>
internal sealed class HeardAssistant
{
    public HeardAssistant(RealtimeAssistant assistant)
    {
        assistant.UserBeganToSpeak += () => Told.Enqueue("speech");
        assistant.UserSaid += text => Told.Enqueue("user: " + text);
        assistant.CaptionArrived += (response, words) => Told.Enqueue($"words of {response}: {words}");
        assistant.Failed += Failures.Enqueue;
        assistant.SoundArrived += sound =>
        {
            if (sound.IsFirst) Told.Enqueue("first of " + sound.ResponseId);
            foreach (float sample in sound.Samples.Span) Sound.Enqueue(sample);
            if (sound.IsLast) Told.Enqueue("last of " + sound.ResponseId);
        };
    }

    public ConcurrentQueue<string> Told { get; } = new();

    public ConcurrentQueue<string> Failures { get; } = new();

    public ConcurrentQueue<float> Sound { get; } = new();

    public static async Task UntilAsync(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "It did not happen in time.");
            await Task.Delay(5);
        }
    }
}
