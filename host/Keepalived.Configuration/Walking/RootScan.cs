namespace Keepalived.Configuration;

/// <summary>Which keywords stand in the root, found by counting braces: nothing inside a block is looked at.</summary>
public sealed class RootScan
{
    internal RootScan(IReadOnlyList<string> keywords)
    {
        Keywords = keywords;
    }

    /// <summary>The root keywords, each once, in the order of their first occurrence.</summary>
    public IReadOnlyList<string> Keywords { get; }

    /// <summary>Looks through a configuration, once: a second time, and in a child that was handed it, it is known.</summary>
    public static RootScan Run(ExpandedConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.Scan ??= Look(configuration);
    }

    private static RootScan Look(ExpandedConfiguration configuration)
    {
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var statements = new StatementReader(configuration);
        while (statements.Next() is { Kind: not StatementKind.End } statement)
        {
            if (statement.Kind == StatementKind.Open)
            {
                statements.SkipBlock();
            }
            else if (statement.Kind == StatementKind.Words)
            {
                ReadOnlySpan<byte> text = configuration.TextOf(statement.Line);
                int offset = statement.Start;
                if (PlainWord.TryTake(text, ref offset, statement.End, out Range word, out int start))
                {
                    string keyword = PlainWord.Decode(text, word, start);
                    if (seen.Add(keyword))
                    {
                        found.Add(keyword);
                    }
                }
            }
        }

        return new RootScan(found);
    }
}
