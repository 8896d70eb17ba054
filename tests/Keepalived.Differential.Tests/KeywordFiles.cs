using System.Text;
using Keepalived.Configuration;

namespace Keepalived.Differential.Tests;

/// <summary>A file for every keyword that has a case: <c>PATH good</c>, <c>PATH bad</c>, <c>PATH alone</c>.</summary>
internal static class KeywordFiles
{
    internal static IReadOnlyList<object> All()
    {
        Dictionary<string, ListedKeyword> keywords = AllKeywords.Listed();
        List<TriedFile> files = [];
        foreach (KeywordCase entry in KeywordCase.All.Values.OrderBy(static entry => entry.Path, StringComparer.Ordinal))
        {
            Add(entry, "good", entry.Good);
            if (entry.HasBad)
            {
                Add(entry, "bad", entry.Bad);
            }

            if (entry.Good.Length > 0)
            {
                Add(entry, "alone", null);
            }
        }

        return files;

        void Add(KeywordCase entry, string kind, string? value) =>
            files.Add(new TriedFile($"{entry.Path} {kind}", Encoding.UTF8.GetBytes(ForC(entry, CaseText.Make(entry.Path, value, keywords).Text)), []));
    }

    /// <summary>2.2.7 does not know how to say that an instance has no address on purpose.</summary>
    internal static string ForC(KeywordCase entry, string text) =>
        entry.Name == "no_virtual_ipaddress" ? text : text.Replace("no_virtual_ipaddress", "virtual_ipaddress { 192.0.2.77 }", StringComparison.Ordinal);
}
