using System.Reflection;
using System.Text.Json;
using Microsoft.Playwright;

namespace TalkingMachines.Calls;

/// <summary>The real page in a real browser, and what is seen and heard there.</summary>
internal sealed class Page(IPage page) : IAsyncDisposable
{
    const float Timeout = 20_000;

    /// <summary>Opens the page as a caller would.</summary>
    public static async Task<Page> OpenAsync(IBrowser browser, Uri address)
    {
        var page = await browser.NewPageAsync(new() { BypassCSP = true, ViewportSize = new() { Width = 1000, Height = 700 } });
        page.SetDefaultTimeout(Timeout);
        await page.AddInitScriptAsync(Script());
        await page.GotoAsync(address.ToString());
        await page.Locator("#callButton:enabled").WaitForAsync();
        return new Page(page);
    }

    static string Script()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("probe.js")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Presses Call and waits for the first frame; milliseconds between the two, by the page's own clock.</summary>
    public async Task<double> CallAsync()
    {
        await page.ClickAsync("#callButton");
        await page.WaitForFunctionAsync("talkingMachines.state === 'connected'");
        return await page.EvaluateAsync<double>("talkingMachines.firstFrameMs");
    }

    /// <summary>Begins to look and listen.</summary>
    public Task WatchAsync() => page.EvaluateAsync("probe.start('#video')");

    public Task<double> NowAsync() => page.EvaluateAsync<double>("probe.now()");

    public Task ForgetAsync() => page.EvaluateAsync("probe.clear()");

    /// <summary>Types a sentence and sends it; the moment of the key press.</summary>
    public async Task<double> TypeAsync(string text)
    {
        var box = page.Locator("#sayText");
        await box.FillAsync(text);
        await page.EvaluateAsync("addEventListener('keydown', event => { if (event.key === 'Enter') window.pressedAt = performance.now(); }, { capture: true })");
        await box.PressAsync("Enter");
        return await page.EvaluateAsync<double>("pressedAt");
    }

    /// <summary>Presses Escape: the character is to fall silent; the moment of the key press.</summary>
    public async Task<double> InterruptAsync()
    {
        await page.EvaluateAsync("addEventListener('keydown', event => { if (event.key === 'Escape') window.escapedAt = performance.now(); }, { capture: true })");
        await page.Keyboard.PressAsync("Escape");
        return await page.EvaluateAsync<double>("escapedAt");
    }

    public async Task HangUpAsync()
    {
        await page.ClickAsync("#hangUpButton");
        await page.WaitForFunctionAsync("talkingMachines.state === 'lobby'");
    }

    /// <summary>What was seen and heard since <see cref="ForgetAsync"/>.</summary>
    public async Task<Notes> NotesAsync()
    {
        string json = await page.EvaluateAsync<string>("JSON.stringify({ frames: probe.notes.frames.map(({ t, light, moved }) => ({ t, light, moved })), sounds: probe.notes.sounds })");
        return JsonSerializer.Deserialize<Notes>(json, JsonSerializerOptions.Web)!;
    }

    /// <summary>The inbound streams as getStats() tells them.</summary>
    public async Task<VideoStatistics> StatisticsAsync()
    {
        string json = await page.EvaluateAsync<string>("(async () => JSON.stringify(await probe.statistics()))()");
        return JsonSerializer.Deserialize<VideoStatistics>(json, JsonSerializerOptions.Web)!;
    }

    public Task ResizeAsync(int width, int height) => page.SetViewportSizeAsync(width, height);

    public Task<T> EvaluateAsync<T>(string script) => page.EvaluateAsync<T>(script);

    public Task ScreenshotAsync(string path) => page.ScreenshotAsync(new() { Path = path });

    public async ValueTask DisposeAsync() => await page.CloseAsync();
}

/// <summary>Times in milliseconds of the page's clock.</summary>
internal sealed record Notes(IReadOnlyList<FrameNote> Frames, IReadOnlyList<SoundNote> Sounds);

/// <param name="T">When it is shown.</param>
/// <param name="Light">Mean of all pixels, 0 to 255.</param>
/// <param name="Moved">Mean change of the pixels around the mouth against the frame before.</param>
internal sealed record FrameNote(double T, double Light, double Moved);

/// <param name="Level">Largest sample of a block of 2.7 ms.</param>
internal sealed record SoundNote(double T, double Level);

internal sealed record VideoStatistics(long FramesDecoded, long FramesDropped, long PacketsLost, long FreezeCount, double TotalFreezesDuration, long NackCount, long KeyFramesDecoded, double FramesPerSecond);
