using System.IO.Pipelines;
using System.Net;
using System.Text;
using FsCheck.Fluent;
using TalkingMachines.Media;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

/// <summary>Damaged bodies get an answer that says so, never a fault of the server, and leave others' sessions alone.</summary>
public sealed class HostileBodyTests(LiveWeb web) : IClassFixture<LiveWeb>
{
    const int Cases = 400;

    [Fact]
    public async Task Damaged_bodies_are_refused_in_one_line_and_disturb_nobody()
    {
        string target = await web.OpenAsync(), bystander = await web.OpenAsync("finn");
        var session = web.Hub.Find(bystander.Split('/')[^1])!.Session;
        await using var events = await EventReader.FollowAsync(web, bystander);
        (string Path, string Type, byte[] Body)[] originals = [.. Originals(target)];
        var mutants = from original in Gen.Elements(originals)
                      from seed in Gen.Choose(0, int.MaxValue - 1)
                      select (original.Path, original.Type, Body: Media.MutationTests.Mutated(original.Body, new Random(seed)));
        foreach (var (path, type, body) in mutants.Sample(Cases))
        {
            using var answer = await web.PostAsync(path, body, type);
            if (answer.IsSuccessStatusCode) continue;
            Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError || answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{path} {Convert.ToBase64String(body)}: {answer.StatusCode}");
            await LiveWeb.RefusedAsync(answer, answer.StatusCode);
        }
        Assert.DoesNotContain(web.Notes, note => note.Contains("failed", StringComparison.Ordinal));
        Assert.Equal((0, false), (session.CurrentTurn, session.IsSpeaking));
        int told = events.Of("statistics").Count();
        await LiveWeb.UntilAsync(() => events.Of("statistics").Count() > told);
        Assert.Empty(events.Of("caption").Concat(events.Of("error")));
    }

    [Fact]
    public async Task Who_sends_slowly_keeps_nobody_from_bringing_a_picture()
    {
        Pipe[] slow = [.. Enumerable.Range(0, 5).Select(_ => new Pipe())];
        Task<HttpResponseMessage>[] waiting = [.. slow.Select(pipe => web.Client.PostAsync("/api/pictures", new StreamContent(pipe.Reader.AsStream()) { Headers = { ContentType = new("image/png") } }))];
        foreach (var pipe in slow) await pipe.Writer.WriteAsync(new byte[100]);
        using var picture = new MemoryStream();
        Png.Write(new Picture(16, 16), picture);
        using var answer = await web.PostAsync("/api/pictures", picture.ToArray(), "image/png").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(answer.IsSuccessStatusCode);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        foreach (var pipe in slow) await pipe.Writer.CompleteAsync();
        foreach (var task in waiting) await LiveWeb.RefusedAsync(await task, HttpStatusCode.UnsupportedMediaType);
    }

    static IEnumerable<(string Path, string Type, byte[] Body)> Originals(string session)
    {
        const string json = "application/json";
        yield return ("/api/sessions", json, "{\"charakter\": \"mara\"}"u8.ToArray());
        yield return ($"{session}/listening", json, "{\"listening\": true}"u8.ToArray());
        yield return ($"{session}/microphone", json, "{\"mode\": \"interrupt\"}"u8.ToArray());
        yield return ($"{session}/say", json, "{\"text\": \"Hello \\u00e9\\ud83d\\ude00\", \"voice\": \"hal\", \"rate\": 1.5}"u8.ToArray());
        yield return ($"{session}/pcm?last=true", "application/octet-stream", new byte[401]);
        yield return ("/whep?session=nobody", "application/sdp", Encoding.UTF8.GetBytes(Offers.ChromiumTalking));
        yield return ($"/whep?session={session.Split('/')[^1]}", "application/sdp", Encoding.UTF8.GetBytes(Offers.ChromiumTalking[..300]));
        using var picture = new MemoryStream();
        Png.Write(new Picture(16, 16), picture);
        yield return ("/api/pictures", "image/png", picture.ToArray());
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(440, 8000, 200));
        yield return ($"{session}/sound", "audio/wav", File.ReadAllBytes(folder.File("a.wav")));
    }
}
