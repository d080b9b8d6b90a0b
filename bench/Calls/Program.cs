using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using TalkingMachines.Calls;
using TalkingMachines.Serving;

// Measures calls through a real browser: bench/calls --help
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Contains("--help"))
{
    Console.WriteLine("""
        Measures calls through the page in a headless Chromium on this machine.
        bench/calls [--model models/mini] [--device cpu] [--minutes 1] [--most-calls 4] [--only first,typing,interrupting,steady,loss,crowd] [--out out/calls.json]
        bench/calls --pictures FOLDER    takes pictures of a call instead: call.png and call-phone.png
        Example: bench/calls --minutes 30
        """);
    return 0;
}
string Option(string name, string usual) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : usual;
string[] only = Option("--only", "first,typing,interrupting,steady,loss,crowd").Split(',');
double minutes = double.Parse(Option("--minutes", "1"));
int mostCalls = int.Parse(Option("--most-calls", "4"));
string path = Option("--out", "out/calls.json");
var results = new Dictionary<string, object>
{
    ["machine"] = $"{Environment.ProcessorCount} cores, {File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()}",
};

using var playwright = await Playwright.CreateAsync();
await using var browser = await Chromium.LaunchAsync(playwright);
await using var server = await CallServer.StartAsync(Option("--model", "models/mini"), Option("--device", "cpu"), mostCalls);
Console.WriteLine($"{server.Address} on {results["machine"]}: a chunk costs {server.Hub.ChunkCost.TotalMilliseconds:0} ms of {CallHub.RealTime(server.Avatar.Config).TotalMilliseconds:0}.");
if (Option("--pictures", "") is { Length: > 0 } folder)
{
    foreach (string picture in await CallPictures.TakeAsync(browser, server.Address, folder)) Console.WriteLine(picture);
    return 0;
}
var measure = new Measurements(server, browser, Console.WriteLine);
if (only.Contains("first")) Note("first frame after Call", await measure.FirstFrameAsync(10));
if (only.Contains("typing"))
{
    var (sound, mouth) = await measure.TypingAsync(12);
    Note("typed sentence to sound", sound);
    Note("typed sentence to moving mouth", mouth);
}
if (only.Contains("interrupting"))
{
    var (sound, mouth) = await measure.InterruptingAsync(10);
    Note("interruption to silence", sound);
    Note("interruption to mouth at rest", mouth);
}
if (only.Contains("steady")) Note("steady", await measure.EnduranceAsync(TimeSpan.FromMinutes(minutes), loss: 0));
if (only.Contains("loss")) Note("with 5 % loss", await measure.EnduranceAsync(TimeSpan.FromMinutes(1), loss: 0.05));
if (only.Contains("crowd"))
    for (int calls = 1; calls <= mostCalls; calls++)
    {
        var crowd = await measure.CrowdAsync(calls, TimeSpan.FromSeconds(30));
        Note($"{calls} calls at once: {(crowd.HoldsRealTime ? "real time" : "too many")}", crowd);
        if (!crowd.HoldsRealTime) break;
    }
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
File.WriteAllText(path, JsonSerializer.Serialize(results, new JsonSerializerOptions { WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals }));
Console.WriteLine(path);
return 0;

void Note(string what, object figure)
{
    results[what] = figure;
    Console.WriteLine($"{what}: {figure}");
}
