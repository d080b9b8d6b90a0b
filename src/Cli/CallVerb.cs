using System.CommandLine;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using TalkingMachines.Media.Speech;
using TalkingMachines.Serving;
using TalkingMachines.Serving.Web;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Cli;

/// <summary>Serves the page and the interface for programs until it is stopped: a call with a character in a browser.</summary>
internal sealed class CallVerb : ModelVerb
{
    const int MostPeers = 256; // connecting ones too: a caller who comes back is there twice for a moment
    const int TokenBytes = 18;

    readonly Option<int> port = Number("--port", "Port of the page", 8080, 1, 65535);
    readonly Option<string> listen = Text("--listen", "ADDRESS", "Address to listen at; 0.0.0.0 for all, which needs a token [default: this machine only]");
    readonly Option<int> mediaPort = Number("--media-port", "Port of picture and sound, UDP and TCP [default: a free one]", 1, 65535);
    readonly Option<string> publicAddress = Text("--public-address", "ADDRESS", "Where browsers reach this machine, if it does not know: behind NAT");
    readonly Option<string> token = Text("--token", "TOKEN", "What callers must know [default: made up where others can reach us]");
    readonly Option<string> character = Text("--character", "NAME|PICTURE", "Who comes first: a name of the gallery or a picture of yours");
    readonly Option<int> mostCalls = Number("--most-calls", "Calls at once [default: as many as this machine can carry in real time]", 1, 64);
    readonly Option<string> model = ModelOption();
    readonly Option<int> steps = StepsOption();
    readonly Option<string> device = new("--device")
    {
        Description = "cpu, some of its cores such as cpu:0-1, or two for diffusion and decoder such as cpu:0,cpu:1",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "cpu",
    };

    public CallVerb() : base(
        "call",
        "Serve a page on which a character can be called; without any verb, this happens.",
        "call",
        "call --port 9000 --character Mara",
        "call --listen 0.0.0.0 --media-port 9001 --public-address 203.0.113.7")
    {
        foreach (var option in new Option[] { port, listen, mediaPort, publicAddress, token, character, mostCalls, model, steps, device }) Add(option);
    }

    protected override async Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        // What is cheap to check comes before the weights are read.
        string folder = ModelFolder(values.GetValue(model));
        var options = WebOptionsOf(values, folder, terminal);
        options.Check();
        var network = NetworkOptionsOf(values, options.Listen);
        CheckCodecs();
        var speech = new SpeechSynthesizer();
        await using var webRtc = new WebRtcServer(network);
        using var placement = OpenPlacement(values.GetRequiredValue(device));
        using var avatar = Load(folder, placement, values, steps);
        await using var hub = new CallHub(avatar, webRtc, new SpokenText(speech), values.GetResult(mostCalls) is null ? null : values.GetValue(mostCalls));
        var begin = new TaskCompletionSource();
        var warm = WarmUpAsync(hub, CallHub.RealTime(avatar.Config), begin.Task, terminal);
        try
        {
            await using var web = await WebServer.StartAsync(options, hub, speech, warm, stop);
            Announce(terminal, options, network, webRtc.Port);
            WarnOfVoices(speech, terminal);
            begin.SetResult();
            await warm;
            await Task.Delay(Timeout.Infinite, stop);
        }
        finally
        {
            begin.TrySetCanceled(CancellationToken.None);
            await warm.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it uses the devices
        }
    }

    // Not before the page is served, which needs the processor too.
    static async Task WarmUpAsync(CallHub hub, TimeSpan realTime, Task begin, Terminal terminal)
    {
        await begin;
        await Task.Run(hub.WarmUp);
        terminal.Note($"Ready: room for {hub.Capacity} {(hub.Capacity == 1 ? "call" : "calls")}; a chunk takes {hub.ChunkCost.TotalMilliseconds:0} ms.");
        if (hub.ChunkCost > realTime)
            terminal.Note($"note: a chunk lasts {realTime.TotalMilliseconds:0} ms, so this machine, or what it has left beside its other work, is too slow: calls will stutter. `./run doctor` names the setting that it can carry.");
    }

    WebOptions WebOptionsOf(ParseResult values, string folder, Terminal terminal)
    {
        var at = Address(values, listen) ?? IPAddress.Loopback;
        string? secret = values.GetValue(token);
        if (secret is null && !IPAddress.IsLoopback(at)) secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        string? first = values.GetValue(character);
        bool isPicture = first is not null && File.Exists(first);
        return new WebOptions
        {
            Listen = at,
            Port = values.GetValue(port),
            Token = secret,
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            Character = isPicture ? null : first,
            OwnCharacter = isPicture ? (Path.GetFileNameWithoutExtension(first!), PictureFile.Read(first!)) : null,
            Assistant = AssistantOptions.FromEnvironment(),
            Note = terminal.Note,
        };
    }

    WebRtcOptions NetworkOptionsOf(ParseResult values, IPAddress at) => new()
    {
        Listen = at,
        Port = values.GetResult(mediaPort) is null ? 0 : values.GetValue(mediaPort),
        PublicAddresses = Address(values, publicAddress) is { } outer ? [outer] : [],
        MostPeers = MostPeers,
    };

    static IPAddress? Address(ParseResult values, Option<string> option)
    {
        if (values.GetValue(option) is not { } text) return null;
        if (text == "localhost") return IPAddress.Loopback;
        return IPAddress.TryParse(text, out var address) ? address : throw new VerbException($"{option.Name} is '{text}', expected an address such as 192.168.1.5 or 0.0.0.0.");
    }

    // Each says which package is missing.
    static void CheckCodecs()
    {
        using var picture = new Vp8Encoder(64, 64, 16, 100);
        using var voice = new OpusEncoder();
        using var listener = new OpusDecoder();
    }

    static void WarnOfVoices(SpeechSynthesizer speech, Terminal terminal)
    {
        bool espeak = speech.Has(new VoiceSpec(VoiceEngine.EspeakNg, "en-us")), flite = speech.Has(new VoiceSpec(VoiceEngine.Flite, "slt"));
        if (!espeak && !flite) terminal.Note("note: neither espeak-ng nor flite is installed, so typed text cannot be spoken; `apt-get install espeak-ng flite` brings them.");
        else if (!espeak) terminal.Note("note: espeak-ng is not installed: there are English voices only; `apt-get install espeak-ng` brings more.");
    }

    static void Announce(Terminal terminal, WebOptions options, WebRtcOptions network, int mediaPort)
    {
        string query = options.Token is null ? "" : $"/?token={options.Token}";
        if (IPAddress.IsLoopback(options.Listen))
        {
            string host = options.Listen.Equals(IPAddress.Loopback) ? "localhost" : Host(options.Listen);
            terminal.Result($"http://{host}:{options.Port}{query}");
            return;
        }
        var outer = network.PublicAddresses.Count > 0 ? network.PublicAddresses[0] : IsAny(options.Listen) ? OwnAddress() : options.Listen;
        terminal.Result($"http://{Host(outer)}:{options.Port}{query}");
        terminal.Note($"Picture and sound go over port {mediaPort}, UDP, or TCP where that is closed{(network.Port == 0 ? "; --media-port makes it the same at each start" : "")}.");
        terminal.Note("Browsers lend the microphone to HTTPS pages only. For HTTPS, put a proxy in front, for instance: " +
            $"caddy reverse-proxy --from YOUR.DOMAIN --to {(IsAny(options.Listen) ? "127.0.0.1" : Host(options.Listen))}:{options.Port}");
    }

    static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    static string Host(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";

    static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(each => each.OperationalStatus == OperationalStatus.Up)
        .SelectMany(each => each.GetIPProperties().UnicastAddresses)
        .Select(each => each.Address)
        .FirstOrDefault(each => each.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(each)) ?? IPAddress.Loopback;
}
