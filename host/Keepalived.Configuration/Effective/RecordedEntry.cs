namespace Keepalived.Configuration;

/// <summary>A keyword, or a line of values, as its handler took it: its words in canonical form and, for a block, what is in it.</summary>
public sealed class RecordedEntry
{
    internal RecordedEntry(KeywordNode? node, string words, SourceLocation location)
    {
        Node = node;
        Words = words;
        Location = location;
    }

    /// <summary>The keyword; empty for a line of values.</summary>
    public string Keyword => Node?.Spec.Name ?? "";

    /// <summary>
    /// The arguments in canonical form, quoted where they need it, separated by single blanks: numbers in digits, seconds as the shortest
    /// decimal, truth values as <c>true</c> or <c>false</c>, addresses in their normal form.
    /// </summary>
    public string Words { get; }

    /// <summary>Where it stands.</summary>
    public SourceLocation Location { get; }

    /// <summary>What the block holds, in order; empty for a line.</summary>
    public List<RecordedEntry> Children { get; } = [];

    /// <summary>True when it was written as a block.</summary>
    public bool IsBlock => Node is { Shape: not KeywordShape.Line };

    /// <summary>True for the keyword's value that also holds in its absence.</summary>
    public bool IsDefault => Node?.Spec.Default == Words && Words.Length > 0;

    internal KeywordNode? Node { get; }
}
