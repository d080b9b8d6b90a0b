using Microsoft.Playwright;
using TalkingMachines.Calls;
using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Calls;

/// <summary>The shipped model, the real server and the real page in a real browser.</summary>
public sealed class BrowserTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    IPlaywright? playwright;
    IBrowser? browser;
    CallServer? server;

    IBrowser Browser => browser!;

    CallServer Server => server!;

    public async Task InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await Chromium.LaunchAsync(playwright);
        server = await CallServer.StartAsync(Path.Combine(Checkout.Root, "models", "mini"), "cpu", mostCalls: 2);
    }

    public async Task DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    [Fact]
    public async Task A_typed_sentence_is_heard_and_moves_the_mouth_until_one_interrupts()
    {
        await using var page = await CallAsync();
        await Task.Delay(2000);
        var quiet = await page.NotesAsync();
        Assert.True(quiet.Frames.Count > 16, "The video plays.");
        Assert.All(quiet.Sounds, sound => Assert.True(sound.Level < 0.01, "A listener is silent."));

        await page.ForgetAsync();
        await page.TypeAsync("Hello there, this is a long sentence that goes on for quite a while, so that one can interrupt it before it has come to its end.");
        await UntilAsync(async () => (await page.NotesAsync()).Sounds.Any(sound => sound.Level > 0.05));
        Assert.Contains("this is a long sentence", await page.EvaluateAsync<string>("document.querySelector('#captions').textContent"), StringComparison.Ordinal);
        await Task.Delay(2000);
        var speaking = await page.NotesAsync();
        double still = quiet.Frames.Average(frame => frame.Moved), moving = speaking.Frames.TakeLast(24).Average(frame => frame.Moved);
        Assert.True(moving > 1.5 * still, $"The mouth moves by {moving:0.00} while speaking, by {still:0.00} while listening.");

        await page.InterruptAsync();
        await Task.Delay(1500); // what is on its way, however slow this machine is
        await page.ForgetAsync();
        await Task.Delay(1500);
        Assert.All((await page.NotesAsync()).Sounds, sound => Assert.True(sound.Level < 0.01, "It has fallen silent."));
        Assert.Equal("listening", await page.EvaluateAsync<string>("talkingMachines.activity"));
    }

    [Fact]
    public async Task Two_calls_hear_their_own_sound_and_a_third_is_refused()
    {
        await using var first = await CallAsync();
        await using var second = await CallAsync();
        await using (var third = await Page.OpenAsync(Browser, Server.Address))
        {
            await third.EvaluateAsync<object>("document.querySelector('#callButton').click()");
            await UntilAsync(() => third.EvaluateAsync<bool>("talkingMachines.state === 'refused'"));
            Assert.Contains("calls", await third.EvaluateAsync<string>("document.querySelector('#curtainTitle').textContent"), StringComparison.Ordinal);
        }
        await SayToneAsync(first, 500);
        await SayToneAsync(second, 1250);
        await UntilAsync(() => HearsAsync(first, 500));
        await UntilAsync(() => HearsAsync(second, 1250));
        for (int i = 0; i < 20; i++)
        {
            Assert.False(await HearsAsync(first, 1250) || await HearsAsync(second, 500), "One hears the other.");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task The_character_says_what_the_microphone_hears()
    {
        await using var page = await CallAsync(); // the browser's microphone beeps once a second
        string passed = await page.EvaluateAsync<string>("""
            (() => {
                const typing = document.querySelector('#wayType');
                typing.focus();
                typing.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
                return `${document.activeElement.id} ${document.activeElement.ariaSelected} ${typing.ariaSelected}`;
            })()
            """);
        Assert.Equal("wayVoice false true", passed); // on the way along the tabs nothing is switched on
        await page.EvaluateAsync<object>("[...document.querySelectorAll('#ways [role=tab], #composer [role=tab]')].find(tab => tab.dataset.name === 'voice').click()");
        await UntilAsync(() => Task.FromResult(Server.Hub.Conversations.Single().Microphone.Use == MicrophoneUse.Character));
        await UntilAsync(async () => (await page.NotesAsync()).Sounds.Any(sound => sound.Level > 0.05));
        Assert.True(Server.Hub.Conversations.Single().Session.IsSpeaking);
    }

    [Fact]
    public async Task Hanging_up_ends_the_session()
    {
        await using var page = await CallAsync();
        Assert.Single(Server.Hub.Conversations);
        await page.HangUpAsync();
        await UntilAsync(() => Task.FromResult(Server.Hub.Conversations.Count == 0));
    }

    [Fact]
    public async Task A_restarted_server_is_called_again()
    {
        await using var page = await CallAsync();
        string session = await page.EvaluateAsync<string>("talkingMachines.session");
        int port = Server.Address.Port;
        await Server.DisposeAsync();
        await UntilAsync(() => page.EvaluateAsync<bool>("talkingMachines.state === 'reconnecting'"));
        Assert.NotEmpty(await page.EvaluateAsync<string>("document.querySelector('#curtainTitle').textContent"));
        server = await CallServer.StartAsync(Path.Combine(Checkout.Root, "models", "mini"), "cpu", mostCalls: 2, port);
        await UntilAsync(() => page.EvaluateAsync<bool>("talkingMachines.state === 'connected'"));
        Assert.NotEqual(session, await page.EvaluateAsync<string>("talkingMachines.session"));
    }

    [Fact]
    public async Task The_page_fits_a_phone_in_a_call()
    {
        await using var page = await CallAsync();
        await page.ResizeAsync(390, 844);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 390 && document.documentElement.scrollHeight <= 844"), "Nothing scrolls.");
        string[] reachable = ["#sayText", "#hangUpButton", "#interruptButton", "#microphoneButton"];
        foreach (string each in reachable)
            Assert.True(await page.EvaluateAsync<bool>($"(() => {{ const box = document.querySelector('{each}').getBoundingClientRect(); return box.width > 0 && box.left >= -1 && box.right <= 391 && box.bottom <= 845; }})()"), $"{each} is on the screen.");
        await page.ScreenshotAsync(Path.Combine(Checkout.Root, "artifacts", "call-phone.png"));
    }

    async Task<Page> CallAsync()
    {
        var page = await Page.OpenAsync(Browser, Server.Address);
        await page.CallAsync();
        await page.WatchAsync();
        return page;
    }

    // By the interface for programs: a steady tone is no speech, but it goes the same way.
    async Task SayToneAsync(Page page, double hertz)
    {
        string id = await page.EvaluateAsync<string>("talkingMachines.session");
        var sound = Server.Hub.Find(id)!.Session.Speak();
        float[] tone = [.. Enumerable.Range(0, 15 * SoundBlock.SampleRate).Select(i => 0.4f * MathF.Sin((float)(2 * Math.PI * hertz * i / SoundBlock.SampleRate)))];
        await sound.AppendAsync(tone, CancellationToken.None);
    }

    // A slow machine leaves gaps, which the browser fills with what it likes.
    static async Task<bool> HearsAsync(Page page, double hertz) => Math.Abs(await page.EvaluateAsync<double>("probe.pitch()") - hertz) < 60;

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Patience, "It did not happen in time.");
            await Task.Delay(50);
        }
    }
}
