using System.Net;
using System.Text;
using TalkingMachines.Tests.Media.Codecs;
using TalkingMachines.Tests.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

public sealed class WhepTests : IAsyncLifetime, IAsyncDisposable
{
    readonly LiveWeb web = new();

    public Task InitializeAsync() => web.InitializeAsync();

    public ValueTask DisposeAsync() => web.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [CodecFact]
    public async Task An_offer_is_answered_media_flow_and_the_location_hangs_up()
    {
        string session = await web.OpenAsync(), id = session.Split('/')[^1];
        using var browser = new LoopbackBrowser();
        using var answer = await OfferAsync($"/whep?session={id}", browser.Offer);
        Assert.Equal((HttpStatusCode.Created, "application/sdp"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(id, answer.Headers.GetValues("Session-Id").Single());
        await browser.Connect(web.Hub.Find(id)!.Call!.Peer);
        await LiveWeb.UntilAsync(() => web.Notes.Any(note => note.Contains("begins: mara", StringComparison.Ordinal)));
        Assert.True((bool)(await web.GetAsync(session))["connected"]!);
        Assert.Equal(HttpStatusCode.OK, (await web.Client.DeleteAsync(answer.Headers.Location)).StatusCode);
        await LiveWeb.UntilAsync(() => web.Notes.Any(note => note.Contains("ends after", StringComparison.Ordinal)));
        await LiveWeb.UntilAsync(() => web.Hub.Find(id)!.Call is null); // it may be called again
        Assert.False((bool)(await web.GetAsync(session))["connected"]!);
        await LiveWeb.RefusedAsync(await web.Client.DeleteAsync(answer.Headers.Location), HttpStatusCode.NotFound, "no such call");
    }

    [CodecFact]
    public async Task An_offer_without_a_session_begins_one_that_ends_with_the_call()
    {
        using var browser = new LoopbackBrowser();
        using var answer = await OfferAsync("/whep", browser.Offer);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("mara", Assert.Single(web.Hub.Conversations).Character);
        await web.Client.DeleteAsync(answer.Headers.Location);
        await LiveWeb.UntilAsync(() => web.Hub.Conversations.Count == 0);
    }

    [CodecFact]
    public async Task Hanging_up_late_leaves_the_next_call_alone()
    {
        string id = (await web.OpenAsync()).Split('/')[^1];
        using LoopbackBrowser first = new(), second = new();
        using var before = await OfferAsync($"/whep?session={id}", first.Offer);
        using var after = await OfferAsync($"/whep?session={id}", second.Offer);
        Assert.Equal(HttpStatusCode.NotFound, (await web.Client.DeleteAsync(before.Headers.Location)).StatusCode);
        Assert.Equal($"/whep/{web.Hub.Find(id)!.Call!.Peer.Id}", after.Headers.Location!.ToString());
    }

    [Fact]
    public async Task What_cannot_be_answered_is_refused_and_leaves_no_session()
    {
        await LiveWeb.RefusedAsync(await OfferAsync("/whep", "hello"), HttpStatusCode.BadRequest, "offer");
        await LiveWeb.RefusedAsync(await OfferAsync("/whep", ""), HttpStatusCode.BadRequest);
        await LiveWeb.RefusedAsync(await OfferAsync("/whep?session=nobody", Offers.ChromiumTalking), HttpStatusCode.NotFound, "no such session");
        await LiveWeb.RefusedAsync(await web.PostAsync("/whep", "{}"), HttpStatusCode.UnsupportedMediaType, "expected application/sdp");
        Assert.Empty(web.Hub.Conversations);
    }

    Task<HttpResponseMessage> OfferAsync(string path, string offer) =>
        web.Client.PostAsync(path, new ByteArrayContent(Encoding.UTF8.GetBytes(offer)) { Headers = { { "Content-Type", "application/sdp" } } });
}
