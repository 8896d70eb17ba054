namespace Keepalived.Keywords.Tests;

/// <summary>A line of keywords.tsv.</summary>
/// <param name="Path">Path of the keyword.</param>
/// <param name="IsBlock">It opens a block.</param>
/// <param name="Arguments">Shape, range and default in words.</param>
/// <param name="Process">Processes that act on it.</param>
/// <param name="Status">Current or deprecated, and on what it depends.</param>
internal sealed record ReferenceKeyword(string Path, bool IsBlock, string Arguments, string Process, string Status)
{
    /// <summary>All of them by path.</summary>
    internal static IReadOnlyDictionary<string, ReferenceKeyword> All { get; } = Load();

    internal bool IsDeprecated => Status.StartsWith("deprecated", StringComparison.Ordinal);

    /// <summary>The keyword may stand alone. What follows a semicolon is explanation.</summary>
    internal bool MayStandAlone => Arguments.Split(';')[0] is var shape && (
        shape.StartsWith('{') || shape.StartsWith('(') || shape.StartsWith('[') || shape.StartsWith("BOOL?", StringComparison.Ordinal) || shape.Length == 0);

    private static Dictionary<string, ReferenceKeyword> Load() =>
        File.ReadLines(System.IO.Path.Combine(AppContext.BaseDirectory, "keywords.tsv"))
            .Skip(1)
            .Where(static line => line.Length > 0)
            .Select(static line => line.Split('\t'))
            .ToDictionary(
                static fields => fields[0],
                static fields => new ReferenceKeyword(fields[0], fields[1] == "yes", fields[2], fields[3], fields[4]),
                StringComparer.Ordinal);
}
