using System.Globalization;
using System.Xml.Linq;
using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

public sealed class ChartTests
{
    [Fact]
    public void A_chart_is_valid_xml_with_title_legend_and_a_path_for_each_series()
    {
        var svg = XDocument.Parse(Example(logY: false).ToSvg());
        Assert.Equal(["loss <of> \"a\" & b", "teacher", "student"], Texts(svg).Where(text => text.Any(char.IsLetter)).Except(["step", "loss"]));
        Assert.Equal(3, svg.Descendants().Count(element => element.Name.LocalName == "path"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Ticks_are_round_and_lines_stay_inside(bool logY)
    {
        var svg = XDocument.Parse(Example(logY).ToSvg());
        foreach (var path in svg.Descendants().Where(element => element.Name.LocalName == "path").Skip(1))
            foreach (string point in path.Attribute("d")!.Value.Split('M', 'L').Skip(1))
            {
                double[] place = [.. point.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
                Assert.InRange(place[0], 72, 776);
                Assert.InRange(place[1], 48, 394);
            }
        Assert.Contains("1000", Texts(svg));
    }

    [Fact]
    public void Gaps_constants_and_nothing_at_all_are_drawn_without_complaint()
    {
        double[] x = [0, 1, 2, 3, 4];
        var gap = new Chart { Series = [new ChartSeries("gap", x, [1, 2, double.NaN, 2, 1])] }.ToSvg();
        Assert.Equal(2, gap.Split("stroke-width=\"1.8\"")[0].Split("<path").Last().Count(letter => letter == 'M'));
        foreach (bool logY in new[] { false, true })
        {
            foreach (double value in new[] { 0, 5, -3, 1e-300, 1e300, double.NaN, double.PositiveInfinity })
                XDocument.Parse(new Chart { LogY = logY, Series = [new ChartSeries("flat", x, [value, value, value, value, value])] }.ToSvg());
            XDocument.Parse(new Chart { LogY = logY, Series = [] }.ToSvg());
            XDocument.Parse(new Chart { LogY = logY, Series = [new ChartSeries("wide", [0, 1], [-double.MaxValue, double.MaxValue])] }.ToSvg());
        }
    }

    [Fact]
    public void Long_series_are_thinned_but_keep_their_spikes()
    {
        var x = Enumerable.Range(0, 100_000).Select(i => (double)i).ToArray();
        var y = x.Select(i => i == 54_321 ? 1000.0 : 1.0).ToArray();
        string svg = new Chart { Series = [new ChartSeries("spike", x, y)] }.ToSvg();
        Assert.InRange(svg.Length, 1000, 60_000);
        Assert.Contains(" 48L", svg, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_same_chart_as_pixels_has_every_line_in_its_colour(bool logY)
    {
        var picture = Example(logY).ToPicture();
        Assert.Equal((800, 450), (picture.Width, picture.Height));
        foreach (var colour in new[] { (0x00, 0x72, 0xb2), (0xd5, 0x5e, 0x00) })
            Assert.Contains(picture.Pixels.Chunk(3), pixel => (pixel[0], pixel[1], pixel[2]) == colour);
        foreach (double value in new[] { 0, double.NaN, 1e300 })
            new Chart { LogY = logY, FromZero = true, Headroom = 0.5, Series = [new ChartSeries("flat", [0, 1], [value, value])] }.ToPicture();
    }

    static Chart Example(bool logY) => new()
    {
        Title = "loss <of> \"a\" & b",
        XLabel = "step",
        YLabel = "loss",
        LogY = logY,
        Series =
        [
            new ChartSeries("teacher", [.. Enumerable.Range(0, 500).Select(i => i * 2.0)], [.. Enumerable.Range(0, 500).Select(i => 2 * Math.Exp(-i / 90.0) + 0.03)]),
            new ChartSeries("student", [.. Enumerable.Range(0, 500).Select(i => i * 2.0)], [.. Enumerable.Range(0, 500).Select(i => 1.4 * Math.Exp(-i / 40.0) + 0.06 + 0.01 * Math.Sin(i))]),
        ],
    };

    static IEnumerable<string> Texts(XDocument svg) =>
        svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value);
}
