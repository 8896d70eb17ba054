using System.Text;

namespace Keepalived.Configuration;

/// <summary>
/// Keeps what the handlers took in one walk, for <c>config show</c> and <c>config diff</c>. It knows no keyword: what a handler asked the
/// reader for tells what a word is. A line that was rejected is not kept, since its setting keeps its default.
/// </summary>
public sealed class ConfigurationRecorder
{
    private readonly Stack<List<RecordedEntry>> _blocks = [];
    private readonly StringBuilder _words = new();
    private List<RecordedEntry> _block;
    private KeywordNode? _node;
    private SourceLocation _location;

    /// <summary>Creates an empty one for one walk.</summary>
    public ConfigurationRecorder()
    {
        _block = Root;
    }

    /// <summary>What stands in the root.</summary>
    public List<RecordedEntry> Root { get; } = [];

    /// <summary>A keyword, or with null a line of values, is about to be read.</summary>
    internal void Begin(KeywordNode? node, ExpandedConfiguration configuration, int line, int offset)
    {
        _node = node;
        _location = configuration.LocationOf(line, offset);
        _words.Clear();
    }

    /// <summary>The handler took a word; the text is canonical and quoted.</summary>
    internal void Took(string word)
    {
        if (_words.Length > 0)
        {
            _words.Append(' ');
        }

        _words.Append(word);
    }

    /// <summary>The handler returned.</summary>
    internal void Accept() => _block.Add(new RecordedEntry(_node, _words.ToString(), _location));

    /// <summary>The block whose keyword was begun is read from here on.</summary>
    internal void Enter()
    {
        Accept();
        _blocks.Push(_block);
        _block = _block[^1].Children;
    }

    /// <summary>The block has been read.</summary>
    internal void Leave() => _block = _blocks.Pop();
}
