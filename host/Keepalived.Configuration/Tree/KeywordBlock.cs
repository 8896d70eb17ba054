using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>A block as one plugin registers in it.</summary>
internal sealed class KeywordBlock<TState>(KeywordBlockNode node, string owner, PluginRoles roles) : IKeywordBlock<TState>
    where TState : class
{
    public void Keyword(KeywordSpec spec, KeywordHandler<TState> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add(spec, KeywordShape.Line, line: (reader, state) => handler(reader, (TState)state));
    }

    public IKeywordBlock<TChild> Block<TChild>(KeywordSpec spec, BlockOpener<TState, TChild> open, BlockCloser<TState, TChild>? close = null)
        where TChild : class
    {
        ArgumentNullException.ThrowIfNull(open);
        Add(spec, KeywordShape.Block, null, (reader, state) => open(reader, (TState)state), Closer(close));
        KeywordBlockNode child = node.Child(spec.Name);
        child.OpenedWith(typeof(TChild), owner);
        return new KeywordBlock<TChild>(child, owner, roles);
    }

    public void Lines(KeywordSpec spec, KeywordHandler<TState> line)
    {
        ArgumentNullException.ThrowIfNull(line);
        Add(spec, KeywordShape.Lines, (reader, state) => line(reader, (TState)state));
    }

    public void Lines<TChild>(
        KeywordSpec spec, BlockOpener<TState, TChild> open, KeywordHandler<TChild> line, BlockCloser<TState, TChild>? close = null)
        where TChild : class
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(line);
        Add(
            spec, KeywordShape.Lines, (reader, state) => line(reader, (TChild)state), (reader, state) => open(reader, (TState)state), Closer(close));
    }

    private static Action<IConfigurationSession, object, object>? Closer<TChild>(BlockCloser<TState, TChild>? close)
        where TChild : class =>
        close is null ? null : (session, state, child) => close(session, (TState)state, (TChild)child);

    private void Add(
        KeywordSpec spec,
        KeywordShape shape,
        Action<IKeywordReader, object>? line,
        Func<IKeywordReader, object, object?>? open = null,
        Action<IConfigurationSession, object, object>? close = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        string path = node.Path.Length == 0 ? spec.Name : node.Path + "/" + spec.Name;
        if (node.Keywords.TryGetValue(spec.Name, out KeywordNode? first))
        {
            throw new KeywordConflictException(
                $"plugin '{owner}' registers keyword '{path}', which plugin '{first.Owner}' has registered already");
        }

        node.Keywords.Add(
            spec.Name,
            new KeywordNode { Spec = spec, Path = path, Owner = owner, Roles = roles, Shape = shape, Line = line, Open = open, Close = close });
    }
}
