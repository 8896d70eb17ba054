namespace Keepalived.Configuration;

/// <summary>Which keywords stand in the root, found by counting braces: nothing inside a block is looked at.</summary>
public sealed class RootScan
{
    private RootScan(IReadOnlyDictionary<string, SourceLocation> keywords)
    {
        Keywords = keywords;
    }

    /// <summary>The root keywords with the place of their first occurrence.</summary>
    public IReadOnlyDictionary<string, SourceLocation> Keywords { get; }

    /// <summary>Looks through a configuration.</summary>
    public static RootScan Run(ExpandedConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var found = new Dictionary<string, SourceLocation>(StringComparer.Ordinal);
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
                    if (!found.ContainsKey(keyword))
                    {
                        found.Add(keyword, configuration.LocationOf(statement.Line, start));
                    }
                }
            }
        }

        return new RootScan(found);
    }
}
