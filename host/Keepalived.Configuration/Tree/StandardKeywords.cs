namespace Keepalived.Configuration;

/// <summary>A keyword that keepalived reads, whether or not a plugin of ours does.</summary>
/// <param name="Path">Path, for example <c>vrrp_instance/priority</c>.</param>
/// <param name="IsBlock">True when it opens a block.</param>
/// <param name="Process">The processes of keepalived that act on it, for example <c>vrrp,checker</c>.</param>
/// <param name="ReplacedBy">For a deprecated keyword what to use instead.</param>
public sealed record StandardKeyword(string Path, bool IsBlock, string Process, string? ReplacedBy);

/// <summary>All keywords of keepalived 2.4, from the data file of this project. Read when first asked for.</summary>
public static class StandardKeywords
{
    private static readonly Lazy<Dictionary<string, StandardKeyword>> _all = new(Load);

    /// <summary>All of them, by path.</summary>
    public static IReadOnlyDictionary<string, StandardKeyword> All => _all.Value;

    private static Dictionary<string, StandardKeyword> Load()
    {
        var all = new Dictionary<string, StandardKeyword>(StringComparer.Ordinal);
        using Stream stream = typeof(StandardKeywords).Assembly.GetManifestResourceStream("StandardKeywords.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                string[] fields = line.Split('\t');
                all.Add(fields[0], new StandardKeyword(fields[0], fields[1] == "block", fields[2], fields.Length > 3 ? fields[3] : null));
            }
        }

        return all;
    }
}
