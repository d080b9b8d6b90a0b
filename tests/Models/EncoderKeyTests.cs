using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Text;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models;

/// <summary>The published checkpoints of encoders, autoencoders and judges hold just what our networks ask for.</summary>
public sealed class EncoderKeyTests
{
    public static TheoryData<string> Tables => [.. Networks.Keys];

    static readonly Dictionary<string, (Action<Weights> Build, Func<string, bool>? Ignored)> Networks = new()
    {
        ["wan2.1_vae"] = (weights => _ = new WanAutoencoder(weights, new WanAutoencoderConfig()), null),
        ["taehv_taew2_1_module"] = (weights => _ = new TinyAutoencoder(weights, new TinyAutoencoderConfig()), null),
        ["umt5_xxl_encoder"] = (weights => _ = new UmT5Encoder(weights, new UmT5Config()), null),
        ["clip_xlm_roberta_vit_h_14"] = (weights => _ = new ClipVisualEncoder(weights, new ClipVisualConfig()), key => ClipVisualEncoder.Ignores(key, new ClipVisualConfig())),
        ["wav2vec2_base_960h"] = (weights => _ = new Wav2Vec2(weights, new Wav2Vec2Config()), Wav2Vec2.Ignores),
        ["chinese_wav2vec2_base"] = (weights => _ = new Wav2Vec2(weights, new Wav2Vec2Config()), Wav2Vec2.Ignores),
        ["syncnet_v2"] = (weights => _ = new SyncNet(weights), SyncNet.Ignores),
        ["i3d_pytorch"] = (weights => _ = new InflatedInception(weights), InflatedInception.Ignores),
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_published_checkpoint_has_no_missing_and_no_unexpected_key(string name) => LeakCheck.On("cpu:0", device =>
    {
        using var table = new KeyTable(name);
        var (build, ignored) = Networks[name];
        var report = KeyReport.Expect(device, table, build, ignored);
        if (ignored is null) Assert.Equal(table.Parameters, report.Count);
    });

    [Fact]
    public void Sizes_of_published_checkpoints_are_read_from_their_shapes() => LeakCheck.On("cpu:0", device =>
    {
        Assert.Equivalent(new WanAutoencoderConfig(), Read(device, "wan2.1_vae", WanAutoencoderConfig.Of));
        Assert.Equivalent(new TinyAutoencoderConfig(), Read(device, "taehv_taew2_1_module", TinyAutoencoderConfig.Of));
        Assert.Equivalent(new UmT5Config(), Read(device, "umt5_xxl_encoder", UmT5Config.Of));
        Assert.Equivalent(new ClipVisualConfig(), Read(device, "clip_xlm_roberta_vit_h_14", weights => ClipVisualConfig.Of(weights)));
        Assert.Equivalent(new Wav2Vec2Config(), Read(device, "wav2vec2_base_960h", Wav2Vec2Config.Of));
        Assert.Equivalent(new Wav2Vec2Config(), Read(device, "chinese_wav2vec2_base", Wav2Vec2Config.Of));
    });

    static T Read<T>(Device device, string name, Func<Weights, T> read)
    {
        using var table = new KeyTable(name);
        using var weights = Weights.Shapes(device, table, new KeyReport());
        return read(weights);
    }

    [Fact]
    public void Foreign_weights_are_refused_with_one_line() => LeakCheck.On("cpu:0", device =>
    {
        var error = Assert.Throws<WeightFileException>(() => Read(device, "i3d_pytorch", Wav2Vec2Config.Of));
        Assert.Contains("i3d_pytorch", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Throws<WeightFileException>(() => Read(device, "i3d_pytorch", WanAutoencoderConfig.Of));
        Assert.Throws<WeightFileException>(() => Read(device, "i3d_pytorch", UmT5Config.Of));
    });
}
