#pragma warning disable OPENAI002 // the package calls its Realtime types experimental: they may change with its version, which we pin
using System.Buffers;
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.WebSockets;
using OpenAI.Realtime;

namespace TalkingMachines.Serving;

/// <summary>
/// One connection to an endpoint. The package's client with a socket of our own: it notices when the other side is gone, and
/// what it receives is bounded.
/// </summary>
internal sealed class RealtimeConnection : RealtimeSessionClient
{
    const int MostMessageBytes = 4 << 20; // a minute of sound
    const int ReadBytes = 16 << 10;

    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    readonly AssistantOptions options;
    readonly ArrayBufferWriter<byte> message = new(ReadBytes);
    HttpStatusCode status; // of the handshake

    RealtimeConnection(AssistantOptions options)
        : base(new ApiKeyCredential(options.Key), options.Address, options.Model, intent: null, parentClient: null) => this.options = options;

    /// <summary>The endpoint speaks the protocol's first version.</summary>
    public bool IsFirstVersion { get; private set; }

    /// <summary>Connects and waits for the endpoint to open a session; then configures it.</summary>
    /// <exception cref="AssistantException">The endpoint cannot be reached, refuses, or is none.</exception>
    public static async Task<RealtimeConnection> OpenAsync(AssistantOptions options, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(options.Patience);
        var connection = new RealtimeConnection(options);
        try
        {
            await connection.ConnectAsync(cancellationToken: patience.Token);
            connection.IsFirstVersion = await connection.ReceiveAsync(patience.Token) switch
            {
                SessionOpened session => session.IsFirstVersion,
                ErrorTold error => throw new InvalidDataException("refused: " + error.Message),
                null => throw new InvalidDataException("closed the connection at once"),
                _ => throw new InvalidDataException("did not begin with session.created"),
            };
            await connection.SendAsync(RealtimeCommands.Configure(options, transcribes: true, connection.IsFirstVersion), patience.Token);
            return connection;
        }
        catch (Exception e) when (IsFailure(e) && !stop.IsCancellationRequested)
        {
            var failure = connection.Explained(e);
            connection.Dispose();
            throw failure;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The next event that a call needs, or null once the endpoint has closed the connection.</summary>
    /// <exception cref="InvalidDataException">It sent garbage.</exception>
    public async Task<RealtimeEvent?> ReceiveAsync(CancellationToken stop)
    {
        while (await ReceiveMessageAsync(stop))
            if (RealtimeEvent.Read(message.WrittenMemory) is { } received) return received;
        return null;
    }

    /// <summary>Sends a command.</summary>
    /// <exception cref="TimeoutException">The endpoint takes nothing any more.</exception>
    public Task SendAsync(BinaryData command, CancellationToken stop) =>
        InTimeAsync(token => SendCommandAsync(command, new RequestOptions { CancellationToken = token }), stop);

    /// <summary>Sends sound of the microphone, s16le.</summary>
    /// <exception cref="TimeoutException">The endpoint takes nothing any more.</exception>
    public Task SendSoundAsync(ReadOnlyMemory<byte> pcm, CancellationToken stop) =>
        InTimeAsync(token => SendInputAudioAsync(BinaryData.FromBytes(pcm), token), stop);

    /// <summary>Says goodbye, if the other side listens.</summary>
    public async Task CloseAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(Goodbye);
            await WebSocket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception e) when (IsFailure(e))
        {
            // it is gone already
        }
    }

    /// <summary>True for what may happen to a connection, as opposed to what is wrong with this program.</summary>
    public static bool IsFailure(Exception e) =>
        e is WebSocketException or IOException or InvalidDataException or TimeoutException or OperationCanceledException or ObjectDisposedException;

    /// <summary>What happened, in one line that is safe to show.</summary>
    public AssistantException Explained(Exception e) => e switch
    {
        InvalidDataException or TimeoutException => options.Failure(e.Message),
        OperationCanceledException => options.Failure(FormattableString.Invariant($"did not answer within {options.Patience.TotalSeconds:0.#} s")),
        _ when status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
            options.Failure(FormattableString.Invariant($"refused the key of {AssistantOptions.Prefix}KEY (HTTP {(int)status})"), isFinal: true),
        _ when (int)status >= 300 => options.Failure(FormattableString.Invariant($"answered HTTP {(int)status}, expected a WebSocket"), IsFinal(status)),
        _ => options.Failure("cannot be talked to: " + e.GetBaseException().Message),
    };

    // An overloaded or restarting endpoint is worth another try, a wrong address is not.
    static bool IsFinal(HttpStatusCode status) =>
        (int)status < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    /// <summary>Replaces the package's own connecting, whose socket never notices that the other side is gone.</summary>
    protected override async Task ConnectAsync(
        string? queryString = null, IDictionary<string, string>? headers = null, CancellationToken cancellationToken = default)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime");
        socket.Options.SetRequestHeader("Authorization", $"Bearer {options.Key}");
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        socket.Options.CollectHttpResponseDetails = true;
        WebSocket = socket;
        try
        {
            await socket.ConnectAsync(options.Address, cancellationToken);
        }
        finally
        {
            status = socket.HttpStatusCode;
            socket.HttpResponseHeaders = null;
        }
    }

    /// <summary>Receives one whole message; false once the connection is closed.</summary>
    async Task<bool> ReceiveMessageAsync(CancellationToken stop)
    {
        message.ResetWrittenCount();
        while (true)
        {
            var part = await WebSocket.ReceiveAsync(message.GetMemory(ReadBytes), stop);
            if (part.MessageType == WebSocketMessageType.Close) return false;
            if (part.MessageType != WebSocketMessageType.Text) throw new InvalidDataException("sent a binary message, expected text");
            message.Advance(part.Count);
            if (message.WrittenCount > MostMessageBytes)
                throw new InvalidDataException($"sent a message of more than {MostMessageBytes >> 20} MiB");
            if (part.EndOfMessage) return true;
        }
    }

    static async Task InTimeAsync(Func<CancellationToken, Task> send, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(SendPatience);
        try
        {
            await send(patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException(FormattableString.Invariant($"took nothing for {SendPatience.TotalSeconds:0} s"));
        }
    }
}
