using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.WeightFiles;

/// <summary>Damaged weight files give a <see cref="WeightFileException"/> or numbers, nothing else, and take no more memory than twice the file.</summary>
public sealed class WeightFileMutationTests : IDisposable
{
    const long Spare = 2 << 20;

    /// <summary>Cases of each kind; WEIGHT_FILE_MUTATIONS asks for more.</summary>
    static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("WEIGHT_FILE_MUTATIONS"), out int wanted) ? wanted : 500;

    readonly TemporaryFolder folder = new();

    [Fact]
    public void Damaged_safetensors_files_fail_cleanly()
    {
        const string header = """{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"y":{"dtype":"BF16","shape":[2],"data_offsets":[24,28]}}""";
        Check("a.safetensors", SafeTensorsTests.Bytes(header, new byte[28]));
    }

    [Fact]
    public void Damaged_checkpoints_fail_cleanly() => Check("a.pth", PickleWriter.Zip(Pickle(), ("0", PickleWriter.Floats(8)), ("1", new byte[6])));

    [Fact]
    public void Damaged_checkpoints_of_the_old_format_fail_cleanly() => Check("a.pth", PickleWriter.Legacy(Pickle(), ("0", 8, PickleWriter.Floats(8)), ("1", 3, new byte[6])));

    [Fact]
    public void Damaged_pickles_in_sound_zip_files_fail_cleanly() =>
        Check("a.pth", Pickle(), pickle => PickleWriter.Zip(pickle, ("0", PickleWriter.Floats(8)), ("1", new byte[6])));

    [Fact]
    public void Random_opcodes_fail_cleanly()
    {
        byte[] opcodes = [.. "(.012KMXUQRbc}dsu]aleth)qrjNJG"u8, 0x80, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x8D, 0x93, 0x94, 0x95];
        var pickles = from length in Gen.Choose(1, 200) from seed in Gen.Choose(0, int.MaxValue - 1) select Program(length, new Random(seed));
        Run("a.pth", pickles.Select(pickle => PickleWriter.Zip(pickle, ("0", PickleWriter.Floats(8)))));

        byte[] Program(int length, Random random)
        {
            byte[] program = [0x80, 2, .. new byte[length], (byte)'.'];
            for (int i = 2; i < length; i++) program[i] = random.Next(4) == 0 ? (byte)random.Next(4) : opcodes[random.Next(opcodes.Length)];
            return program;
        }
    }

    /// <summary>All that real checkpoints use: tensors of two types, nesting, a parameter, attributes, memory.</summary>
    static byte[] Pickle() => PickleWriter.Dictionary(items => items
        .Text("ema").Bytes((byte)'q', 1).Global("collections", "OrderedDict").Op(')').Op('R').Bytes((byte)'q', 2).Op('(')
        .Text("w").Tensor("FloatStorage", "0", 8, 2, [2, 3], [3, 1])
        .Text("b").Global("torch._utils", "_rebuild_parameter").Op('(').Tensor("HalfStorage", "1", 3, 0, [3], [1]).Bytes(0x88).Bytes((byte)'h', 2).Op('t').Op('R')
        .Op('u').Op('}').Text("_metadata").Op('}').Op('s').Op('b')
        .Text("step").Bytes((byte)'M', 1, 2));

    void Check(string name, byte[] original, Func<byte[], byte[]>? wrap = null) =>
        Run(name, from seed in Gen.Choose(0, int.MaxValue - 1) let bytes = MutationTests.Mutated(original, new Random(seed)) select wrap is null ? bytes : wrap(bytes));

    void Run(string name, Gen<byte[]> files)
    {
        string path = folder.File(name);
        Prop.ForAll(files.ToArbitrary(), bytes => FailsCleanly(path, bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));
    }

    static bool FailsCleanly(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var file = CheckpointNames.Clean(WeightFile.Open(path));
            foreach (var tensor in file.Tensors.Values) file.Read(tensor.Name, new float[tensor.Shape.Count]);
        }
        catch (WeightFileException e)
        {
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(e.Message, char.IsControl);
            Assert.InRange(e.Message.Length, 1, 5000);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Spare + (2 * bytes.Length));
        return true;
    }

    public void Dispose() => folder.Dispose();
}
