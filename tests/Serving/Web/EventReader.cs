using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace TalkingMachines.Tests.Serving.Web;

/// <summary>Follows a session's server-sent events as a browser does.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    readonly HttpResponseMessage answer;
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentQueue<(string Name, JsonNode Data)> events = new();

    EventReader(HttpResponseMessage answer)
    {
        this.answer = answer;
        Ended = Task.Run(ReadAsync);
    }

    /// <summary>The stream has ended.</summary>
    public Task Ended { get; }

    public IEnumerable<JsonNode> Of(string name) => events.Where(each => each.Name == name).Select(each => each.Data);

    public static async Task<EventReader> FollowAsync(LiveWeb web, string session)
    {
        var answer = await web.Client.GetAsync($"{session}/events", HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        Xunit.Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new EventReader(answer);
    }

    async Task ReadAsync()
    {
        string name = "";
        try
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(stop.Token));
            while (await reader.ReadLineAsync(stop.Token) is { } line)
                if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) events.Enqueue((name, JsonNode.Parse(line[6..])!));
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        answer.Dispose();
        await Ended;
        stop.Dispose();
    }
}
