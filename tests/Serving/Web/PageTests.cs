using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

public sealed partial class PageTests(LiveWeb web) : IClassFixture<LiveWeb>
{
    [Fact]
    public async Task The_page_and_all_that_it_asks_for_is_served_with_its_type()
    {
        string page = await web.Client.GetStringAsync("/");
        Assert.StartsWith("<!doctype html>", page, StringComparison.OrdinalIgnoreCase);
        string[] wanted = [.. Asked().Matches(page).Select(match => match.Groups[1].Value).Distinct()];
        Assert.NotEmpty(wanted);
        foreach (string path in wanted.Append("modules/call.js"))
        {
            using var answer = await web.Client.GetAsync($"/{path}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            string expected = Path.GetExtension(path) switch { ".css" => "text/css", ".js" => "text/javascript", ".svg" => "image/svg+xml", _ => "?" };
            Assert.Equal(expected, answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task A_file_that_the_browser_has_is_not_sent_again()
    {
        using var first = await web.Client.GetAsync("/");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var second = await web.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
        using var other = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { IfNoneMatch = { new EntityTagHeaderValue("\"older\"") } } };
        Assert.Equal(HttpStatusCode.OK, (await web.Client.SendAsync(other)).StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/status")]
    [InlineData("/nowhere")]
    public async Task Every_answer_tells_the_browser_to_be_strict(string path)
    {
        using var answer = await web.Client.GetAsync(path);
        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains("microphone=(self)", answer.Headers.GetValues("Permissions-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Headers, header => header.Key == "Server");
    }

    [Fact]
    public void The_page_holds_nothing_that_its_policy_forbids()
    {
        string page = File.ReadAllText(Checkout.File("src/Serving/Web/Page/index.html"));
        Assert.DoesNotContain(" style=\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)", page);
        Assert.DoesNotMatch(@"\son\w+=""", page);
    }

    [Theory]
    [InlineData("/../WebServer.cs")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/modules/..%2findex.html")]
    [InlineData("/modules/")]
    [InlineData("/gallery.json")]
    [InlineData("/index.html%00.js")]
    public async Task What_is_no_file_of_the_page_is_not_there(string path)
    {
        using var answer = await web.Client.GetAsync(new Uri($"http://localhost:{web.Server.Address.Port}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{path} gives {answer.StatusCode}.");
    }

    [Fact]
    public async Task A_method_that_is_not_meant_is_refused_with_those_that_are()
    {
        using var answer = await web.Client.DeleteAsync("/api/status");
        await LiveWeb.RefusedAsync(answer, HttpStatusCode.MethodNotAllowed, "expected GET");
        Assert.Equal("GET", answer.Content.Headers.Allow.Single());
        await LiveWeb.RefusedAsync(await web.Client.GetAsync("/nowhere"), HttpStatusCode.NotFound, "/nowhere");
    }

    [GeneratedRegex("(?:href|src)=\"([^\"#:]+)\"")]
    private static partial Regex Asked();
}
