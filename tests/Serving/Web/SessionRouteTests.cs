using System.Net;
using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

public sealed class SessionRouteTests : IAsyncLifetime, IAsyncDisposable
{
    readonly LiveWeb web = new();

    public Task InitializeAsync() => web.InitializeAsync();

    public ValueTask DisposeAsync() => web.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task A_session_begins_is_seen_and_ends()
    {
        using var answer = await web.PostAsync("/api/sessions", """{"character": "puppet:77?hair=Bob&skin="}""");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var opened = await LiveWeb.JsonAsync(answer);
        Assert.Equal(("puppet:77?hair=Bob&skin=", "listening"), ((string)opened["character"]!, (string)opened["state"]!));
        string session = $"/api/sessions/{opened["id"]}";
        var status = await web.GetAsync(session);
        Assert.Equal(("listening", 0, "off", false), ((string)status["state"]!, (int)status["turn"]!, (string)status["microphone"]!, (bool)status["connected"]!));
        Assert.Equal(1, (int)(await web.GetAsync("/api/status"))["sessions"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await web.Client.DeleteAsync(session)).StatusCode);
        await LiveWeb.RefusedAsync(await web.Client.DeleteAsync(session), HttpStatusCode.NotFound, "There is no session");
        await LiveWeb.RefusedAsync(await web.Client.GetAsync(session), HttpStatusCode.NotFound);
        await LiveWeb.RefusedAsync(await web.Client.GetAsync($"{session}/events"), HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"character": "nobody"}""", HttpStatusCode.NotFound, "There is no character 'nobody'")]
    [InlineData("""{"character": "puppet:x"}""", HttpStatusCode.BadRequest, "The seed is 'x'")]
    [InlineData("""{"character": "puppet:1?wings=2"}""", HttpStatusCode.BadRequest, "'wings'")]
    [InlineData("""{"character": 7}""", HttpStatusCode.BadRequest, "The field 'character' is a number, expected a text")]
    [InlineData("""{"charakter": "mara"}""", HttpStatusCode.BadRequest, "The field 'charakter' is unknown, expected character")]
    [InlineData("""{"character": "mara", "character": "finn"}""", HttpStatusCode.BadRequest, "A field is there twice; expected an object with character")]
    [InlineData("""{"character": "\ud800"}""", HttpStatusCode.BadRequest, "Unicode")]
    [InlineData("""{"\ud800": 1}""", HttpStatusCode.BadRequest, "A field's name is not valid Unicode")]
    [InlineData("""["mara"]""", HttpStatusCode.BadRequest, "The body is a list, expected an object with character")]
    [InlineData("""{"character": "mara" """, HttpStatusCode.BadRequest, "no JSON at line 1, byte 2")]
    [InlineData("", HttpStatusCode.BadRequest, "no JSON")]
    public async Task A_session_that_makes_no_sense_is_refused(string body, HttpStatusCode status, string says)
    {
        await LiveWeb.RefusedAsync(await web.PostAsync("/api/sessions", body), status, says);
        Assert.Empty(web.Hub.Conversations);
    }

    [Fact]
    public async Task A_body_that_is_not_called_json_is_refused() =>
        await LiveWeb.RefusedAsync(await web.PostAsync("/api/sessions", "{}"u8.ToArray(), "text/plain"), HttpStatusCode.UnsupportedMediaType, "expected application/json");

    [Fact]
    public async Task One_session_too_many_is_refused_with_a_hint()
    {
        var sessions = new List<string>();
        for (int i = 0; i < LiveWeb.Sessions; i++) sessions.Add(await web.OpenAsync());
        using var refused = await web.PostAsync("/api/sessions", "{}");
        await LiveWeb.RefusedAsync(refused, HttpStatusCode.ServiceUnavailable, $"All {LiveWeb.Sessions} calls");
        var problem = await LiveWeb.JsonAsync(refused);
        Assert.Equal("All calls are taken", (string)problem["title"]!);
        Assert.Equal(refused.Headers.RetryAfter!.Delta, TimeSpan.FromSeconds((int)problem["retryAfterSeconds"]!));
        Assert.Contains("talkingmachines_sessions_refused_total 1", await web.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        await web.Client.DeleteAsync(sessions[0]);
        await web.OpenAsync();
    }

    [Fact]
    public async Task Events_tell_state_at_once_statistics_each_second_and_the_end()
    {
        string session = await web.OpenAsync();
        await using var events = await EventReader.FollowAsync(web, session);
        await LiveWeb.UntilAsync(() => events.Of("statistics").Count() >= 2);
        Assert.Equal("listening", (string)events.Of("state").First()["state"]!);
        var statistics = events.Of("statistics").Last();
        Assert.Equal(750, (double)statistics["realTimeMs"]!);
        Assert.InRange((double)statistics["fps"]!, 0.1, 40); // a busy machine catches up in bursts
        await web.Client.DeleteAsync(session);
        await events.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Single(events.Of("ended"));
    }

    [Fact]
    public async Task Listeners_learn_that_the_server_stops()
    {
        await using var other = await LiveWeb.StartAsync();
        await using var events = await EventReader.FollowAsync(other, await other.OpenAsync());
        await LiveWeb.UntilAsync(() => events.Of("state").Any());
        await other.Server.DisposeAsync();
        await events.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("stopping", (string)events.Of("ended").Single()["reason"]!);
    }

    [Fact]
    public async Task Too_many_listeners_of_one_session_are_refused()
    {
        string session = await web.OpenAsync();
        var listeners = new List<EventReader>();
        for (int i = 0; i < 8; i++) listeners.Add(await EventReader.FollowAsync(web, session));
        await LiveWeb.RefusedAsync(await web.Client.GetAsync($"{session}/events"), HttpStatusCode.ServiceUnavailable, "8 already follow");
        foreach (var each in listeners) await each.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_of_a_session_that_is_just_being_closed_outlives_the_hub()
    {
        string session = (await web.OpenAsync()).Split('/')[^1];
        var conversation = web.Hub.Find(session)!;
        var closing = web.Hub.CloseAsync(session);
        await web.Hub.DisposeAsync();
        Assert.NotNull(conversation.Session.EndedBecause);
        Assert.True(await closing);
        Assert.Throws<ObjectDisposedException>(() => web.Hub.Open(new Picture(64, 64), "nobody"));
    }

    [Fact]
    public async Task A_session_that_nobody_calls_is_ended_after_a_minute()
    {
        var clock = new AheadClock();
        await using var other = await LiveWeb.StartAsync(clock: clock);
        await other.OpenAsync();
        clock.Advance(TimeSpan.FromSeconds(50));
        await Task.Delay(1500);
        Assert.Single(other.Hub.Conversations);
        clock.Advance(TimeSpan.FromSeconds(11));
        await LiveWeb.UntilAsync(() => other.Hub.Conversations.Count == 0);
    }

    [Fact]
    public async Task A_session_asked_for_during_the_warm_up_waits_for_its_end()
    {
        var warm = new TaskCompletionSource();
        await using var other = await LiveWeb.StartAsync(ready: warm.Task);
        Assert.False((bool)(await other.GetAsync("/api/status"))["ready"]!);
        var opening = other.OpenAsync();
        await Task.Delay(300);
        Assert.False(opening.IsCompleted);
        warm.SetResult();
        await opening;
        Assert.True((bool)(await other.GetAsync("/api/status"))["ready"]!);
    }
}
