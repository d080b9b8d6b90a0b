using System.Net;
using System.Net.Http.Headers;
using System.Text;
using TalkingMachines.Serving.Web;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

public sealed class AccessTests(LiveWeb web) : IClassFixture<LiveWeb>
{
    const string Token = "correct-horse-battery";

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:1", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost.evil.example:PORT", HttpStatusCode.Forbidden)]
    [InlineData("file://", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:PORT", HttpStatusCode.NotFound)]
    public async Task A_page_of_another_origin_may_do_nothing(string origin, HttpStatusCode expected)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/api/sessions/x/interrupt"), (HttpMethod.Delete, "/api/sessions/x"), (HttpMethod.Get, "/api/sessions/x/events"), (HttpMethod.Delete, "/whep/x") })
        {
            using var request = new HttpRequestMessage(method, path) { Headers = { Host = $"localhost:{web.Server.Address.Port}" } };
            request.Headers.Add("Origin", origin.Replace("PORT", $"{web.Server.Address.Port}", StringComparison.Ordinal));
            await LiveWeb.RefusedAsync(await web.Client.SendAsync(request), expected);
        }
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("evil.example:8080", HttpStatusCode.Forbidden)]
    [InlineData("10.0.0.1:8080", HttpStatusCode.Forbidden)]
    [InlineData("localhost.", HttpStatusCode.Forbidden)]
    [InlineData("localhost:8080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:8080", HttpStatusCode.OK)]
    public async Task A_name_that_was_bent_to_this_machine_is_refused(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/status") { Headers = { Host = host } };
        Assert.Equal(expected, (await web.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Whoever_does_not_know_the_token_gets_the_page_only()
    {
        await using var guarded = await LiveWeb.StartAsync(Token);
        Assert.Equal(HttpStatusCode.OK, (await guarded.Client.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await guarded.Client.GetAsync("/modules/main.js")).StatusCode);
        foreach (string path in new[] { "/api/status", "/api/characters/mara.png", "/metrics", "/openapi.json", "/nowhere", "/api/sessions/x/events", "/api/status?token=", "/api/status?token=wrong", $"/api/status?token={Token}x" })
            await LiveWeb.RefusedAsync(await guarded.Client.GetAsync(path), HttpStatusCode.Unauthorized, "Bearer");
        await LiveWeb.RefusedAsync(await guarded.PostAsync("/api/sessions", "{}"), HttpStatusCode.Unauthorized);
        Assert.Empty(guarded.Hub.Conversations);
    }

    [Fact]
    public async Task Whoever_knows_the_token_may_come_by_any_name()
    {
        await using var guarded = await LiveWeb.StartAsync(Token);
        Assert.Equal(HttpStatusCode.OK, (await guarded.Client.GetAsync($"/api/status?token={Token}")).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/sessions/x/interrupt") { Headers = { Host = "call.example.org", Authorization = new AuthenticationHeaderValue("Bearer", Token) } };
        request.Headers.Add("Origin", "https://call.example.org");
        await LiveWeb.RefusedAsync(await guarded.Client.SendAsync(request), HttpStatusCode.NotFound);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, $"/api/sessions/x/interrupt?token={Token}");
        foreign.Headers.Add("Origin", "https://evil.example");
        await LiveWeb.RefusedAsync(await guarded.Client.SendAsync(foreign), HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("0.0.0.0", null, "needs a token")]
    [InlineData("0.0.0.0", "short", "5 characters")]
    [InlineData("127.0.0.1", "with a blank in it", "blanks")]
    public void Options_that_protect_nobody_are_refused(string listen, string? token, string says)
    {
        var options = new WebOptions { Model = "tiny", Listen = IPAddress.Parse(listen), Token = token };
        Assert.Contains(says, Assert.Throws<WebServerException>(options.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        var options = new WebOptions { Model = "tiny", Port = web.Server.Address.Port };
        var failure = await Assert.ThrowsAsync<WebServerException>(() => WebServer.StartAsync(options, web.Hub, new(), Task.CompletedTask));
        Assert.Equal($"Port {options.Port} is taken by another program; choose another one by --port N.", failure.Message);
    }

    [Fact]
    public async Task A_body_beyond_its_limit_is_refused()
    {
        await LiveWeb.RefusedAsync(await web.PostAsync("/api/sessions", $$"""{"character": "{{new string('x', 20_000)}}"}"""), HttpStatusCode.RequestEntityTooLarge);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/whep") { Content = new StreamContent(new Endless(70_000)) };
        chunked.Content.Headers.ContentType = new MediaTypeHeaderValue("application/sdp");
        chunked.Headers.TransferEncodingChunked = true;
        await LiveWeb.RefusedAsync(await web.Client.SendAsync(chunked), HttpStatusCode.RequestEntityTooLarge, "65536");
    }

    /// <summary>Letters, whose number is not told before.</summary>
    sealed class Endless(int count) : MemoryStream(Encoding.ASCII.GetBytes(new string('a', count)))
    {
        public override bool CanSeek => false;
    }
}
