using System.Globalization;

namespace TalkingMachines.Media;

/// <summary>One axis of a <see cref="Chart"/>: from data to a position in [0, 1], and where its ticks are.</summary>
internal sealed class ChartAxis
{
    const int WantedTicks = 6;

    readonly bool logarithmic;
    readonly double low, high;      // data, or its decimal logarithm

    ChartAxis(bool logarithmic, double low, double high, IReadOnlyList<double> ticks) =>
        (this.logarithmic, this.low, this.high, Ticks) = (logarithmic, low, high, ticks);

    /// <summary>Round values within the axis.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis that shows all values; those that it cannot show (not finite, not positive on a log axis) are ignored.</summary>
    public static ChartAxis Over(IEnumerable<double> values, bool logarithmic)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
            if (CanShow(value, logarithmic)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high) (low, high) = logarithmic ? (0.1, 10) : (0, 1);
        return logarithmic ? Logarithmic(Math.Log10(low), Math.Log10(high)) : Linear(low, high);
    }

    public bool CanShow(double value) => CanShow(value, logarithmic);

    public double Position(double value) => ((logarithmic ? Math.Log10(value) : value) - low) / (high - low);

    /// <summary>A tick's label: short, with k, M or G for thousands.</summary>
    public static string Label(double value)
    {
        double size = Math.Abs(value);
        var (scaled, suffix) = size switch
        {
            >= 1e15 => (value, ""),
            >= 1e9 => (value / 1e9, "G"),
            >= 1e6 => (value / 1e6, "M"),
            >= 1e4 => (value / 1e3, "k"),
            _ => (value, ""),
        };
        return scaled.ToString(size is > 0 and < 1e-3 ? "0.##e-0" : "0.######", CultureInfo.InvariantCulture) + suffix;
    }

    static bool CanShow(double value, bool logarithmic) => double.IsFinite(value) && (!logarithmic || value > 0);

    static ChartAxis Linear(double low, double high)
    {
        double middle = low / 2 + high / 2;
        // A constant still needs room around it, more than rounding can swallow.
        double room = Math.Max(Math.Abs(middle) * 1e-6, double.Epsilon * 1e20);
        if (high - low < room) (low, high) = (middle - Math.Max(Math.Abs(middle) / 2, 0.5), middle + Math.Max(Math.Abs(middle) / 2, 0.5));
        double step = RoundStep((high / 2 - low / 2) * 2 / WantedTicks);
        long first = (long)Math.Floor(low / step), last = (long)Math.Ceiling(high / step);
        var ticks = new List<double>();
        for (long i = first; i <= last; i++) ticks.Add(i * step);
        return new ChartAxis(false, first * step, last * step, ticks);
    }

    static ChartAxis Logarithmic(double low, double high)
    {
        if (high - low < 0.1) (low, high) = (low - 0.1, high + 0.1);
        var ticks = new List<double>();
        int stride = Math.Max(1, (int)Math.Ceiling((high - low) / WantedTicks));
        double[] within = high - low < 1.2 ? [1, 2, 3, 5, 7] : high - low < 3 ? [1, 2, 5] : [1];
        for (int decade = (int)Math.Floor(low); decade <= high; decade += stride)
            foreach (double digit in within)
                if (Math.Log10(digit) + decade is var place && place >= low - 1e-9 && place <= high + 1e-9)
                    ticks.Add(digit * Math.Pow(10, decade));
        return new ChartAxis(true, low, high, ticks);
    }

    /// <summary>The next of 1, 2, 5, 10, ... that is not below <paramref name="step"/>.</summary>
    static double RoundStep(double step)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return unit * (step / unit) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }
}
