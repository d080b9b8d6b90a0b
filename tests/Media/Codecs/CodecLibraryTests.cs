using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using Xunit;

namespace TalkingMachines.Tests.Media.Codecs;

public sealed class CodecLibraryTests
{
    [Fact]
    public void A_missing_library_is_one_line_that_names_the_package()
    {
        var absent = new CodecLibrary("libabsent", "Video calls need", "libabsent7", ["libabsent.so.7", "libabsent.so.9"]);
        var error = Assert.Throws<MediaException>(() => absent.Require());
        Assert.Equal("Video calls need libabsent, which is not installed; `apt-get install` of libabsent7 brings it.", error.Message);
    }

    [Fact]
    public void The_packages_are_Debians()
    {
        Assert.Equal("'^libvpx[0-9]+$'", CodecLibrary.Vpx.Package); // as apt-get takes it, from a shell
        Assert.Equal("libopus0", CodecLibrary.Opus.Package);
    }

    [Theory]
    [InlineData(22)]
    [InlineData(40)]
    [InlineData(0)]
    public void An_unknown_abi_is_refused_with_what_came_and_what_was_expected(int abi)
    {
        var error = Assert.Throws<MediaException>(() =>
            VpxLibrary.CheckAbi("encoder", abi, VpxLibrary.OldestEncoderAbi, VpxLibrary.NewestEncoderAbi, "v9.9.9"));
        Assert.Equal($"libvpx v9.9.9 has encoder ABI {abi}, expected 23 to 39 (libvpx 1.9 to 1.17).", error.Message);
    }

    [CodecFact]
    public void The_installed_library_tells_its_abi()
    {
        Assert.InRange(VpxLibrary.RequireEncoder(), VpxLibrary.OldestEncoderAbi, VpxLibrary.NewestEncoderAbi);
        Assert.Equal(VpxLibrary.OnlyDecoderAbi, VpxLibrary.RequireDecoder());
    }

    [Fact]
    public void Settings_that_stand_elsewhere_are_noticed()
    {
        var config = new VpxEncoderConfig
        {
            Width = 320,
            Height = 240,
            TimeNumerator = 1,
            TimeDenominator = 30,
            TargetBitrate = 256,
            MinQuantizer = 4,
            MaxQuantizer = 63,
            BufferSize = 6000,
            BufferInitialSize = 4000,
            BufferOptimalSize = 5000,
            KeyFrameMaxDistance = 128,
        };
        Assert.True(config.HasDefaults);
        config.KeyFrameMaxDistance = 0;
        Assert.False(config.HasDefaults);
    }
}
