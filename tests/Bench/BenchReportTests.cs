using TalkingMachines.Bench;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Bench;

public sealed class BenchReportTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_report_survives_its_file()
    {
        var report = Report(median: 200);
        string path = Write("a.json", report.ToJson());
        Assert.Equal(report.ToJson(), BenchReport.Read(path).ToJson());
    }

    [Theory]
    [InlineData("", "is not a report")]
    [InlineData("null", "is not a report")]
    [InlineData("{}", "is not a report")]
    [InlineData("{\"format\": 1}", "is not a report")]
    [InlineData("[1, 2", "is not a report")]
    public void What_is_no_report_is_refused_with_one_line(string text, string expected)
    {
        var refused = Assert.Throws<InvalidDataException>(() => BenchReport.Read(Write("a.json", text)));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Contains("does not exist", Assert.Throws<InvalidDataException>(() => BenchReport.Read(folder.File("none.json"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(215, null)]
    [InlineData(400, false)]
    [InlineData(100, true)]
    public void Two_reports_differ_where_they_differ_by_more_than_noise(double after, bool? better)
    {
        var comparison = BenchComparison.Of(Report(200), Report(after));
        Assert.Empty(comparison.Differences);
        var change = Assert.Single(comparison.Changes, each => each.Figure == "TTBC median, ms");
        Assert.Equal(after / 200, change.Ratio);
        Assert.Equal(better, change.IsBetter);
    }

    [Fact]
    public void Reports_of_unlike_machines_say_so_and_a_simulated_case_is_not_compared_with_a_measured_one()
    {
        var before = Report(200);
        var after = before with
        {
            Machine = before.Machine with { Cores = 64 },
            Cases = [before.Cases[0] with { Source = FigureSource.Simulated }],
        };
        var comparison = BenchComparison.Of(before, after);
        Assert.Equal(["cores: 2, then 64"], comparison.Differences);
        Assert.Empty(comparison.Changes);
    }

    [Fact]
    public void Calls_are_compared_on_the_same_devices_only()
    {
        var spread = TimeSpread.Of([100, 200], 750);
        BenchReport Calls(string placement) => Report(200) with
        {
            Sessions = [new(placement, 2, spread, 0, 0, true)],
            Interruption = new(placement, spread, spread),
        };
        string[] Compared(string before, string after) =>
            [.. BenchComparison.Of(Calls(before), Calls(after)).Changes.Select(change => change.Case).Where(name => name != Report(200).Cases[0].Name)];
        Assert.Equal(["a turn on cpu:0 | cpu:1", "2 session(s) on cpu:0 | cpu:1"], Compared("cpu:0 | cpu:1", "cpu:0 | cpu:1"));
        Assert.Empty(Compared("cpu", "cpu:0 | cpu:1"));
    }

    [Fact]
    public void Times_fall_into_bins_of_a_twentieth_of_a_chunk_and_none_is_lost()
    {
        var spread = TimeSpread.Of([100, 101, 190, 500, 9999], 100);
        Assert.Equal((190, 9999, 9999), (spread.Median, spread.P95, spread.Max));
        Assert.Equal(5, spread.Histogram.Sum(bin => bin.Count));
        Assert.Equal(new HistogramBin(100, 105, 2), spread.Histogram[0]);
        Assert.Equal(9999, spread.Histogram[^1].To);
        Assert.Empty(TimeSpread.Of([], 100).Histogram);
    }

    [Fact]
    public void Energy_is_that_of_the_packages_also_when_the_counter_begins_anew()
    {
        Zone("intel-rapl:0", "package-0", 900_000);
        Zone("intel-rapl:0:0", "core", 5);
        Zone("intel-rapl:1", "package-1", 0);
        var meter = new EnergyMeter(folder.Root);
        Zone("intel-rapl:0", "package-0", 400_000);
        Zone("intel-rapl:1", "package-1", 2_000_000);
        Assert.Equal(2.5, meter.Joules());
        Assert.Null(new EnergyMeter(folder.File("none")).Joules());
    }

    [Fact]
    public void A_report_makes_a_chart_with_a_line_for_each_case_and_one_for_real_time()
    {
        var chart = BenchCharts.TimeBetweenChunks(Report(200));
        Assert.Equal(["all cores for both", "real time: a chunk's length"], chart.Series.Select(line => line.Name));
        Assert.Null(BenchCharts.Sessions(Report(200)));
    }

    void Zone(string zone, string name, long microjoules)
    {
        string at = Directory.CreateDirectory(folder.File(zone)).FullName;
        File.WriteAllText(Path.Combine(at, "name"), name + "\n");
        File.WriteAllText(Path.Combine(at, "energy_uj"), $"{microjoules}\n");
        File.WriteAllText(Path.Combine(at, "max_energy_range_uj"), "1000000\n");
    }

    string Write(string name, string text)
    {
        string path = folder.File(name);
        File.WriteAllText(path, text);
        return path;
    }

    static BenchReport Report(double median) => new()
    {
        Machine = BenchMachine.OfThis(TimeProvider.System, typeof(BenchMachine).Assembly) with { Cores = 2, LoadBefore = 0 },
        Settings = new BenchSettings("models/mini", 2, 40, 12, 256, 750),
        Cases =
        [
            new CaseFigures
            {
                Name = "all cores for both",
                Placement = "cpu",
                Source = FigureSource.Measured,
                FramesPerSecond = 12 / median * 1000,
                RealTimeFactor = 750 / median,
                TimeBetweenChunks = TimeSpread.Of([median, median], 750),
                Series = [median, median],
                Stages = [],
                SimulatedMedianMilliseconds = median,
                PeakTensorBytes = 1_000_000,
            },
        ],
    };
}
