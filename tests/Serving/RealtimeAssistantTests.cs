using System.Buffers.Binary;
using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

public sealed class RealtimeAssistantTests
{
    [Fact]
    public async Task A_whole_dialogue_goes_both_ways()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        var configured = (await call.Endpoint.NextAsync("session.update"))["session"]!;
        Assert.Equal("realtime Be kind. marin server_vad", $"{configured["type"]} {configured["instructions"]} {configured["audio"]!["output"]!["voice"]} {configured["audio"]!["input"]!["turn_detection"]!["type"]}");

        for (int i = 0; i < 25; i++) call.Assistant.Hear(Tone(960, 0.25f)); // half a second in packets of a call
        await HeardAssistant.UntilAsync(() => call.Endpoint.Heard.Length >= 8 * 2880);
        Assert.All(call.Endpoint.Pieces, bytes => Assert.Equal(2880, bytes));
        Assert.InRange(BinaryPrimitives.ReadInt16LittleEndian(call.Endpoint.Heard.AsSpan(10_000)), 8191, 8193);

        await call.Endpoint.SendAsync("""{"type":"rate_limits.updated","rate_limits":[{"name":"tokens","limit":1.5}]}"""); // no concern of ours
        await call.Endpoint.SendAsync("""{"type":"conversation.item.input_audio_transcription.completed","transcript":" Hello?\n"}""");
        await call.Endpoint.BeginAsync("r1");
        await call.Endpoint.SendWordsAsync("r1", "Good ");
        await call.Endpoint.SendSoundAsync("r1", Pcm(2400, 8192)[..4799]); // cut in the middle of a sample
        await call.Endpoint.SendWordsAsync("r1", "day.");
        await call.Endpoint.SendSoundAsync("r1", Pcm(2400, 8192)[4799..]);
        await call.Endpoint.EndAsync("r1");
        await HeardAssistant.UntilAsync(() => call.Heard.Told.Contains("last of r1"));
        Assert.Equal(["user: Hello?", "words of r1: Good ", "first of r1", "words of r1: day.", "last of r1"], call.Heard.Told);
        Assert.Equal(4800, call.Heard.Sound.Count);
        Assert.Equal(0.25f, call.Heard.Sound.ElementAt(2400), 1e-3f);
        Assert.Empty(call.Heard.Failures);
    }

    [Fact]
    public async Task A_typed_text_becomes_a_message_and_asks_for_a_response()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        await call.Assistant.AskAsync("Who are you?");
        var item = (await call.Endpoint.NextAsync("conversation.item.create"))["item"]!;
        Assert.Equal("user Who are you?", $"{item["role"]} {item["content"]![0]!["text"]}");
        await call.Endpoint.NextAsync("response.create");
    }

    [Fact]
    public async Task A_typed_text_waits_for_the_end_of_the_response_that_it_cuts_short()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        await call.SpeakAsync("r1");
        await call.Assistant.AskAsync("Stop. Who are you?");
        Assert.Equal("r1", (string?)(await call.Endpoint.NextAsync("response.cancel"))["response_id"]);
        await call.Endpoint.NextAsync("conversation.item.create");
        Assert.DoesNotContain(call.Endpoint.Transcript, message => message.Contains("response.create\"", StringComparison.Ordinal));
        await call.Endpoint.EndAsync("r1", "cancelled");
        await call.Endpoint.NextAsync("response.create");
        Assert.Equal("last of r1", call.Heard.Told.Last());
    }

    [Fact]
    public async Task A_user_who_speaks_up_cancels_the_response_and_none_of_it_is_heard_any_more()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        await call.SpeakAsync("r1");
        int before = call.Heard.Sound.Count;
        await call.Endpoint.SendAsync("""{"type":"input_audio_buffer.speech_started","audio_start_ms":10,"item_id":"u"}""");
        Assert.Equal("r1", (string?)(await call.Endpoint.NextAsync("response.cancel"))["response_id"]);
        await call.Endpoint.SendSoundAsync("r1", Pcm(2400, 1));
        await call.Endpoint.SendWordsAsync("r1", "late");
        await call.Endpoint.SendAsync("""{"type":"error","error":{"message":"no active response","event_id":"may-come-late-cancel"}}""");
        await call.Endpoint.EndAsync("r1", "cancelled");
        await call.SpeakAsync("r2");
        Assert.Equal(["first of r1", "speech", "last of r1", "first of r2"], call.Heard.Told);
        Assert.True(before > 0);
        Assert.Empty(call.Heard.Failures);
    }

    [Fact]
    public async Task What_was_not_heard_of_a_response_leaves_the_conversation()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        await call.SpeakAsync("r1"); // 0.1 s
        await call.Endpoint.EndAsync("r1");
        await HeardAssistant.UntilAsync(() => call.Heard.Told.Contains("last of r1"));
        call.Assistant.Interrupt(TimeSpan.FromMilliseconds(40));
        call.Assistant.Interrupt(TimeSpan.FromMilliseconds(20)); // once is enough
        var truncated = await call.Endpoint.NextAsync("conversation.item.truncate");
        Assert.Equal("item-r1 0 40", $"{truncated["item_id"]} {truncated["content_index"]} {truncated["audio_end_ms"]}");
        await call.Assistant.AskAsync("Go on.");
        await call.Endpoint.NextAsync("response.create");
        Assert.Single(call.Endpoint.Transcript, message => message.Contains("truncate", StringComparison.Ordinal) && message.Contains("audio_end_ms", StringComparison.Ordinal));
        Assert.DoesNotContain(call.Endpoint.Transcript, message => message.Contains("response.cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_of_the_first_version_is_spoken_to_in_its_own_words()
    {
        await using var server = new FakeRealtimeServer { Greeting = """{"type":"session.created","session":{"modalities":["audio","text"],"voice":"alloy"}}""" };
        await using var call = await Call.BeginAsync(server);
        var session = (await call.Endpoint.NextAsync("session.update"))["session"]!;
        Assert.Equal("pcm16 pcm16 marin", $"{session["input_audio_format"]} {session["output_audio_format"]} {session["voice"]}");
        await call.Endpoint.BeginAsync("r1");
        await call.Endpoint.SendSoundAsync("r1", Pcm(2400, 8192), "response.audio.delta");
        await call.Endpoint.SendAsync("""{"type":"response.audio_transcript.delta","response_id":"r1","delta":"Hi"}""");
        await call.Endpoint.EndAsync("r1");
        await HeardAssistant.UntilAsync(() => call.Heard.Told.Contains("last of r1"));
        Assert.Equal(["first of r1", "words of r1: Hi", "last of r1"], call.Heard.Told);
    }

    [Fact]
    public async Task An_endpoint_that_cannot_transcribe_is_configured_without()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        var first = await call.Endpoint.NextAsync("session.update");
        Assert.NotNull(first["session"]!["audio"]!["input"]!["transcription"]);
        await call.Endpoint.SendAsync($$$"""{"type":"error","error":{"message":"no such model","event_id":"{{{first["event_id"]}}}"}}""");
        var second = await call.Endpoint.NextAsync("session.update");
        Assert.Null(second["session"]!["audio"]!["input"]!["transcription"]);
        Assert.Equal("Be kind.", (string?)second["session"]!["instructions"]);
        Assert.Empty(call.Heard.Failures);
    }

    [Fact]
    public async Task The_key_travels_in_the_header_and_nowhere_else()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        await call.Assistant.AskAsync("Hello");
        await call.Endpoint.NextAsync("response.create");
        string line = Assert.Single(call.Endpoint.Head.Split("\r\n"), each => each.Contains(FakeRealtimeServer.Key, StringComparison.Ordinal));
        Assert.Equal($"Authorization: Bearer {FakeRealtimeServer.Key}", line);
        Assert.StartsWith("GET /v1/realtime?model=model%20a HTTP/1.1\r\n", call.Endpoint.Head, StringComparison.Ordinal);
        Assert.DoesNotContain(call.Endpoint.Transcript, message => message.Contains(FakeRealtimeServer.Key, StringComparison.Ordinal));
        await call.Endpoint.SendAsync($$$"""{"type":"error","error":{"message":"wrong key:\n{{{FakeRealtimeServer.Key}}}"}}""".Replace("\n", "\\n"));
        await HeardAssistant.UntilAsync(() => !call.Heard.Failures.IsEmpty);
        Assert.Equal("The assistant at 127.0.0.1 reports an error: wrong key: ***.", call.Heard.Failures.Single());
        Assert.True(call.Assistant.IsConnected);
    }

    [Theory]
    [InlineData("this is no JSON")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"response.output_audio.delta","response_id":"r1","delta":"*"}""")]
    public async Task Garbage_leads_to_one_line_and_a_new_connection(string garbage)
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        await call.SpeakAsync("r1");
        await call.Endpoint.SendAsync(garbage);
        await call.AgainAsync(server);
        await call.SpeakAsync("r2");
        Assert.StartsWith("The assistant at 127.0.0.1 sent a message ", Assert.Single(call.Heard.Failures), StringComparison.Ordinal);
        Assert.Equal(["first of r1", "last of r1", "first of r2"], call.Heard.Told);
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_opened_again()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        await call.SpeakAsync("r1");
        call.Endpoint.Break();
        await call.AgainAsync(server);
        await call.Assistant.AskAsync("Are you there?");
        await call.Endpoint.NextAsync("response.create");
        string line = Assert.Single(call.Heard.Failures);
        Assert.EndsWith("Trying again.", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.Equal("last of r1", call.Heard.Told.Last());
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_given_up()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        server.Stop();
        call.Endpoint.Break();
        await call.Assistant.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(7, call.Heard.Failures.Count);
        Assert.EndsWith("It was given up.", call.Heard.Failures.Last(), StringComparison.Ordinal);
        call.Assistant.Hear(Tone(960, 0)); // harmless
        call.Assistant.Interrupt();
        var failure = await Assert.ThrowsAsync<AssistantException>(() => call.Assistant.AskAsync("Hello?"));
        Assert.Equal("The assistant at 127.0.0.1 is not connected.", failure.Message);
    }

    [Theory]
    [InlineData("401 Unauthorized", "refused the key of TALKINGMACHINES_ASSISTANT_KEY (HTTP 401).", true)]
    [InlineData("404 Not Found", "answered HTTP 404, expected a WebSocket.", true)]
    [InlineData("503 Service Unavailable", "answered HTTP 503, expected a WebSocket.", false)]
    public async Task A_refusal_is_told_in_one_line(string refusal, string expected, bool isFinal)
    {
        await using var server = new FakeRealtimeServer { Refusal = refusal };
        var failure = await Assert.ThrowsAsync<AssistantException>(() => RealtimeAssistant.ConnectAsync(server.Options, CancellationToken.None));
        Assert.Equal("The assistant at 127.0.0.1 " + expected, failure.Message);
        Assert.Equal(isFinal, failure.IsFinal);
    }

    [Fact]
    public async Task An_endpoint_that_says_nothing_is_not_waited_for_long()
    {
        await using var server = new FakeRealtimeServer { Greeting = null };
        var options = server.Options with { Patience = TimeSpan.FromMilliseconds(200) };
        var failure = await Assert.ThrowsAsync<AssistantException>(() => RealtimeAssistant.ConnectAsync(options, CancellationToken.None));
        Assert.Equal("The assistant at 127.0.0.1 did not answer within 0.2 s.", failure.Message);
    }

    [Fact]
    public async Task A_message_without_end_is_not_kept()
    {
        await using var server = new FakeRealtimeServer();
        await using var call = await Call.BeginAsync(server);
        var flood = call.Endpoint.SendAsync("{\"type\":\"" + new string('a', 6 << 20) + "\"}");
        await call.AgainAsync(server);
        Assert.Equal("The assistant at 127.0.0.1 sent a message of more than 4 MiB. Trying again.", Assert.Single(call.Heard.Failures));
        await Record.ExceptionAsync(() => flood);
    }

    [Fact]
    public void An_endpoint_that_takes_nothing_costs_no_memory_and_gets_the_newest_sound()
    {
        var microphone = new MicrophoneSound();
        float[] tone = Tone(48_000, 0.1f);
        for (int i = 0; i < 20; i++) microphone.Append(tone);
        microphone.Append(Tone(48_000, 0.5f));
        byte[] piece = new byte[MicrophoneSound.PieceBytes];
        int pieces = 0;
        while (microphone.TryTake(piece)) pieces++;
        Assert.Equal(2 * 24_000 / 1440, pieces); // two seconds
        Assert.InRange(BinaryPrimitives.ReadInt16LittleEndian(piece), 16_383, 16_385);
    }

    [Fact]
    public async Task A_closed_assistant_says_goodbye()
    {
        await using var server = new FakeRealtimeServer();
        var call = await Call.BeginAsync(server);
        await call.DisposeAsync();
        await call.Assistant.Closed;
        await call.Endpoint.Reading.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(call.Assistant.IsConnected);
        Assert.Empty(call.Heard.Failures);
    }

    static float[] Tone(int samples, float level) => [.. Enumerable.Repeat(level, samples)];

    /// <summary>Samples of one value, s16le.</summary>
    internal static byte[] Pcm(int samples, short value)
    {
        byte[] bytes = new byte[2 * samples];
        for (int i = 0; i < samples; i++) BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), value);
        return bytes;
    }

    /// <summary>An assistant, what it told, and the endpoint's side of its connection.</summary>
    sealed class Call(RealtimeAssistant assistant, FakeConnection endpoint) : IAsyncDisposable
    {
        public RealtimeAssistant Assistant => assistant;

        public FakeConnection Endpoint { get; private set; } = endpoint;

        public HeardAssistant Heard { get; } = new(assistant);

        public static async Task<Call> BeginAsync(FakeRealtimeServer server)
        {
            var assistant = await RealtimeAssistant.ConnectAsync(server.Options, CancellationToken.None);
            await HeardAssistant.UntilAsync(() => assistant.IsConnected);
            return new Call(assistant, await server.NextAsync());
        }

        /// <summary>The connection is made anew.</summary>
        public async Task AgainAsync(FakeRealtimeServer server)
        {
            Endpoint = await server.NextAsync();
            await HeardAssistant.UntilAsync(() => assistant.IsConnected);
        }

        /// <summary>Lets the endpoint begin a response and waits until its first sound has arrived.</summary>
        public async Task SpeakAsync(string response)
        {
            await Endpoint.BeginAsync(response);
            await Endpoint.SendSoundAsync(response, Pcm(2400, 8192));
            await HeardAssistant.UntilAsync(() => Heard.Told.Contains("first of " + response));
        }

        public ValueTask DisposeAsync() => assistant.DisposeAsync();
    }
}
