using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>A registered keyword as <c>--list-keywords</c> shows it.</summary>
/// <param name="Path">Path, for example <c>vrrp_instance/priority</c>.</param>
/// <param name="Spec">What its owner says of it.</param>
/// <param name="Shape">How it is read.</param>
/// <param name="Owner">The plugin that registered it; <see cref="KeywordTree.HostOwner"/> for the host.</param>
/// <param name="Process">The processes that act on it.</param>
public sealed record ListedKeyword(string Path, KeywordSpec Spec, KeywordShape Shape, string Owner, PluginRoles Process)
{
    /// <summary>Path of the block that it stands in; empty for the root.</summary>
    public string Block => Path.LastIndexOf('/') is var slash && slash < 0 ? "" : Path[..slash];
}

/// <summary>Lists what plugins registered.</summary>
public static class KeywordListing
{
    /// <summary>All keywords of a tree, sorted by path.</summary>
    public static IReadOnlyList<ListedKeyword> Of(KeywordTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var found = new List<ListedKeyword>();
        Collect(tree.RootNode, found);
        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    /// <summary>Writes one line for each keyword: path, arguments, default and owner, separated by tabs; <c>-</c> stands for nothing.</summary>
    public static void Write(KeywordTree tree, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (ListedKeyword keyword in Of(tree))
        {
            string arguments = keyword.Spec.Arguments.Length == 0 ? "-" : keyword.Spec.Arguments;
            writer.WriteLine($"{keyword.Path}\t{arguments}\t{keyword.Spec.Default ?? "-"}\t{keyword.Owner}");
        }
    }

    private static void Collect(KeywordBlockNode block, List<ListedKeyword> found)
    {
        foreach (KeywordNode node in block.Keywords.Values)
        {
            PluginRoles process = node.Spec.Process != PluginRoles.None ? node.Spec.Process : node.Roles;
            found.Add(new ListedKeyword(node.Path, node.Spec, node.Shape, node.Owner, process));
            if (block.Blocks.TryGetValue(node.Spec.Name, out KeywordBlockNode? child))
            {
                Collect(child, found);
            }
        }
    }
}
