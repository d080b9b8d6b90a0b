using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkingMachines.Serving.Web;

/// <summary>RFC 9457.</summary>
internal sealed record ProblemDocument(string Title, string Detail, int Status, int? RetryAfterSeconds);

/// <param name="Model">Name of the model.</param>
/// <param name="Picture">Side of the video in pixels.</param>
/// <param name="Ready">False while the server warms up: a session asked for now waits for that.</param>
/// <param name="Sessions">Now open.</param>
/// <param name="Capacity">Sessions that real time has room for.</param>
/// <param name="Assistant">One is configured.</param>
internal sealed record ServerStatus(
    string Model, int Picture, int FramesPerSecond, bool Ready, int Sessions, int Capacity, IReadOnlyList<VoiceChoice> Voices, bool Assistant);

/// <param name="Id">To be given to say.</param>
/// <param name="Language">BCP 47.</param>
internal sealed record VoiceChoice(string Id, string Name, string Language, string Engine);

/// <param name="Picture">Where it is.</param>
internal sealed record CharacterChoice(string Id, string Name, string Picture);

internal sealed record PictureTaken(string Id, string Picture);

/// <param name="State">listening or speaking.</param>
internal sealed record SessionOpened(string Id, string Character, string State);

/// <param name="Connected">A browser shows it.</param>
internal sealed record SessionStatus(
    string Id, string Character, string State, int Turn, string Microphone, bool Listening, bool Connected, SessionStatistics Statistics);

internal sealed record TurnAnswer(int Turn);

internal sealed record MicrophoneAnswer(string Mode);

internal sealed record ListeningAnswer(bool Listening, int Turn);

/// <summary>Event: the character began or ended to speak.</summary>
internal sealed record StateTold(string State, int Turn);

/// <summary>Event: what is heard from now on. From is "user" where the caller said it.</summary>
internal sealed record CaptionTold(int Turn, string Text, string? From);

internal sealed record ErrorTold(string Detail, int Turn);

internal sealed record EndTold(string Reason);

/// <summary>Event: how the session fares. What is not known yet is null.</summary>
/// <param name="Fps">New frames a second since the last of these events.</param>
/// <param name="TimeBetweenChunksMs">What the newest chunks took, oldest first.</param>
/// <param name="RealTimeMs">What a chunk lasts, and may take at most.</param>
/// <param name="FirstFrameMs">From the session's beginning to its first generated frame.</param>
/// <param name="InterruptMs">From the newest turn's beginning to its first frame.</param>
internal sealed record SessionStatistics(
    double? Fps, IReadOnlyList<double> TimeBetweenChunksMs, double RealTimeMs, double? FirstFrameMs, double? RoundTripMs,
    double? LossPercent, int? KilobitsPerSecond, double? InterruptMs, long FramesRepeated);

/// <summary>Writes what goes out; what comes in is read by <see cref="JsonBody"/>.</summary>
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(ServerStatus))]
[JsonSerializable(typeof(IReadOnlyList<CharacterChoice>))]
[JsonSerializable(typeof(IReadOnlyList<TraitChoice>))]
[JsonSerializable(typeof(PictureTaken))]
[JsonSerializable(typeof(SessionOpened))]
[JsonSerializable(typeof(SessionStatus))]
[JsonSerializable(typeof(TurnAnswer))]
[JsonSerializable(typeof(MicrophoneAnswer))]
[JsonSerializable(typeof(ListeningAnswer))]
[JsonSerializable(typeof(StateTold))]
[JsonSerializable(typeof(CaptionTold))]
[JsonSerializable(typeof(ErrorTold))]
[JsonSerializable(typeof(EndTold))]
[JsonSerializable(typeof(SessionStatistics))]
internal sealed partial class WebJson : JsonSerializerContext
{
    /// <summary>With letters as they are: nothing of it is ever part of a page.</summary>
    public static WebJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
