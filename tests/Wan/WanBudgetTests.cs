using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Models.Wan;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Cli;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Wan;

/// <summary>Budgets agree with what others counted for the published sizes, and with what tiny ones really take.</summary>
public sealed class WanBudgetTests : IDisposable
{
    static readonly WanConfig Large = new() { Width = 5120, FeedForward = 13824, Heads = 40, Layers = 40, Type = "i2v", InputChannels = 36 };
    static readonly PictureSize Square = new(64, 64);

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static void AssertNear(double expected, double found, double tolerance) =>
        Assert.True(Math.Abs(found - expected) <= tolerance * expected, $"{found} was found, expected {expected}.");

    [Theory]
    [InlineData(3072, 83.1)]
    [InlineData(9216, 98.6)]
    [InlineData(21504, 129.5)]
    public void A_pass_of_the_14B_network_takes_the_known_work(long keys, double tera) => AssertNear(tera * 1e12, WanBudget.Pass(Large, 3072, keys), 0.002);

    [Fact]
    public void Its_cache_and_its_autoencoder_have_the_known_sizes()
    {
        var sampling = new WanSampling { Causal = true };
        AssertNear(17.6e9, 2 * WanBudget.CacheValues(Large, sampling, Square), 0.01);
        var decoding = AutoencoderWork.Decoding(new WanAutoencoderConfig(), Square);
        AssertNear(2.82e12, decoding.First, 0.01);
        AssertNear(8.86e12, decoding.Later, 0.01);
        AssertNear(1.24e9, 2 * decoding.Remembered, 0.02);
        var encoding = AutoencoderWork.Encoding(new WanAutoencoderConfig(), Square);
        AssertNear(1.75e12, encoding.First, 0.02);
        AssertNear(5.25e12, encoding.Later, 0.02);
        AssertNear(0.36e12, AutoencoderWork.Decoding(new TinyAutoencoderConfig(), Square).Later, 0.05);
    }

    [Fact]
    public void What_a_decoder_remembers_is_what_its_cache_holds() => LeakCheck.On("cpu:0", device =>
    {
        using var scope = Tensor.Scope();
        using var weights = Weights.New(device, 1);
        var config = new WanAutoencoderConfig { Widths = [8, 16, 32, 32] };
        var autoencoder = new WanAutoencoder(weights, config);
        using var cache = new FrameCache();
        for (int i = 0; i < 4; i++) autoencoder.Decode(Tensor.Zeros(device, [1, 16, 1, 4, 6]), cache);
        Assert.Equal(AutoencoderWork.Decoding(config, new PictureSize(4, 6)).Remembered, cache.Slots.Sum(slot => slot.Count));
    });

    [Fact]
    public void Memory_at_work_is_near_what_was_foretold() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        var config = new WanConfig { Width = 256, FeedForward = 704, Heads = 4, Layers = 2, TextWidth = 32, TextLength = 16 };
        var model = new WanModel(weights, config);
        var autoencoder = new WanAutoencoder(weights.Under("vae"), new WanAutoencoderConfig { Widths = [16, 32, 32, 32] });
        using var scope = Tensor.Scope();
        using var context = model.Context([Tensor.Zeros(device, [3, 32])]);
        var x = Tensor.Zeros(device, [1, 16, 4, 32, 32]);
        using var pattern = BlockPattern.Whole(device, config.HeadWidth, TokenGrid.Of(x.Shape));
        AssertNear(4 * WanBudget.Activations(config, 4 * 16 * 16), Peak(device, () => model.Forward(x, [500], new WanCondition(context), pattern)), 0.35);
        var (size, cache) = (new PictureSize(24, 24), new FrameCache());
        for (int i = 0; i < 2; i++) autoencoder.Decode(Tensor.Zeros(device, [1, 16, 1, 24, 24]), cache);
        AssertNear(4 * AutoencoderWork.Decoding(autoencoder.Config, size).Working, Peak(device, () => autoencoder.Decode(Tensor.Zeros(device, [1, 16, 1, 24, 24]), cache)), 0.35);
        cache.Dispose();
    });

    // Bytes above what was there before.
    static long Peak(Device device, Action body)
    {
        using var scope = Tensor.Scope();
        device.Memory.ResetPeak();
        long before = device.Memory.LiveBytes;
        body();
        return device.Memory.PeakBytes - before;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_doctor_shows_parts_memory_and_work_of_a_folder(bool ours)
    {
        if (ours) TinyAvatar.Write(folder.File("model"));
        else new TinyWan { Type = "i2v", AddOn = WanPart.MultiTalk, Tiny = true }.Write(folder.File("model"));
        var outcome = await BuiltProgram.Run(folder.Root, "doctor", "--model", "model", "--frames", "40");
        Assert.Equal((0, ""), (outcome.Code, outcome.Errors));
        foreach (string expected in ours ? (string[])["transformer", "keys and values of the past", "it fits"] : ["MultiTalk", "TinyAutoencoder", "48x32, 40 frames at 25", "at most", "it fits"])
            Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_films_a_public_folder()
    {
        new TinyWan().Write(folder.File("model"));
        var outcome = await BuiltProgram.Run(folder.Root, "generate", "--model", "model", "--prompt", "A cat", "--out", "v.avi", "--frames", "5", "--device", "cpu:0");
        Assert.Equal((0, "v.avi"), (outcome.Code, outcome.Output.Trim()));
        Assert.True(new FileInfo(folder.File("v.avi")).Length > 5 * 48 * 32 * 3);
        var tooMuch = await BuiltProgram.Run(folder.Root, "generate", "--model", "model", "--out", "w.avi", "--size", "8192x8192", "--frames", "4000", "--device", "cpu:0");
        Assert.Equal(1, tooMuch.Code);
        Assert.Contains("beside them). A smaller --size or fewer --frames take less", tooMuch.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("w.avi")));
    }
}
