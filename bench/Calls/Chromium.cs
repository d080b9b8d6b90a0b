using Microsoft.Playwright;

namespace TalkingMachines.Calls;

/// <summary>The installed Chromium, headless, with a microphone that plays a file or nothing.</summary>
internal static class Chromium
{
    static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    /// <param name="microphone">WAV that the microphone hears; null: a tone of the browser's own.</param>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright, string? microphone = null) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Places.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException($"No Chromium is installed, expected one of {string.Join(", ", Places)}: apt-get install chromium"),
        Headless = true,
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required",
            .. microphone is null ? Array.Empty<string>() : [$"--use-file-for-fake-audio-capture={microphone}"],
        ],
    });
}
