using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>Writes what is known of a keyword, for <c>config explain</c>.</summary>
public static class KeywordExplanation
{
    private const int MostBlocks = 12;

    /// <summary>Writes every keyword of a path or of a bare name; those that say the same in several blocks are written once.</summary>
    /// <returns>False when there is none, which is said with the nearest that there is.</returns>
    public static bool Write(KeywordTree tree, string keyword, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(keyword);
        ArgumentNullException.ThrowIfNull(writer);
        IReadOnlyList<ListedKeyword> all = KeywordListing.Of(tree);
        string path = keyword.Trim('/');
        ListedKeyword[] matches = [.. all.Where(listed => listed.Path == path || listed.Path.EndsWith("/" + path, StringComparison.Ordinal))];
        if (matches.Length == 0)
        {
            WriteUnknown(path, all, tree, writer);
            return tree.LintRules.ContainsKey(path);
        }

        bool isFirst = true;
        foreach (IGrouping<KeywordSpec, ListedKeyword> same in matches.GroupBy(static listed => listed.Spec))
        {
            if (!isFirst)
            {
                writer.WriteLine();
            }

            WriteOne(same.Key, [.. same], all, writer);
            isFirst = false;
        }

        return true;
    }

    private static void WriteOne(KeywordSpec spec, ListedKeyword[] places, IReadOnlyList<ListedKeyword> all, TextWriter writer)
    {
        writer.WriteLine($"{spec.Name} {spec.Arguments}".TrimEnd());
        writer.WriteLine($"    {spec.Summary}");
        WriteField(writer, "same as", spec.AliasOf);
        WriteField(writer, "default", spec.Default);
        WriteField(writer, "deprecated", spec.ReplacedBy is { } replacement ? "use " + replacement : null);
        WriteField(writer, "effect", spec.HasNoEffectYet ? "none in this version" : null);
        WriteField(writer, "process", string.Join(", ", places.Select(static place => ProcessesOf(place.Process)).Distinct(StringComparer.Ordinal)));
        string[] blocks = [.. places.Select(static place => place.Block.Length == 0 ? "the root" : place.Block)];
        WriteField(writer, blocks.Length == 1 ? "in block" : "in blocks", string.Join(", ", blocks.Take(MostBlocks)) + (blocks.Length > MostBlocks ? $" and {blocks.Length - MostBlocks} more" : ""));
        WriteField(writer, "plugin", string.Join(", ", places.Select(static place => place.Owner == KeywordTree.HostOwner ? "none, the daemon itself" : place.Owner).Distinct(StringComparer.Ordinal)));
        if (places[0].Shape == KeywordShape.Block)
        {
            WriteField(writer, "keywords", string.Join(' ', all.Where(listed => listed.Block == places[0].Path).Select(static listed => listed.Spec.Name)));
        }
    }

    private static void WriteField(TextWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteLine($"    {(name + ":").PadRight(12)}{value}");
        }
    }

    private static string ProcessesOf(PluginRoles roles) =>
        roles is PluginRoles.All or PluginRoles.None ? "all" : roles.ToString().ToLowerInvariant();

    private static void WriteUnknown(string name, IReadOnlyList<ListedKeyword> all, KeywordTree tree, TextWriter writer)
    {
        if (tree.LintRules.TryGetValue(name, out string? summary))
        {
            writer.WriteLine(name);
            writer.WriteLine($"    {summary}");
            WriteField(writer, "kind", "lint rule; switch it off with lint { " + name + " off } in global_defs or --lint=-" + name);
            return;
        }

        string bare = name[(name.LastIndexOf('/') + 1)..];
        string? nearest = NearestKeyword.Find(bare, all.Select(static listed => listed.Spec.Name).Distinct(StringComparer.Ordinal));
        writer.WriteLine($"There is no keyword '{name}'" + (nearest is null ? "; --list-keywords lists all" : $"; did you mean '{nearest}'?"));
    }
}
