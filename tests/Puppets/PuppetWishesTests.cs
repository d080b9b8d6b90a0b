using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Puppets;

public sealed class PuppetWishesTests
{
    [Fact]
    public void Without_a_wish_it_is_the_seeds_own_character()
    {
        for (long seed = 0; seed < 50; seed++) Assert.Equal(Puppet.FromSeed(seed), new PuppetWishes().Apply(seed));
    }

    [Fact]
    public void A_wish_changes_what_it_names_and_what_depends_on_it()
    {
        var own = Puppet.FromSeed(7);
        var (skin, hair) = (Rgb.Hex(0x5E3521), Rgb.Hex(0xF0DDA6));
        var wished = new PuppetWishes { Skin = skin, HairColour = hair, Glasses = GlassesKind.Round }.Apply(7);
        Assert.Equal((skin, hair, GlassesKind.Round), (wished.Skin.Skin, wished.Hair.Colour, wished.Wardrobe.Glasses));
        Assert.NotEqual(own.Eyes.BrowColour, wished.Eyes.BrowColour);
        Assert.Equal((own.Head, own.Nose, own.Backdrop, own.Wardrobe.Clothes), (wished.Head, wished.Nose, wished.Backdrop, wished.Wardrobe.Clothes));
    }

    [Fact]
    public void A_hat_finds_hair_that_fits_below_it()
    {
        var wished = new PuppetWishes { Hair = HairStyle.Afro, Headwear = HeadwearKind.Beanie }.Apply(7);
        Assert.Equal((BackKind.CurlyLong, FringeKind.SideSweep), (wished.Hair.Back, wished.Hair.Fringe));
    }

    [Fact]
    public void A_photograph_may_be_taken_elsewhere()
    {
        Assert.Equal((DrawingStyle.Photo, BackdropKind.Bokeh), (Puppet.FromSeed(7).Style, Puppet.FromSeed(7).Backdrop.Kind));
        Assert.Equal(BackdropKind.Hills, new PuppetWishes { Background = BackdropKind.Hills }.Apply(7).Backdrop.Kind);
    }

    [Fact]
    public void Every_kind_of_eyes_is_found_for_every_age()
    {
        foreach (var age in Enum.GetValues<AgeGroup>())
            foreach (var kind in Enum.GetValues<EyeKind>())
            {
                var puppet = new PuppetWishes { Age = age, Eyes = kind }.Apply(1);
                Assert.Equal((kind, age), (puppet.Eyes.Kind, puppet.Age));
            }
    }

    [Fact]
    public void Every_value_of_every_trait_can_be_drawn()
    {
        var renderer = new PuppetRenderer();
        var drawn = new HashSet<string>();
        foreach (var trait in PuppetTrait.All)
            foreach (string value in trait.Values)
            {
                var wishes = trait.TryWish(new PuppetWishes(), value.ToUpperInvariant());
                Assert.NotNull(wishes);
                var picture = renderer.Draw(wishes.Apply(4), PuppetPose.Neutral, 48);
                drawn.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(picture.Pixels)));
            }
        Assert.True(drawn.Count > 0.9 * PuppetTrait.All.Sum(trait => trait.Values.Count - 1), $"{drawn.Count} different pictures.");
        Assert.Null(PuppetTrait.All[0].TryWish(new PuppetWishes(), "nonsense"));
    }
}
