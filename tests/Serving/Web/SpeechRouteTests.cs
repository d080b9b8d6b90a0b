using System.Net;
using TalkingMachines.Media;
using TalkingMachines.Serving;
using TalkingMachines.Serving.Web;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

public sealed class SpeechRouteTests : IAsyncLifetime, IAsyncDisposable
{
    readonly LiveWeb web = new();
    string session = "";

    public async Task InitializeAsync()
    {
        await web.InitializeAsync();
        session = await web.OpenAsync();
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task A_typed_text_is_spoken_and_captioned_and_can_be_interrupted()
    {
        await using var events = await EventReader.FollowAsync(web, session);
        using var answer = await web.PostAsync($"{session}/say", """{"text": "Hello there, this takes a while to say, does it not?", "rate": 0.8}""");
        Assert.Equal((HttpStatusCode.Accepted, 1), (answer.StatusCode, (int)(await LiveWeb.JsonAsync(answer))["turn"]!));
        await LiveWeb.UntilAsync(() => events.Of("caption").Any());
        var caption = events.Of("caption").First();
        Assert.Equal((1, "Hello there, this takes a while to say, does it not?"), ((int)caption["turn"]!, (string)caption["text"]!));
        Assert.Contains(events.Of("state"), state => (string)state["state"]! == "speaking" && (int)state["turn"]! == 1);
        Assert.Equal(2, await TurnAsync("interrupt", ""));
        await LiveWeb.UntilAsync(() => events.Of("state").Last() is var last && (string)last["state"]! == "listening" && (int)last["turn"]! == 2);
    }

    [Theory]
    [InlineData("""{"text": ""}""", "The field 'text' is empty")]
    [InlineData("""{"text": " \n "}""", "The field 'text' is empty")]
    [InlineData("""{}""", "The field 'text' is missing")]
    [InlineData("""{"text": null}""", "The field 'text' is missing")]
    [InlineData("""{"text": ["a"]}""", "The field 'text' is a list, expected a text")]
    [InlineData("""{"text": "a", "voice": "hal9000"}""", "The voice 'hal9000' is unknown, expected one of")]
    [InlineData("""{"text": "a", "rate": 9}""", "The field 'rate' is 9, expected 0.5 to 2")]
    [InlineData("""{"text": "a", "rate": 1e999}""", "The field 'rate' is 1e999")]
    [InlineData("""{"text": "a", "rate": "fast"}""", "The field 'rate' is a text, expected a number")]
    [InlineData("""{"text": "a", "speed": 1}""", "The field 'speed' is unknown, expected text, voice, rate")]
    [InlineData("""{"text": {"text": {"text": {"text": {}}}}}""", "no JSON")]
    public async Task A_text_that_cannot_be_said_is_refused(string body, string says)
    {
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/say", body), HttpStatusCode.BadRequest, says);
        Assert.Equal(0, web.Hub.Conversations.Single().Session.CurrentTurn);
    }

    [Fact]
    public async Task A_text_may_have_2000_characters()
    {
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/say", $$"""{"text": "{{new string('a', 2001)}}"}"""), HttpStatusCode.BadRequest, "2001 characters, expected at most 2000");
        string escaped = string.Concat(Enumerable.Repeat("\\u00e9", 2000));
        Assert.Equal(HttpStatusCode.Accepted, (await web.PostAsync($"{session}/say", $$"""{"text": "{{escaped}}"}""")).StatusCode);
    }

    [Fact]
    public async Task A_sound_file_is_played()
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(440, 16_000, 12_000));
        using var answer = await web.PostAsync($"{session}/sound", File.ReadAllBytes(folder.File("a.wav")), "audio/wav");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await LiveWeb.UntilAsync(() => web.Hub.Conversations.Single().Session is { IsSpeaking: false, CurrentTurn: 1 });
    }

    [FfmpegFact]
    public async Task A_sound_of_another_format_is_played_and_what_is_none_refused()
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(440, 16_000, 12_000));
        Oracle.Ffmpeg("-i", folder.File("a.wav"), folder.File("a.ogg"));
        Assert.Equal(HttpStatusCode.Accepted, (await web.PostAsync($"{session}/sound", File.ReadAllBytes(folder.File("a.ogg")))).StatusCode);
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/sound", [0, 1, 2, 3, 200, 201, 0, 0]), HttpStatusCode.UnsupportedMediaType, "the sound");
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/sound", "#EXTM3U\nfile:///etc/passwd\n"u8.ToArray()), HttpStatusCode.UnsupportedMediaType, "the sound is text");
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/sound", []), HttpStatusCode.BadRequest, "empty");
        await LiveWeb.NoFileRemainsAsync();
    }

    [FfmpegFact]
    public async Task A_sound_that_takes_for_ever_to_decode_is_given_up()
    {
        using var folder = new TemporaryFolder();
        Oracle.Ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=20", folder.File("a.ogg"));
        using var body = File.OpenRead(folder.File("a.ogg"));
        var refusal = await Assert.ThrowsAsync<WebProblem>(() => UploadedSound.TakeAsync(body, TimeSpan.Zero, default));
        Assert.Equal((415, "the sound took more than 0 s to decode."), (refusal.Status, refusal.Message));
        await LiveWeb.NoFileRemainsAsync();
    }

    [Fact]
    public async Task Samples_pushed_in_pieces_are_one_turn_until_it_is_cut_off()
    {
        byte[] piece = new byte[2 * 16_000];
        Assert.Equal(1, await PushAsync("rate=16000", piece));
        Assert.Equal(1, await PushAsync("rate=16000&turn=1", piece));
        Assert.True(web.Hub.Conversations.Single().Session.IsSpeaking);
        await TurnAsync("interrupt", "");
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/pcm?rate=16000&turn=1", piece), HttpStatusCode.Conflict, "Turn 1 is over");
        Assert.Equal(3, await PushAsync("rate=16000&last=true", piece));
        await LiveWeb.UntilAsync(() => !web.Hub.Conversations.Single().Session.IsSpeaking);
    }

    [Theory]
    [InlineData(11_025)]
    [InlineData(48_000)]
    public async Task Samples_of_any_rate_are_heard(int rate)
    {
        var heard = new LoudSound();
        web.Hub.Conversations.Single().Session.Output = heard;
        byte[] second = new byte[2 * rate];
        for (int i = 0; i < rate; i++) BitConverter.TryWriteBytes(second.AsSpan(2 * i), (short)(8000 * Math.Sin(0.2 * i)));
        Assert.Equal(1, await PushAsync($"rate={rate}&last=true", second));
        await LiveWeb.UntilAsync(() => heard.Loud > 0.6 * SoundBlock.SampleRate);
    }

    [Fact]
    public void A_text_without_a_blank_is_cut_all_the_same()
    {
        Assert.All(SpokenText.Sentences(string.Concat(Enumerable.Repeat("\ud83d\ude00", 1000))), part => Assert.InRange(part.Length, 1, 602));
        Assert.All(SpokenText.Sentences(string.Concat(Enumerable.Repeat("word ", 400))), part => Assert.InRange(part.Length, 1, 310));
    }

    [Fact]
    public async Task Samples_after_which_nothing_comes_end_their_turn()
    {
        Assert.Equal(1, await PushAsync("", new byte[9600]));
        await LiveWeb.UntilAsync(() => !web.Hub.Conversations.Single().Session.IsSpeaking);
    }

    [Theory]
    [InlineData("rate=7", "rate is '7', expected a whole number from 8000 to 96000")]
    [InlineData("turn=-1", "turn is '-1'")]
    [InlineData("last=maybe", "last is 'maybe'")]
    [InlineData("", "odd number of bytes")]
    public async Task Samples_that_make_no_sense_are_refused(string query, string says) =>
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/pcm?{query}", new byte[9]), HttpStatusCode.BadRequest, says);

    [Fact]
    public async Task Told_to_listen_it_says_nothing_until_told_otherwise()
    {
        await web.PostAsync($"{session}/say", """{"text": "This is going to be cut off."}""");
        Assert.Equal(2, await TurnAsync("listening", """{"listening": true}"""));
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/say", """{"text": "No."}"""), HttpStatusCode.Conflict, "told to listen");
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/pcm", new byte[960]), HttpStatusCode.Conflict);
        Assert.Equal(2, await TurnAsync("listening", """{"listening": false}"""));
        Assert.Equal(HttpStatusCode.Accepted, (await web.PostAsync($"{session}/say", """{"text": "Yes."}""")).StatusCode);
    }

    [Fact]
    public async Task The_microphone_does_what_it_is_told()
    {
        var microphone = web.Hub.Conversations.Single().Microphone;
        foreach (var use in new[] { MicrophoneUse.Interrupt, MicrophoneUse.Character, MicrophoneUse.Off })
        {
            using var answer = await web.PostAsync($"{session}/microphone", $$"""{"mode": "{{use.ToString().ToLowerInvariant()}}"}""");
            Assert.Equal((HttpStatusCode.OK, use), (answer.StatusCode, microphone.Use));
        }
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/microphone", """{"mode": "loud"}"""), HttpStatusCode.BadRequest, "expected one of off, interrupt, character, assistant");
        await LiveWeb.RefusedAsync(await web.PostAsync($"{session}/microphone", """{"mode": "assistant"}"""), HttpStatusCode.Conflict, "TALKINGMACHINES_ASSISTANT_URL");
    }

    [Fact]
    public async Task An_assistant_is_connected_when_the_microphone_wants_it()
    {
        await using var endpoint = new FakeRealtimeServer();
        await using var other = await LiveWeb.StartAsync(assistant: endpoint.Options);
        Assert.True((bool)(await other.GetAsync("/api/status"))["assistant"]!);
        string call = await other.OpenAsync();
        await using var events = await EventReader.FollowAsync(other, call);
        using var answer = await other.PostAsync($"{call}/microphone", """{"mode": "assistant"}""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var connection = await endpoint.NextAsync();
        await connection.SendAsync("""{"type":"conversation.item.input_audio_transcription.completed","transcript":"Good morning."}""");
        await LiveWeb.UntilAsync(() => events.Of("caption").Any());
        Assert.Equal(("user", "Good morning."), ((string)events.Of("caption").First()["from"]!, (string)events.Of("caption").First()["text"]!));
        await other.Client.DeleteAsync(call);
    }

    [Fact]
    public async Task An_assistant_that_does_not_answer_is_told_of()
    {
        await using var endpoint = new FakeRealtimeServer { Refusal = "401 Unauthorized" };
        await using var other = await LiveWeb.StartAsync(assistant: endpoint.Options);
        using var answer = await other.PostAsync($"{await other.OpenAsync()}/microphone", """{"mode": "assistant"}""");
        await LiveWeb.RefusedAsync(answer, HttpStatusCode.BadGateway, "The assistant at 127.0.0.1");
        Assert.DoesNotContain(FakeRealtimeServer.Key, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    async Task<int> TurnAsync(string what, string body)
    {
        using var answer = await web.PostAsync($"{session}/{what}", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (int)(await LiveWeb.JsonAsync(answer))["turn"]!;
    }

    async Task<int> PushAsync(string query, byte[] samples)
    {
        using var answer = await web.PostAsync($"{session}/pcm?{query}", samples);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (int)(await LiveWeb.JsonAsync(answer))["turn"]!;
    }
}
