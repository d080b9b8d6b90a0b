using TalkingMachines.Cli.Verify;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.Wan;
using Xunit;

namespace TalkingMachines.Tests.Models;

/// <summary>Stored activations of the published networks: ours compute the same numbers.</summary>
public sealed class GoldenTests
{
    static readonly GoldenFolder Folder = new(Checkout.File("tests/Golden"));

    public static TheoryData<string> Cases => [.. Folder.Names];

    public static TheoryData<string> CasesWithCopies => [.. Folder.Names.Where(name => Folder.WeightFiles(name).Count > 1)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Our_network_computes_the_numbers_of_the_published_one(string name) => LeakCheck.On("cpu", device =>
    {
        var rows = GoldenReplay.Run(Folder, name, device);
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.True(row.Holds, row.ToString()));
    });

    [Theory]
    [InlineData("wan_i2v_tiny")]
    [InlineData("wan_vae_tiny")]
    [InlineData("t5_tiny")]
    [InlineData("clip_visual_tiny")]
    public void Weights_under_the_names_of_diffusers_and_transformers_compute_the_same_numbers(string name) => LeakCheck.On("cpu", device =>
    {
        using var folder = new TemporaryFolder();
        File.Copy(Checkout.File($"tests/Golden/{name}.io.safetensors"), folder.File($"{name}.io.safetensors"));
        using (Tensor.Scope())
        {
            var all = Read(device, Checkout.File($"tests/Golden/{name}.weights.safetensors"));
            SafeTensors.Write(folder.File($"{name}.weights.safetensors"), name switch
            {
                "wan_i2v_tiny" => all.ToDictionary(each => DiffusersLayout.Transformer(each.Key), each => each.Value),
                "wan_vae_tiny" => all.ToDictionary(each => DiffusersLayout.Autoencoder(each.Key), each => each.Value),
                "t5_tiny" => all.ToDictionary(each => DiffusersLayout.TextEncoder(each.Key), each => each.Value),
                _ => DiffusersLayout.Clip(all),
            }, DType.F32);
        }
        var rows = GoldenReplay.Run(new GoldenFolder(folder.Root), name, device);
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.True(row.Holds, row.ToString()));
    });

    static Dictionary<string, Tensor> Read(Device device, string path)
    {
        using var source = SafeTensors.Open(path);
        return source.Tensors.Values.ToDictionary(stored => stored.Name, stored =>
        {
            float[] numbers = new float[stored.Shape.Count];
            source.Read(stored.Name, numbers);
            return Tensor.From(device, stored.Shape, numbers);
        });
    }

    [Theory]
    [MemberData(nameof(CasesWithCopies))]
    public void Weights_are_the_same_in_every_format(string name)
    {
        using var golden = Folder.Open(name);
        var rows = WeightCopies.Compare(golden).ToArray();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.True(row.Holds, row.ToString()));
    }
}
