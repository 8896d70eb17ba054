namespace Keepalived.Configuration;

/// <summary>
/// Writes what was recorded as a configuration file: definitions, includes, conditions and repetitions resolved, one spelling for each value,
/// everything in the order of the file, since a later line may replace an earlier one. Behind the lines of each block stand, as comments,
/// the keywords that are absent with the value that holds then. Read again, the file means the same.
/// </summary>
public sealed class ConfigurationListing
{
    private readonly KeywordTree _tree;
    private readonly TextWriter _writer;
    private readonly bool _withDefaults;

    private ConfigurationListing(KeywordTree tree, TextWriter writer, bool withDefaults)
    {
        _tree = tree;
        _writer = writer;
        _withDefaults = withDefaults;
    }

    /// <summary>Writes a whole configuration.</summary>
    /// <param name="tree">The keywords.</param>
    /// <param name="root">What was recorded.</param>
    /// <param name="writer">Where it goes.</param>
    /// <param name="withDefaults">False leaves out what is not configured.</param>
    public static void Write(KeywordTree tree, IReadOnlyList<RecordedEntry> root, TextWriter writer, bool withDefaults = true)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(writer);
        var listing = new ConfigurationListing(tree, writer, withDefaults);
        listing.WriteDefaults(tree.RootNode, root, "");
        listing.WriteGlobalsIfAbsent(root);
        bool isFirst = true;
        foreach (RecordedEntry entry in root)
        {
            if (entry.IsBlock && !isFirst)
            {
                writer.WriteLine();
            }

            listing.WriteEntry(tree.RootNode, entry, "");
            isFirst = false;
        }
    }

    private void WriteGlobalsIfAbsent(IReadOnlyList<RecordedEntry> root)
    {
        const string Globals = "global_defs";
        if (_withDefaults && _tree.Find(Globals) is { } node && !root.Any(static entry => entry.Keyword == Globals))
        {
            // An empty block of defaults would not be the same file: it stays a comment as a whole.
            _writer.WriteLine($"# {Globals} {{");
            WriteDefaults(node, [], "    ");
            _writer.WriteLine("# }");
            _writer.WriteLine();
        }
    }

    private void WriteEntry(KeywordBlockNode? parent, RecordedEntry entry, string indent)
    {
        string words = entry.Keyword.Length == 0 ? entry.Words
            : entry.Words.Length == 0 ? entry.Keyword : entry.Keyword + " " + entry.Words;
        if (!entry.IsBlock)
        {
            _writer.WriteLine(indent + words + (_withDefaults && entry.IsDefault ? "  # the default" : ""));
            return;
        }

        _writer.WriteLine($"{indent}{words} {{");
        KeywordBlockNode? node = null;
        parent?.Blocks.TryGetValue(entry.Keyword, out node);
        string inner = indent + "    ";
        foreach (RecordedEntry child in entry.Children)
        {
            WriteEntry(node, child, inner);
        }

        if (node is not null)
        {
            WriteDefaults(node, entry.Children, inner);
        }

        _writer.WriteLine(indent + "}");
    }

    private void WriteDefaults(KeywordBlockNode block, IReadOnlyList<RecordedEntry> present, string indent)
    {
        if (!_withDefaults)
        {
            return;
        }

        HashSet<string> written = new(present.Select(static entry => entry.Node?.Spec.AliasOf ?? entry.Keyword), StringComparer.Ordinal);
        foreach (KeywordNode keyword in block.Keywords.Values)
        {
            if (keyword.Spec is { Default: { } value, ReplacedBy: null, AliasOf: null } spec && !written.Contains(spec.Name))
            {
                _writer.WriteLine($"{indent}# {spec.Name} {value}  (default)");
            }
        }
    }
}
