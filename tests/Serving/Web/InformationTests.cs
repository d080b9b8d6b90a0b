using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

public sealed partial class InformationTests(LiveWeb web) : IClassFixture<LiveWeb>
{
    [Fact]
    public async Task Status_tells_what_the_page_shows()
    {
        var status = await web.GetAsync("/api/status");
        Assert.Equal(("tiny", 64, 16, true, false), ((string)status["model"]!, (int)status["picture"]!, (int)status["framesPerSecond"]!, (bool)status["ready"]!, (bool)status["assistant"]!));
        Assert.Equal((0, LiveWeb.Sessions), ((int)status["sessions"]!, (int)status["capacity"]!));
        var voices = status["voices"]!.AsArray();
        Assert.Equal(voices.Count, voices.Select(voice => (string)voice!["id"]!).Distinct().Count());
        Assert.All(voices, voice => Assert.Contains((string)voice!["engine"]!, new[] { "espeak-ng", "flite" }));
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_and_count_sessions()
    {
        string session = await web.OpenAsync();
        string[] lines = (await web.Client.GetStringAsync("/metrics")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(Metric(), line));
        Assert.Contains("talkingmachines_sessions 1", lines);
        Assert.Contains($"talkingmachines_sessions_capacity {LiveWeb.Sessions}", lines);
        foreach (string name in new[] { "frames_repeated_total", "chunks_total", "rtp_packets_sent_total", "sessions_refused_total" })
            Assert.Contains(lines, line => line.StartsWith($"talkingmachines_{name} ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("process_resident_memory_bytes ", StringComparison.Ordinal));

        await LiveWeb.UntilAsync(() => web.Hub.Conversations.Single().Session.Figures.Chunks > 1);
        string before = Line(await web.Client.GetStringAsync("/metrics"), "talkingmachines_chunks_total");
        await web.Client.DeleteAsync(session);
        string after = Line(await web.Client.GetStringAsync("/metrics"), "talkingmachines_chunks_total");
        Assert.True(long.Parse(after, null) >= long.Parse(before, null), "A counter goes back.");
    }

    [Fact]
    public async Task Every_route_is_in_the_description_and_no_other()
    {
        var paths = (await web.GetAsync("/openapi.json"))["paths"]!.AsObject();
        string[] described = [.. from path in paths from method in path.Value!.AsObject() select $"{method.Key.ToUpperInvariant()} {path.Key}"];
        Assert.Equal(Routes(), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_description_refers_to_what_it_holds()
    {
        string text = await web.Client.GetStringAsync("/openapi.json");
        var document = JsonNode.Parse(text)!;
        foreach (Match reference in Reference().Matches(text))
            Assert.True(reference.Groups[1].Value.Split('/').Aggregate((JsonNode?)document, (node, name) => node?[name]) is not null, reference.Value);
    }

    [Fact]
    public void Every_route_has_an_example_and_every_example_a_route()
    {
        string[] examples = [.. from line in File.ReadLines(Checkout.File("docs/api.md")) where line.Contains("curl ", StringComparison.Ordinal) && line.Contains("$URL/", StringComparison.Ordinal) select Called(line)];
        string[] routes = [.. Routes()];
        Assert.All(examples, example => Assert.Contains(routes, route => Fits(route, example)));
        Assert.All(routes, route => Assert.Contains(examples, example => Fits(route, example)));
    }

    IEnumerable<string> Routes() => web.Server.Routes.Select(route => $"{route.Method} {route.Pattern}").Order(StringComparer.Ordinal);

    static bool Fits(string route, string example) => Regex.IsMatch(example, $"^{Hole().Replace(Regex.Escape(route).Replace("\\{", "{", StringComparison.Ordinal), "[^/]+")}$");

    // What curl does with these words.
    static string Called(string line)
    {
        string method = Named().Match(line) is { Success: true } named ? named.Groups[1].Value
            : Regex.IsMatch(line, @" (-d|--data-binary) ") ? "POST" : line.Contains(" -T ", StringComparison.Ordinal) ? "PUT" : "GET";
        return $"{method} {Path().Match(line).Groups[1].Value}";
    }

    static string Line(string text, string name) =>
        text.Split('\n').Single(line => line.StartsWith($"{name} ", StringComparison.Ordinal))[(name.Length + 1)..];

    [GeneratedRegex(@"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{quantile=""0\.\d+""\})? [-+0-9.eE]+)$")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\{[a-z]+\\?}")]
    private static partial Regex Hole();

    [GeneratedRegex(@" -X (\w+)")]
    private static partial Regex Named();

    [GeneratedRegex(@"\$URL(/[^\s""?]*)")]
    private static partial Regex Path();

    [GeneratedRegex(@"""#/([^""]+)""")]
    private static partial Regex Reference();
}
