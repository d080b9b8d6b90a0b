#pragma warning disable OPENAI002 // the package calls its Realtime types experimental: they may change with its version, which we pin
using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using OpenAI.Realtime;

namespace TalkingMachines.Serving;

/// <summary>What a call tells an endpoint (OpenAI Realtime API, client events), ready to send.</summary>
internal static class RealtimeCommands
{
    /// <summary>Samples a second of all sound on the wire.</summary>
    public const int SampleRate = 24_000;

    /// <summary>Begins the name of a command whose refusal does not matter: what it was to stop has just ended by itself.</summary>
    public const string MayComeLate = "may-come-late";

    /// <summary>The name of the command that configures the session.</summary>
    public const string Configures = "configures";

    const string Transcriber = "whisper-1"; // the one name that all endpoints know

    /// <summary>Tells the session who the assistant is, and that it listens for the user's voice by itself.</summary>
    /// <param name="transcribes">Asks for a transcript of the user too.</param>
    /// <param name="isFirstVersion">In the words of the protocol's first version.</param>
    public static BinaryData Configure(AssistantOptions options, bool transcribes, bool isFirstVersion)
    {
        if (isFirstVersion) return ConfigureFirstVersion(options, transcribes);
        var session = new RealtimeConversationSessionOptions { AudioOptions = new() };
        session.OutputModalities.Add(RealtimeOutputModality.Audio);
        if (options.Instructions is { } instructions) session.Instructions = instructions;
        session.AudioOptions.InputAudioOptions = new()
        {
            AudioFormat = new RealtimePcmAudioFormat(),
            TurnDetection = new RealtimeServerVadTurnDetection { CreateResponseEnabled = true, InterruptResponseEnabled = true },
        };
        if (transcribes) session.AudioOptions.InputAudioOptions.AudioTranscriptionOptions = new() { Model = Transcriber };
        session.AudioOptions.OutputAudioOptions = new() { AudioFormat = new RealtimePcmAudioFormat() };
        if (options.Voice is { } voice) session.AudioOptions.OutputAudioOptions.Voice = new RealtimeVoice(voice);
        return Written(new RealtimeClientCommandSessionUpdate(session) { EventId = Configures });
    }

    /// <summary>Adds a typed message of the user to the conversation.</summary>
    public static BinaryData Say(string text) => Written(new RealtimeClientCommandConversationItemCreate(RealtimeItem.CreateUserMessageItem(text)));

    /// <summary>Asks for a response to the conversation so far.</summary>
    public static BinaryData Respond() => Written(new RealtimeClientCommandResponseCreate());

    /// <summary>Stops a response; an empty id stops whichever is being made.</summary>
    public static BinaryData Cancel(string responseId)
    {
        var command = new RealtimeClientCommandResponseCancel { EventId = MayComeLate + "-cancel" };
        if (responseId.Length > 0) command.ResponseId = responseId;
        return Written(command);
    }

    /// <summary>Takes out of the conversation what of a response was never heard.</summary>
    public static BinaryData Truncate(string itemId, int contentIndex, TimeSpan heard) =>
        Written(new RealtimeClientCommandConversationItemTruncate(itemId, contentIndex, heard) { EventId = MayComeLate + "-truncate" });

    // The package no longer has words for the first version.
    static BinaryData ConfigureFirstVersion(AssistantOptions options, bool transcribes)
    {
        var session = new JsonObject
        {
            ["modalities"] = new JsonArray("audio", "text"),
            ["input_audio_format"] = "pcm16",
            ["output_audio_format"] = "pcm16",
            ["turn_detection"] = new JsonObject { ["type"] = "server_vad" },
        };
        if (options.Instructions is { } instructions) session["instructions"] = instructions;
        if (options.Voice is { } voice) session["voice"] = voice;
        if (transcribes) session["input_audio_transcription"] = new JsonObject { ["model"] = Transcriber };
        return BinaryData.FromString(new JsonObject { ["type"] = "session.update", ["event_id"] = Configures, ["session"] = session }.ToJsonString());
    }

    static BinaryData Written(RealtimeClientCommand command) => ModelReaderWriter.Write(command, ModelReaderWriterOptions.Json);
}
