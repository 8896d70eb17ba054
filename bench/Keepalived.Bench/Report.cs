using System.Globalization;

namespace Keepalived.Bench;

/// <summary>The tables on standard output: figures of both, then each aim with whether it holds.</summary>
internal sealed class Report
{
    private const int LabelWidth = 30;
    private const int ColumnWidth = 13;

    public int Missed { get; private set; }

    public void Part(string title) => Console.WriteLine($"\n== {title}");

    public void Columns(string label, params string[] names) =>
        Console.WriteLine(label.PadRight(LabelWidth) + string.Concat(names.Select(name => name.PadLeft(ColumnWidth))));

    public void Row(string label, params double[] figures) =>
        Console.WriteLine(label.PadRight(LabelWidth) + string.Concat(figures.Select(figure => Shown(figure).PadLeft(ColumnWidth))));

    /// <summary>A figure of ours that must be at most <paramref name="aim"/> times theirs.</summary>
    public void JudgeRatio(string what, double ours, double theirs, double aim)
    {
        double ratio = ours / theirs;
        Judge($"{what}, at most {Shown(aim)}", ratio <= aim, ratio);
    }

    /// <summary>Few samples: a median of ours above theirs but inside what theirs reached themselves is no difference.</summary>
    public void JudgeWithin(string what, List<double> ours, List<double> theirs)
    {
        double median = new Quantiles(ours).Median;
        double ratio = median / new Quantiles(theirs).Median;
        Judge($"{what}, at most 1.00{(ratio > 1 && median <= theirs.Max() ? " (inside C's own spread)" : "")}", ratio <= 1 || median <= theirs.Max(), ratio);
    }

    public void Judge(string aim, bool holds, double value)
    {
        Missed += holds ? 0 : 1;
        Console.WriteLine($"    {(holds ? "holds " : "MISSED")} {aim}: {Shown(value)}");
    }

    public static void Note(string text) => Console.WriteLine($"    {text}");

    private static string Shown(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
