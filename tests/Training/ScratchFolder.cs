using TalkingMachines.Tensors;
using TalkingMachines.Training;

namespace TalkingMachines.Tests.Training;

/// <summary>A folder of one test, deleted with it, and runs in it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("training-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string[] Checkpoints => [.. Directory.GetFiles(Path, "checkpoint-*.safetensors").Order(StringComparer.Ordinal)];

    public TrainingOutcome Run(Recipe recipe, Device device, bool resume = false, IProgress<TrainingEvent>? progress = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        using var run = RunFolder.Open(Path);
        return Trainer.Run(recipe, run, device, resume, progress, time, cancel);
    }

    /// <summary>Every number of a weight file by name.</summary>
    public static SortedDictionary<string, float[]> Numbers(string path)
    {
        using var file = SafeTensors.Open(path);
        var numbers = new SortedDictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var (name, tensor) in file.Tensors) file.Read(name, numbers[name] = new float[tensor.Shape.Count]);
        return numbers;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A clock that advances a second whenever it is read.</summary>
internal sealed class TickingClock : TimeProvider
{
    long seconds;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => ++seconds;
}

/// <summary>Keeps what a run reports.</summary>
internal sealed class EventList : List<TrainingEvent>, IProgress<TrainingEvent>
{
    public void Report(TrainingEvent value) => Add(value);
}
