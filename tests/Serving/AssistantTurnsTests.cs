using System.Collections.Concurrent;
using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

/// <summary>An assistant and a living session together.</summary>
public sealed class AssistantTurnsTests(TinySession model) : IClassFixture<TinySession>
{
    [Fact]
    public async Task A_response_becomes_a_turn_with_its_words()
    {
        await using var joined = await Joined.BeginAsync(model);
        await joined.Endpoint.BeginAsync("r1");
        await joined.Endpoint.SendWordsAsync("r1", "Good ");
        await joined.Endpoint.SendSoundAsync("r1", RealtimeAssistantTests.Pcm(12_000, 8192));
        await joined.Endpoint.SendWordsAsync("r1", "day.");
        await joined.Endpoint.SendSoundAsync("r1", RealtimeAssistantTests.Pcm(12_000, 8192));
        await joined.Endpoint.EndAsync("r1");
        await HeardAssistant.UntilAsync(() => joined.Events.OfType<StateChanged>().LastOrDefault() is { Turn: 1, IsSpeaking: false });
        Assert.Equal(["Good ", "Good day."], joined.Events.OfType<CaptionShown>().Select(caption => caption.Text));
        await HeardAssistant.UntilAsync(() => joined.Output.Loud >= 47_900); // one second, but for the edges
        Assert.InRange(joined.Output.Loud, 47_900, 48_000);
    }

    [Fact]
    public async Task A_user_who_speaks_up_silences_the_character_and_the_endpoint_learns_what_was_heard()
    {
        await using var joined = await Joined.BeginAsync(model);
        await joined.SpeakAsync("r1", seconds: 8);
        await joined.Endpoint.EndAsync("r1");
        await HeardAssistant.UntilAsync(() => joined.Output.Loud > 24_000);
        await joined.Endpoint.SendAsync("""{"type":"input_audio_buffer.speech_started"}""");
        var truncated = await joined.Endpoint.NextAsync("conversation.item.truncate");
        Assert.InRange((int)truncated["audio_end_ms"]!, 100, 7000);
        Assert.Equal(2, joined.Session.CurrentTurn);
        Assert.False(joined.Session.IsSpeaking);
    }

    [Fact]
    public async Task A_turn_of_someone_else_ends_the_response()
    {
        await using var joined = await Joined.BeginAsync(model);
        await joined.SpeakAsync("r1", seconds: 8);
        await HeardAssistant.UntilAsync(() => joined.Output.Loud > 10_000);
        joined.Session.Interrupt();
        await joined.Endpoint.NextAsync("response.cancel");
        await joined.Endpoint.NextAsync("conversation.item.truncate");
        await joined.Endpoint.SendSoundAsync("r1", RealtimeAssistantTests.Pcm(2400, 8192)); // was under way
        await joined.Endpoint.EndAsync("r1", "cancelled");
        await joined.SpeakAsync("r2", seconds: 1);
        Assert.Equal(3, joined.Session.CurrentTurn);
    }

    [Fact]
    public async Task An_interruption_before_the_first_sound_leaves_the_character_silent()
    {
        await using var joined = await Joined.BeginAsync(model);
        await joined.Endpoint.BeginAsync("r1");
        await joined.Endpoint.SendWordsAsync("r1", "Well, ");
        await HeardAssistant.UntilAsync(() => joined.Heard.Told.Contains("words of r1: Well, "));
        joined.Turns.Interrupt();
        await joined.Endpoint.NextAsync("response.cancel");
        await joined.Endpoint.SendSoundAsync("r1", RealtimeAssistantTests.Pcm(2400, 8192));
        await joined.Endpoint.EndAsync("r1", "cancelled");
        await joined.Endpoint.SendAsync("""{"type":"conversation.item.input_audio_transcription.completed","transcript":"done"}""");
        await HeardAssistant.UntilAsync(() => joined.Heard.Told.Contains("user: done"));
        Assert.Equal(1, joined.Session.CurrentTurn);
        Assert.False(joined.Session.IsSpeaking);
    }

    [Fact]
    public async Task An_endpoint_that_floods_is_cut_off()
    {
        await using var joined = await Joined.BeginAsync(model);
        byte[] minute = new byte[60 * 48_000];
        await joined.Endpoint.BeginAsync("r1");
        for (int i = 0; i < 6; i++) await joined.Endpoint.SendSoundAsync("r1", minute);
        await joined.Endpoint.NextAsync("response.cancel");
        await HeardAssistant.UntilAsync(() => joined.Events.OfType<TurnFailed>().Any());
        Assert.Contains("cut off", Assert.Single(joined.Events.OfType<TurnFailed>()).Detail, StringComparison.Ordinal);
        await joined.Endpoint.EndAsync("r1", "cancelled");
        await joined.SpeakAsync("r2", seconds: 1); // and it can go on
    }

    [Fact]
    public async Task A_lost_connection_ends_what_was_being_said()
    {
        await using var joined = await Joined.BeginAsync(model);
        await joined.SpeakAsync("r1", seconds: 1);
        joined.Endpoint.Break();
        await HeardAssistant.UntilAsync(() => joined.Events.OfType<StateChanged>().LastOrDefault() is { Turn: 1, IsSpeaking: false });
    }

    /// <summary>A session whose sound is counted, an assistant, and the endpoint behind it.</summary>
    sealed class Joined : IAsyncDisposable
    {
        readonly FakeRealtimeServer server;
        readonly RealtimeAssistant assistant;
        readonly CharacterReference character;

        Joined(TinySession model, FakeRealtimeServer server, RealtimeAssistant assistant, FakeConnection endpoint)
        {
            (this.server, this.assistant, Endpoint, Heard) = (server, assistant, endpoint, new HeardAssistant(assistant));
            character = new CharacterReference(model.Avatar, model.Picture);
            Session = new Session(model.Avatar, character, model.Picture.CroppedToSquare().Resized(64, 64), 1) { Output = Output };
            Session.Happened += Events.Enqueue;
            Turns = new AssistantTurns(Session, assistant);
        }

        public Session Session { get; }

        public AssistantTurns Turns { get; }

        public FakeConnection Endpoint { get; }

        public HeardAssistant Heard { get; }

        public LoudSound Output { get; } = new();

        public ConcurrentQueue<SessionEvent> Events { get; } = new();

        public static async Task<Joined> BeginAsync(TinySession model)
        {
            var server = new FakeRealtimeServer();
            var assistant = await RealtimeAssistant.ConnectAsync(server.Options, CancellationToken.None);
            return new Joined(model, server, assistant, await server.NextAsync());
        }

        /// <summary>Lets the endpoint send a response's sound, and waits until it is a turn.</summary>
        public async Task SpeakAsync(string response, int seconds)
        {
            int before = Session.CurrentTurn;
            await Endpoint.BeginAsync(response);
            await Endpoint.SendSoundAsync(response, RealtimeAssistantTests.Pcm(seconds * 24_000, 8192));
            await HeardAssistant.UntilAsync(() => Session.CurrentTurn > before && Session.IsSpeaking);
        }

        public async ValueTask DisposeAsync()
        {
            Turns.Dispose();
            await assistant.DisposeAsync();
            Session.Dispose();
            character.Dispose();
            await server.DisposeAsync();
        }
    }
}
