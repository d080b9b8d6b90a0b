using System.Text.Json;

namespace TalkingMachines.Serving;

/// <summary>
/// What an endpoint tells, as far as a call needs it (OpenAI Realtime API, server events). Read by hand rather than by the
/// package's types: those refuse a whole message for one field they don't expect (a rate limit of 1.5 is enough) and don't
/// know the names of the protocol's first version, which compatible endpoints still use.
/// </summary>
internal abstract record RealtimeEvent
{
    const int LongestText = 4000;

    /// <summary>Reads one message; null for an event that no call needs.</summary>
    /// <exception cref="InvalidDataException">It is no event at all.</exception>
    public static RealtimeEvent? Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var json = JsonDocument.Parse(message);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("sent a message that is no Realtime event");
        }
    }

    static RealtimeEvent? Read(JsonElement root) => Text(root, "type") switch
    {
        "" => throw new InvalidDataException("sent a message without a type"),
        "session.created" => new SessionOpened(IsFirstVersion(root)),
        "input_audio_buffer.speech_started" => new SpeechStarted(),
        "conversation.item.input_audio_transcription.completed" => new UserTranscribed(Text(root, "transcript").Trim()),
        "response.created" => new ResponseBegan(Id(root)),
        "response.output_audio.delta" or "response.audio.delta" => Sound(root),
        "response.output_audio_transcript.delta" or "response.audio_transcript.delta" => new CaptionDelta(Text(root, "response_id"), Text(root, "delta")),
        "response.done" => new ResponseEnded(Id(root), Problem(root)),
        "error" => Error(root),
        _ => null,
    };

    static SoundDelta Sound(JsonElement root) => new(
        Text(root, "response_id"), Text(root, "item_id"),
        root.TryGetProperty("content_index", out var index) ? index.GetInt32() : 0,
        root.TryGetProperty("delta", out var delta) ? delta.GetBytesFromBase64() : []);

    static ErrorTold Error(JsonElement root) => Part(root, "error") is { } error
        ? new ErrorTold(Text(error, "message"), Text(error, "event_id"))
        : new ErrorTold("", "");

    static string Id(JsonElement root) => Part(root, "response") is { } response ? Text(response, "id") : "";

    /// <summary>Why a response failed; null for one that was said or cancelled.</summary>
    static string? Problem(JsonElement root)
    {
        if (Part(root, "response") is not { } response || Text(response, "status") != "failed") return null;
        var error = Part(response, "status_details") is { } details ? Part(details, "error") : null;
        return error is { } told && Text(told, "message") is { Length: > 0 } message ? message : "gave no reason";
    }

    // The first version has its sound formats beside each other, the second in a part of their own.
    static bool IsFirstVersion(JsonElement root) =>
        Part(root, "session") is { } session && Part(session, "audio") is null
        && (session.TryGetProperty("modalities", out _) || session.TryGetProperty("input_audio_format", out _));

    static JsonElement? Part(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    static string Text(JsonElement parent, string name)
    {
        string text = parent.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
        return text.Length <= LongestText ? text : text[..LongestText];
    }
}

/// <summary>The session is open.</summary>
/// <param name="IsFirstVersion">It is configured in the words of the protocol's first version.</param>
internal sealed record SessionOpened(bool IsFirstVersion) : RealtimeEvent;

internal sealed record SpeechStarted : RealtimeEvent;

internal sealed record UserTranscribed(string Text) : RealtimeEvent;

internal sealed record ResponseBegan(string ResponseId) : RealtimeEvent;

/// <summary>Sound of a response: 24 kHz mono, s16le, cut anywhere.</summary>
internal sealed record SoundDelta(string ResponseId, string ItemId, int ContentIndex, byte[] Pcm) : RealtimeEvent;

internal sealed record CaptionDelta(string ResponseId, string Text) : RealtimeEvent;

internal sealed record ResponseEnded(string ResponseId, string? Problem) : RealtimeEvent;

/// <param name="CausedBy">The event_id of the command that it answers, if any.</param>
internal sealed record ErrorTold(string Message, string CausedBy) : RealtimeEvent;
