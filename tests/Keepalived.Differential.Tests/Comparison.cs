// Differential tests: what Debian's `keepalived -t -f FILE -l` (2.2.7) says of a file against what ours says.
//
//   Laboratory      writes the files, runs C once for each, reads each in this process as our -t does; both in one network namespace
//   Comparison      which findings of one side have no counterpart on the other
//   DifferenceList  the differences that are meant, each with its reason (Differences/*.tsv); an entry that explains nothing is a failure
//   four sets       Debian's samples, odd files written by hand, every keyword on its own, generated files
//
// Not compared: wording, columns, order. Not reproduced: that C ends at the first missing argument, so what comes after it is open.
using Keepalived.Configuration;

namespace Keepalived.Differential.Tests;

/// <summary>A configuration to try.</summary>
/// <param name="Name">What it is called in a report.</param>
/// <param name="Text">The main file.</param>
/// <param name="Others">Files beside it.</param>
internal sealed record TriedFile(string Name, byte[] Text, IReadOnlyList<(string Name, byte[] Text)> Others);

/// <summary>A line of C's report.</summary>
/// <param name="Place">File name and line; null when it names none.</param>
/// <param name="Text">The message.</param>
internal sealed record TheirFinding((string File, int Line)? Place, string Text);

/// <summary>What C said.</summary>
internal sealed record TheirVerdict(int ExitCode, IReadOnlyList<TheirFinding> Findings)
{
    /// <summary>C ends at a keyword that lacks an argument.</summary>
    internal const int Stopped = 2;

    /// <summary>From here on the code says that it was ended: 124 after a hang, 128 and more by a signal.</summary>
    internal const int Lost = 124;

    internal bool Rejects => ExitCode != 0;
}

/// <summary>What we said.</summary>
internal sealed record OurVerdict(int ExitCode, IReadOnlyList<Diagnostic> Findings)
{
    internal bool Rejects => ExitCode != 0;
}

/// <summary>A finding of one side that the other does not have.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Side">"C", "ours", or "exit" where only the codes differ.</param>
/// <param name="Text">The message, in our case with its class in front; the place behind it.</param>
internal sealed record Difference(string File, string Side, string Text);

/// <summary>Both sides on one file.</summary>
internal sealed record Comparison(TriedFile File, OurVerdict Ours, TheirVerdict Theirs)
{
    /// <summary>
    /// The findings without counterpart. A finding of C with a line needs one of ours there, of any weight; a finding of ours that counts
    /// needs a message of C at one of the lines that led to it, or a message of C that names no line. Those come from C's validation, and
    /// each answers for one of ours. What concerns a block C says at its end and we where it stands. Where C accepts, its messages are not findings; where it stopped early, ours may have more.
    /// </summary>
    /// <param name="isMeant">True for a difference that is listed; asked of ours before C's messages without a line are spent on them.</param>
    internal IReadOnlyList<Difference> Differences(Func<Difference, bool>? isMeant = null)
    {
        if (Theirs.ExitCode >= TheirVerdict.Lost)
        {
            return [new Difference(File.Name, "exit", $"C {Theirs.ExitCode}, ours {Ours.ExitCode}")];
        }

        BlockLines blocks = new(File);
        HashSet<(string, int)> ourPlaces = [.. Ours.Findings.SelectMany(PlacesOf)];
        HashSet<(string, int)> theirPlaces = [.. Theirs.Findings.Where(static finding => finding.Place is not null).SelectMany(finding => blocks.About(finding.Place!.Value))];
        List<TheirFinding> theirsAlone = [];
        List<Diagnostic> oursAlone = [];
        int unplaced = Theirs.Findings.Count(static finding => finding.Place is null);
        if (Theirs.Rejects)
        {
            theirsAlone.AddRange(Theirs.Findings.Where(finding => !Ours.Rejects || (finding.Place is { } place && !blocks.About(place).Any(ourPlaces.Contains))));
        }

        if (Theirs.ExitCode != TheirVerdict.Stopped)
        {
            oursAlone.AddRange(Ours.Findings.Where(finding => finding.Class != DiagnosticClass.Ok && !PlacesOf(finding).Any(theirPlaces.Contains)));
        }

        ILookup<bool, Difference> ours = oursAlone.Select(finding => Alone(finding)).ToLookup(difference => isMeant?.Invoke(difference) ?? false);

        List<Difference> found =
        [
            .. theirsAlone.Select(finding => new Difference(File.Name, "C", $"{finding.Text} @{finding.Place?.Line}")),
            .. ours[true],
            .. ours[false].Skip(Theirs.Rejects ? unplaced : 0),
        ];
        if (Theirs.Rejects && !Ours.Rejects && theirsAlone.Count == 0)
        {
            found.Add(new Difference(File.Name, "C", $"ends with {Theirs.ExitCode}, ours with 0"));
        }
        else if (Theirs.ExitCode != Ours.ExitCode && found.Count == 0)
        {
            found.Add(new Difference(File.Name, "exit", $"C {Theirs.ExitCode}, ours {Ours.ExitCode}"));
        }

        return found;
    }

    private Difference Alone(Diagnostic finding) =>
        new(File.Name, "ours", $"{finding.Class} {finding.Message}; {finding.Remedy} @{finding.Location.Origin?.Line}");

    /// <summary>The file and both sides, for a person.</summary>
    internal string Show()
    {
        StringWriter text = new() { NewLine = "\n" };
        text.WriteLine($"=== {File.Name}");
        WriteNumbered(text, File.Text);
        foreach ((string name, byte[] other) in File.Others)
        {
            text.WriteLine($"--- file {name}");
            WriteNumbered(text, other);
        }

        text.WriteLine($"--- C ends with {Theirs.ExitCode}");
        foreach (TheirFinding finding in Theirs.Findings)
        {
            text.WriteLine(finding.Place is { } place ? $"{place.File}:{place.Line} {finding.Text}" : finding.Text);
        }

        text.WriteLine($"--- ours {Ours.ExitCode}");
        foreach (Diagnostic finding in Ours.Findings)
        {
            text.WriteLine($"{finding.Class} {DiagnosticPrinter.FormatLine(finding)}");
        }

        text.WriteLine("--- differences");
        foreach (Difference difference in Differences())
        {
            text.WriteLine($"{difference.Side}: {difference.Text}");
        }

        return text.ToString();
    }

    private static void WriteNumbered(StringWriter text, byte[] content)
    {
        int number = 0;
        foreach (string line in System.Text.Encoding.Latin1.GetString(content).Split('\n'))
        {
            string shown = line.Length > 160 ? line[..160] + $"… ({line.Length})" : line;
            text.WriteLine($"{++number,4} {shown.Replace("\0", "\\0", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)}");
        }
    }

    /// <summary>The line and those that led to it: C names the line of a definition or of its use, as it happens.</summary>
    private static IEnumerable<(string File, int Line)> PlacesOf(Diagnostic finding)
    {
        for (SourceOrigin? origin = finding.Location.Origin; origin is not null; origin = origin.Parent)
        {
            yield return (Path.GetFileName(origin.File), origin.Line);
        }
    }
}
