using System.Net;
using TalkingMachines.Media;
using TalkingMachines.Puppets;
using TalkingMachines.Serving.Web;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Serving.Web;

public sealed class CharacterTests(LiveWeb web) : IClassFixture<LiveWeb>
{
    [Fact]
    public async Task The_gallery_has_faces_to_show()
    {
        var characters = (await web.GetAsync("/api/characters")).AsArray();
        Assert.InRange(characters.Count, 8, 12);
        Assert.All(Gallery.All, each => Assert.InRange(each.Seed, 0, PuppetPainter.Seeds - 1));
        using var answer = await web.Client.GetAsync((string)characters[0]!["picture"]!);
        var picture = Png.Read(await answer.Content.ReadAsByteArrayAsync(), "mara.png");
        Assert.Equal((512, 512, "image/png"), (picture.Width, picture.Height, answer.Content.Headers.ContentType?.MediaType));
        await LiveWeb.RefusedAsync(await web.Client.GetAsync("/api/characters/nobody.png"), HttpStatusCode.NotFound, "'nobody'");
    }

    [Fact]
    public async Task A_seed_draws_the_same_face_and_a_wish_another()
    {
        byte[] first = await web.Client.GetByteArrayAsync("/api/puppets/1234.png");
        Assert.Equal(first, await web.Client.GetByteArrayAsync("/api/puppets/1234.png?hair=&skin="));
        Assert.NotEqual(first, await web.Client.GetByteArrayAsync("/api/puppets/1234.png?hair=afro&clothesColour=%233d7ea6"));
    }

    [Fact]
    public async Task Every_trait_that_is_offered_is_taken()
    {
        var traits = (await web.GetAsync("/api/puppets/traits")).AsArray();
        Assert.InRange(traits.Count, 8, 20);
        var all = traits.Select(trait => $"{trait!["name"]}={Uri.EscapeDataString((string)trait["values"]![1]!)}");
        using var answer = await web.Client.GetAsync($"/api/puppets/5.png?{string.Join('&', all)}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("-1.png", "The seed is '-1'")]
    [InlineData("1000000.png", "expected a whole number from 0 to 999999")]
    [InlineData("x.png", "The seed is 'x'")]
    [InlineData("99999999999999999999999.png", "The seed is")]
    [InlineData("1.png?wings=2", "The trait 'wings' is unknown, expected style, age")]
    [InlineData("1.png?hair=Green", "The trait 'hair' is 'Green', expected one of Bald, Buzz")]
    public async Task A_drawing_that_makes_no_sense_is_refused(string drawing, string says) =>
        await LiveWeb.RefusedAsync(await web.Client.GetAsync($"/api/puppets/{drawing}"), HttpStatusCode.BadRequest, says);

    [Fact]
    public async Task A_picture_is_kept_and_can_be_called()
    {
        using var stream = new MemoryStream();
        Png.Write(new PuppetRenderer().Draw(Puppet.FromSeed(3), PuppetPose.Neutral, 200).Crop(0, 20, 200, 150), stream);
        using var taken = await web.PostAsync("/api/pictures", stream.ToArray(), "image/png");
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        var answer = await LiveWeb.JsonAsync(taken);
        var shown = Png.Read(await web.Client.GetByteArrayAsync((string)answer["picture"]!), "back.png");
        Assert.Equal((150, 150), (shown.Width, shown.Height));
        await web.Client.DeleteAsync(await web.OpenAsync((string)answer["id"]!));
    }

    [FfmpegFact]
    public async Task A_picture_of_another_format_leaves_no_file_behind()
    {
        using var folder = new TemporaryFolder();
        Png.Write(new PuppetRenderer().Draw(Puppet.FromSeed(3), PuppetPose.Neutral, 128), folder.File("a.png"));
        Oracle.Ffmpeg("-i", folder.File("a.png"), folder.File("a.jpg"));
        using var taken = await web.PostAsync("/api/pictures", File.ReadAllBytes(folder.File("a.jpg")), "image/jpeg");
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        await LiveWeb.RefusedAsync(
            await web.PostAsync("/api/pictures", [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 0, 0, 0, 7], "image/jpeg"), HttpStatusCode.UnsupportedMediaType, "the picture");
        await LiveWeb.NoFileRemainsAsync();
    }

    [Fact]
    public async Task What_is_no_picture_is_refused()
    {
        await LiveWeb.RefusedAsync(await web.PostAsync("/api/pictures", "hello"u8.ToArray()), HttpStatusCode.UnsupportedMediaType, "the picture is text, expected a picture");
        await LiveWeb.RefusedAsync(await web.PostAsync("/api/pictures", []), HttpStatusCode.BadRequest, "empty");
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1, 2, 3]), "file", "a.png" } };
        await LiveWeb.RefusedAsync(await web.Client.PostAsync("/api/pictures", form), HttpStatusCode.UnsupportedMediaType, "expected the picture itself");
        await LiveWeb.RefusedAsync(await web.Client.GetAsync("/api/pictures/0123.png"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_picture_beyond_ten_megabytes_is_refused_before_it_is_read() =>
        await LiveWeb.RefusedAsync(await web.PostAsync("/api/pictures", new byte[PictureShelf.MostBytes + 1]), HttpStatusCode.RequestEntityTooLarge, "10485760");

    [Fact]
    public async Task Pictures_are_forgotten_an_hour_after_their_last_use_and_never_too_many()
    {
        using var stream = new MemoryStream();
        Png.Write(new Picture(8, 8), stream);
        var clock = new AheadClock();
        using var shelf = new PictureShelf(clock);
        string first = await TakeAsync();
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(shelf.Find(first));
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(shelf.Find(first));
        clock.Advance(TimeSpan.FromMinutes(61));
        shelf.Sweep();
        Assert.Equal(0, shelf.Count);
        for (int i = 0; i < 100; i++) first = await TakeAsync();
        Assert.InRange(shelf.Count, 10, 64);
        Assert.NotNull(shelf.Find(first));

        Task<string> TakeAsync() => shelf.TakeAsync(new MemoryStream(stream.ToArray()), CancellationToken.None);
    }
}
