namespace Keepalived.Differential.Tests;

/// <summary>One set of files: every difference is listed, and what is listed is a difference.</summary>
public abstract class DifferentialTests(string name, Func<IReadOnlyList<object>> files, ITestOutputHelper output)
{
    private protected void Compare(MustOccur mustOccur = MustOccur.All)
    {
        Laboratory.Require();
        TriedFile[] tried = [.. files().Cast<TriedFile>()];
        if (tried.Length == 0)
        {
            Assert.Skip("There are no files: not installed, or no folder named");
        }

        DifferenceList listed = new(name);
        List<string> unlisted = [];
        List<string> summary = [];
        int same = 0;
        foreach (Comparison comparison in Laboratory.Judge(tried))
        {
            Difference[] differences = [.. comparison.Differences(listed.Explains)];
            same += differences.Length == 0 ? 1 : 0;
            Difference[] unexplained = [.. differences.Where(difference => !listed.Explains(difference))];
            if (unexplained.Length > 0)
            {
                unlisted.Add(comparison.Show());
                summary.AddRange(unexplained.Select(static difference => $"{difference.File}\t{difference.Side}\t{difference.Text}"));
            }
        }

        output.WriteLine($"{name}: {tried.Length} files, {same} the same on both sides, {tried.Length - same - unlisted.Count} with listed differences, {unlisted.Count} with others");
        string directory = Environment.GetEnvironmentVariable("DIFFERENTIAL_REPORT") ?? "";
        if (directory.Length > 0)
        {
            File.WriteAllText(Path.Combine(directory, name + ".txt"), string.Join('\n', unlisted));
            File.WriteAllLines(Path.Combine(directory, name + ".tsv"), summary);
        }

        const int Shown = 5;
        Assert.True(unlisted.Count == 0, $"{unlisted.Count} of {tried.Length} files differ in a way that Differences/{name}.tsv does not list\n" +
            string.Join('\n', unlisted.Take(Shown)) + string.Join('\n', summary.Take(200)));
        IReadOnlyList<string> unused = mustOccur == MustOccur.None ? [] : listed.Unused(withRare: mustOccur == MustOccur.All);
        Assert.True(unused.Count == 0, "these no longer occur; take them out:\n" + string.Join('\n', unused));
    }
}

/// <summary>Which entries of a list have to explain something.</summary>
internal enum MustOccur
{
    /// <summary>Any may be idle.</summary>
    None,

    /// <summary>All but the rare ones.</summary>
    Common,

    /// <summary>All.</summary>
    All,
}

/// <summary>The samples of Debian's package, read where they are installed.</summary>
public sealed class SampleTests(ITestOutputHelper output) : DifferentialTests("samples", Samples, output)
{
    [Fact]
    public void Debians_sample_configurations_are_judged_as_C_judges_them() => Compare();

    private static IReadOnlyList<object> Samples()
    {
        const string Folder = "/usr/share/doc/keepalived/samples";
        return !Directory.Exists(Folder) ? [] : [.. Directory.GetFiles(Folder, "keepalived.conf*").Append("/etc/keepalived/keepalived.conf.sample")
            .Where(File.Exists)
            .Order(StringComparer.Ordinal)
            .Select(static path => new TriedFile(Path.GetFileName(path), File.ReadAllBytes(path), []))];
    }
}

/// <summary>Files as nobody should write them.</summary>
public sealed class OddFileTests(ITestOutputHelper output) : DifferentialTests("odd", static () => OddFiles.All, output)
{
    [Fact]
    public void Odd_files_are_judged_as_C_judges_them() => Compare();
}

/// <summary>Every keyword with its good value, its bad one and none.</summary>
public sealed class KeywordTests(ITestOutputHelper output) : DifferentialTests("keywords", KeywordFiles.All, output)
{
    [Fact]
    public void Every_keyword_is_judged_as_C_judges_it() => Compare();
}

/// <summary>Files made from a seed.</summary>
public sealed class GeneratedFileTests(ITestOutputHelper output) : DifferentialTests("generated", Generate, output)
{
    /// <summary>The seed of the short run and of the long one that Differences/generated.tsv is made from.</summary>
    private const int RecordedSeed = 20261121;
    private const int ShortRun = 300;
    private const int LongRun = 3000;
    private static readonly int _seed = Number("DIFFERENTIAL_SEED") ?? RecordedSeed;
    private static readonly int _count = Number("DIFFERENTIAL_COUNT") ?? ShortRun;

    [Fact]
    public void Generated_files_are_judged_as_C_judges_them()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {_seed} to {_seed + _count - 1}");
        Compare(_seed != RecordedSeed || _count < ShortRun ? MustOccur.None : _count < LongRun ? MustOccur.Common : MustOccur.All);
    }

    private static IReadOnlyList<object> Generate() =>
        [.. Enumerable.Range(0, _count).Select(index => ConfigurationGenerator.Make(unchecked(_seed + index)))];

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
}

/// <summary>Files of a folder, each with what lies beside it: <c>eng/differential FOLDER</c>.</summary>
public sealed class FolderTests(ITestOutputHelper output) : DifferentialTests("folder", Files, output)
{
    [Fact(Explicit = true)]
    public void Files_of_a_folder_are_judged_as_C_judges_them() => Compare(MustOccur.None);

    private static IReadOnlyList<object> Files() => Environment.GetEnvironmentVariable("DIFFERENTIAL_FOLDER") is not { Length: > 0 } folder ? [] :
        [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(static path => new TriedFile(Path.GetFileName(path), File.ReadAllBytes(path), []))];
}
