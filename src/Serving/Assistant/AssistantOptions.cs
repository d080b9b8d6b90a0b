using System.Text;

namespace TalkingMachines.Serving;

/// <summary>Where the assistant is and who it is to be: any endpoint that speaks the OpenAI Realtime protocol over a WebSocket.</summary>
public sealed record AssistantOptions
{
    /// <summary>The first part of each environment variable's name.</summary>
    public const string Prefix = "TALKINGMACHINES_ASSISTANT_";

    const int LongestKey = 4096;  // some endpoints take signed tokens
    const int LongestName = 200;
    const int LongestInstructions = 32_768;

    readonly Uri endpoint = null!;
    readonly string key = null!;

    /// <summary>
    /// Such as <c>https://api.openai.com/v1</c> or <c>wss://host/v1/realtime</c>. A plain <c>http</c> or <c>ws</c> is for this
    /// machine only: the key and the voice would travel in the open.
    /// </summary>
    /// <exception cref="AssistantException">It is no such address.</exception>
    public required Uri Endpoint
    {
        get => endpoint;
        init => endpoint = Checked(value);
    }

    /// <summary>Sent in the header of the connection and nowhere else.</summary>
    /// <exception cref="AssistantException">It holds what no header may.</exception>
    public required string Key
    {
        get => key;
        init => key = value.Length is > 0 and <= LongestKey && value.All(letter => letter is > ' ' and < '\x7f')
            ? value
            : throw new AssistantException($"{Prefix}KEY is no key: expected 1 to {LongestKey} visible ASCII characters.", isFinal: true);
    }

    public string Model { get; init; } = "gpt-realtime";

    /// <summary>One of the endpoint's voices; null leaves the choice to it.</summary>
    public string? Voice { get; init; }

    /// <summary>Who the assistant is, in words to it; null leaves that to the endpoint.</summary>
    public string? Instructions { get; init; }

    /// <summary>Before the first attempt to connect again; doubles with each further one.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest wait for the endpoint to open a session.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where the WebSocket is opened.</summary>
    internal Uri Address
    {
        get
        {
            string path = Endpoint.AbsolutePath.TrimEnd('/'), query = Endpoint.Query.TrimStart('?');
            bool namesModel = query.Split('&').Any(part => part.StartsWith("model=", StringComparison.Ordinal));
            string model = namesModel ? "" : "model=" + Uri.EscapeDataString(Model);
            return new UriBuilder(Endpoint)
            {
                Scheme = IsEncrypted(Endpoint) ? "wss" : "ws",
                Port = Endpoint.Port,
                Path = path.EndsWith("/realtime", StringComparison.Ordinal) ? path : path + "/realtime",
                Query = string.Join('&', new[] { query, model }.Where(part => part.Length > 0)),
                Fragment = "",
            }.Uri;
        }
    }

    /// <summary>The assistant that the environment names; null where it names none.</summary>
    /// <exception cref="AssistantException">It is named by half.</exception>
    public static AssistantOptions? FromEnvironment() => Read(Environment.GetEnvironmentVariable);

    internal static AssistantOptions? Read(Func<string, string?> variable)
    {
        string? url = Value("URL"), key = Value("KEY"), model = Value("MODEL"), voice = Value("VOICE"), instructions = Value("INSTRUCTIONS");
        if ((url ?? key ?? model ?? voice ?? instructions) is null) return null;
        if (url is null || key is null)
            throw new AssistantException(
                $"The assistant is configured by half: {Prefix}{(url is null ? "URL" : "KEY")} is not set; expected both {Prefix}URL and {Prefix}KEY, or none.", isFinal: true);
        Limit("MODEL", model, LongestName);
        Limit("VOICE", voice, LongestName);
        Limit("INSTRUCTIONS", instructions, LongestInstructions);
        // The address is not repeated: whoever confuses the variables has put the key there.
        if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint))
            throw new AssistantException($"{Prefix}URL is no address: expected one such as https://api.openai.com/v1.", isFinal: true);
        var options = new AssistantOptions { Endpoint = endpoint, Key = key, Voice = voice, Instructions = instructions };
        return model is null ? options : options with { Model = model };

        string? Value(string name) => variable(Prefix + name)?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>A sentence about the endpoint for whoever is at the screen: one line, short, without the key whatever the endpoint sent.</summary>
    internal AssistantException Failure(string what, bool isFinal = false)
    {
        const int longest = 300;
        string line = Plain($"The assistant at {Endpoint.Host} {what}".Replace(Key, "***", StringComparison.Ordinal)).TrimEnd('.', ' ');
        return new AssistantException((line.Length <= longest ? line : line[..longest] + "...") + ".", isFinal);
    }

    /// <summary>Text from outside without line ends and other control characters.</summary>
    internal static string Plain(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    // What the record's ToString prints: neither the key nor a query, which may hold a secret too.
    bool PrintMembers(StringBuilder text)
    {
        text.Append("Endpoint = ").Append(Endpoint.GetLeftPart(UriPartial.Path)).Append(", Model = ").Append(Model).Append(", Voice = ").Append(Voice);
        return true;
    }

    static bool IsEncrypted(Uri address) => address.Scheme is "https" or "wss";

    static Uri Checked(Uri address)
    {
        bool isAllowed = address.IsAbsoluteUri && (IsEncrypted(address) || (address.Scheme is "http" or "ws" && address.IsLoopback));
        if (!isAllowed)
            throw new AssistantException($"{Prefix}URL is no address of an assistant: expected https or wss, or http or ws on this machine.", isFinal: true);
        return address.UserInfo.Length == 0
            ? address
            : throw new AssistantException($"{Prefix}URL holds a user name; expected the secret in {Prefix}KEY.", isFinal: true);
    }

    static void Limit(string name, string? value, int longest)
    {
        if (value?.Length > longest)
            throw new AssistantException($"{Prefix}{name} has {value.Length} characters, expected at most {longest}.", isFinal: true);
    }
}
