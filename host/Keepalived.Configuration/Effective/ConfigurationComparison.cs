namespace Keepalived.Configuration;

/// <summary>
/// Compares what two configurations mean. The order of blocks and of different keywords, the spelling of values, defaults that are written
/// out, definitions and includes make no difference, nor does an old or other name of a keyword; the order of lines of values and of repeated keywords does.
/// </summary>
public sealed class ConfigurationComparison
{
    private readonly List<string> _differences = [];
    private readonly KeywordTree _tree;

    private ConfigurationComparison(KeywordTree tree)
    {
        _tree = tree;
    }

    /// <summary>The differences from one to the other, each as one line.</summary>
    /// <param name="tree">The keywords, for their defaults.</param>
    /// <param name="before">The one.</param>
    /// <param name="after">The other.</param>
    public static IReadOnlyList<string> Run(KeywordTree tree, IReadOnlyList<RecordedEntry> before, IReadOnlyList<RecordedEntry> after)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var comparison = new ConfigurationComparison(tree);
        comparison.CompareBlocks(comparison._tree.RootNode, "", before, after);
        return comparison._differences;
    }

    private void CompareBlocks(KeywordBlockNode? node, string place, IReadOnlyList<RecordedEntry> before, IReadOnlyList<RecordedEntry> after)
    {
        CompareLines(node, place, before, after);
        Dictionary<string, RecordedEntry> left = Blocks(node, before);
        Dictionary<string, RecordedEntry> right = Blocks(node, after);
        foreach ((string key, RecordedEntry entry) in left)
        {
            if (right.TryGetValue(key, out RecordedEntry? other))
            {
                CompareBlock(node, place, key, entry, other);
            }
            else if (!IsEmptySettings(node, entry))
            {
                _differences.Add($"- {place}{key}    {Place(entry)}");
            }
        }

        foreach ((string key, RecordedEntry entry) in right)
        {
            if (!left.ContainsKey(key) && !IsEmptySettings(node, entry))
            {
                _differences.Add($"+ {place}{key}    {Place(entry)}");
            }
        }
    }

    private void CompareBlock(KeywordBlockNode? parent, string place, string key, RecordedEntry before, RecordedEntry after)
    {
        string inner = $"{place}{key} / ";
        if (before.Node!.Shape == KeywordShape.Lines)
        {
            CompareValues(inner, before.Children, after.Children);
            return;
        }

        KeywordBlockNode? node = null;
        parent?.Blocks.TryGetValue(before.Keyword, out node);
        CompareBlocks(node, inner, before.Children, after.Children);
    }

    private void CompareLines(KeywordBlockNode? node, string place, IReadOnlyList<RecordedEntry> before, IReadOnlyList<RecordedEntry> after)
    {
        Dictionary<string, List<RecordedEntry>> left = Lines(node, before);
        Dictionary<string, List<RecordedEntry>> right = Lines(node, after);
        foreach (string keyword in left.Keys.Union(right.Keys, StringComparer.Ordinal))
        {
            KeywordNode? known = null;
            node?.Keywords.TryGetValue(keyword, out known);
            string? standard = known?.Spec.Default;
            string then = ValuesOf(left.GetValueOrDefault(keyword), standard, out bool thenConfigured);
            string now = ValuesOf(right.GetValueOrDefault(keyword), standard, out bool nowConfigured);
            if (then == now && (standard is not null || thenConfigured == nowConfigured))
            {
                continue;
            }

            string line = (thenConfigured, nowConfigured) switch
            {
                (true, false) when standard is null => $"- {place}{keyword} {then}",
                (false, true) when standard is null => $"+ {place}{keyword} {now}",
                _ => $"~ {place}{keyword} {Show(then, thenConfigured)} -> {Show(now, nowConfigured)}",
            };
            _differences.Add($"{line.TrimEnd()}    {Places(left.GetValueOrDefault(keyword), right.GetValueOrDefault(keyword))}");
        }
    }

    private void CompareValues(string place, List<RecordedEntry> before, List<RecordedEntry> after)
    {
        List<string> then = before.ConvertAll(static entry => entry.Words);
        List<string> now = after.ConvertAll(static entry => entry.Words);
        if (then.SequenceEqual(now, StringComparer.Ordinal))
        {
            return;
        }

        int differences = _differences.Count;
        AddMissing("- ", place, before, now);
        AddMissing("+ ", place, after, then);
        if (differences == _differences.Count)
        {
            _differences.Add($"~ {place}the same lines in another order    {Places(before, after)}");
        }
    }

    private void AddMissing(string sign, string place, List<RecordedEntry> entries, List<string> others)
    {
        List<string> left = [.. others];
        foreach (RecordedEntry entry in entries)
        {
            if (!left.Remove(entry.Words))
            {
                _differences.Add($"{sign}{place}{entry.Words}    {Place(entry)}");
            }
        }
    }

    /// <summary>The blocks by keyword and arguments. Blocks of settings and of values that come twice are one; others are told apart by number.</summary>
    private static Dictionary<string, RecordedEntry> Blocks(KeywordBlockNode? node, IReadOnlyList<RecordedEntry> entries)
    {
        Dictionary<string, RecordedEntry> blocks = new(StringComparer.Ordinal);
        foreach (RecordedEntry entry in entries)
        {
            if (!entry.IsBlock)
            {
                continue;
            }

            string keyword = NameOf(node, entry);
            string name = entry.Words.Length == 0 ? keyword : $"{keyword} {entry.Words}";
            string key = name;
            bool merges = entry.Words.Length == 0 && (entry.Node!.Shape == KeywordShape.Lines || node?.Path.Length == 0);
            for (int number = 2; !merges && blocks.ContainsKey(key); number++)
            {
                key = $"{name} #{number}";
            }

            if (!blocks.TryAdd(key, entry))
            {
                blocks[key] = Merge(blocks[key], entry);
            }
        }

        return blocks;
    }

    private static RecordedEntry Merge(RecordedEntry first, RecordedEntry second)
    {
        RecordedEntry merged = new(first.Node, first.Words, first.Location);
        merged.Children.AddRange(first.Children);
        merged.Children.AddRange(second.Children);
        return merged;
    }

    /// <summary>A block of the root that names nothing, such as <c>global_defs</c>, says nothing when it holds only defaults.</summary>
    private static bool IsEmptySettings(KeywordBlockNode? node, RecordedEntry entry) =>
        node?.Path.Length == 0 && entry.Words.Length == 0 && entry.Children.TrueForAll(static child => child.IsDefault);

    private static Dictionary<string, List<RecordedEntry>> Lines(KeywordBlockNode? node, IReadOnlyList<RecordedEntry> entries)
    {
        Dictionary<string, List<RecordedEntry>> lines = new(StringComparer.Ordinal);
        foreach (RecordedEntry entry in entries)
        {
            if (!entry.IsBlock)
            {
                string keyword = NameOf(node, entry);
                if (!lines.TryGetValue(keyword, out List<RecordedEntry>? values))
                {
                    lines.Add(keyword, values = []);
                }

                values.Add(entry);
            }
        }

        return lines;
    }

    /// <summary>The keyword that an alias stands for, or that replaces a deprecated one in the same block and takes the same arguments.</summary>
    private static string NameOf(KeywordBlockNode? block, RecordedEntry entry)
    {
        KeywordSpec? spec = entry.Node?.Spec;
        return (spec?.AliasOf ?? spec?.ReplacedBy) is { } name && block is not null && block.Keywords.TryGetValue(name, out KeywordNode? other) &&
            other.Shape == entry.Node!.Shape && (spec!.AliasOf is not null || other.Spec.Arguments == spec.Arguments)
            ? name : entry.Keyword;
    }

    private static string ValuesOf(List<RecordedEntry>? entries, string? standard, out bool isConfigured)
    {
        isConfigured = entries is not null;
        return entries is null ? standard ?? "" : string.Join(", ", entries.Select(static entry => entry.Words));
    }

    private static string Show(string value, bool isConfigured) =>
        isConfigured ? value.Length == 0 ? "(set)" : value : value.Length == 0 ? "(absent)" : value + " (default)";

    private static string Place(RecordedEntry entry) => $"[{entry.Location}]";

    private static string Places(List<RecordedEntry>? before, List<RecordedEntry>? after) =>
        "[" + string.Join(", ", new[] { before, after }.Where(static list => list is { Count: > 0 }).Select(static list => list![^1].Location.ToString())) + "]";
}
