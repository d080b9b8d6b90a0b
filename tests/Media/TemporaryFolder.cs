namespace TalkingMachines.Tests.Media;

/// <summary>A folder for one test, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "talking-media-" + Guid.NewGuid().ToString("N")[..8]);

    public string File(string name) => Path.Combine(Root, name);

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes.ToArray());
        return File(name);
    }

    /// <summary>Names of everything inside, sorted.</summary>
    public string[] Names => [.. Directory.EnumerateFileSystemEntries(Root).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
