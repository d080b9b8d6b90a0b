using Microsoft.Playwright;

namespace TalkingMachines.Calls;

/// <summary>The README's pictures of a call: a character speaks, with the details open, and another call on a phone.</summary>
internal static class CallPictures
{
    const string Text = "Hello! I am a drawing that a program made, and I say whatever you type.";

    public static async Task<string[]> TakeAsync(IBrowser browser, Uri address, string folder)
    {
        Directory.CreateDirectory(folder);
        return
        [
            await TakeAsync(browser, address, Path.Combine(folder, "call-phone.png"), 390, 844, hasDetails: false),
            await TakeAsync(browser, address, Path.Combine(folder, "call.png"), 1440, 900, hasDetails: true),
        ];
    }

    static async Task<string> TakeAsync(IBrowser browser, Uri address, string path, int width, int height, bool hasDetails)
    {
        await using var page = await Page.OpenAsync(browser, address);
        await page.ResizeAsync(width, height);
        await page.CallAsync();
        if (hasDetails)
        {
            await page.EvaluateAsync<object>("document.querySelector('#detailsButton').click()");
            await Task.Delay(10_000); // until their chart has something to show
        }
        await page.TypeAsync(Text);
        await Task.Delay(2500);
        await page.ScreenshotAsync(path);
        await page.HangUpAsync();
        return path;
    }
}
