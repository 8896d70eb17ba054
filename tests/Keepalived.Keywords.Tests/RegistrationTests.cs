using Keepalived.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>What is registered against what keepalived knows.</summary>
public sealed class RegistrationTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, ListedKeyword> _keywords = AllKeywords.Listed();

    [Fact]
    public void Every_plugin_can_be_loaded() => Assert.Empty(AllKeywords.Catalog.Problems);

    [Fact]
    public void Every_keyword_of_keepalived_is_registered_in_its_shape()
    {
        List<string> differences = [];
        foreach (ReferenceKeyword reference in ReferenceKeyword.All.Values)
        {
            if (!_keywords.TryGetValue(reference.Path, out ListedKeyword? listed))
            {
                differences.Add($"missing: {reference.Path} ({reference.Process})");
            }
            else if (reference.IsBlock != listed.Shape is not KeywordShape.Line)
            {
                differences.Add($"shape: {reference.Path} is a {(reference.IsBlock ? "block" : "line")} in keepalived, plugin {listed.Owner} reads a {listed.Shape}");
            }
            else if (reference.IsDeprecated != listed.Spec.ReplacedBy is not null)
            {
                differences.Add($"status: {reference.Path} is {reference.Status} in keepalived, plugin {listed.Owner} says {listed.Spec.ReplacedBy ?? "current"}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differences\n" + string.Join('\n', differences));
    }

    [Fact]
    public void What_keepalived_does_not_know_is_listed_as_ours()
    {
        string[] ours = Recorded("BeyondKeepalived.txt");
        string[] found = [.. _keywords.Keys.Where(static path => !ReferenceKeyword.All.ContainsKey(path)).Order(StringComparer.Ordinal)];
        Assert.Equal(ours, found);
    }

    [Fact]
    public void Every_keyword_in_a_block_of_others_is_declared_in_the_plugins_metadata()
    {
        // A process that does not load the plugin must know its keyword as somebody else's.
        Dictionary<string, HashSet<string>> declared = AllKeywords.Catalog.Plugins.ToDictionary(
            static plugin => plugin.Name,
            static plugin => plugin.Keywords.SelectMany(static entry => entry.Names.Select(name => entry.Block.Length == 0 ? name : entry.Block + "/" + name)).ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);
        string[] undeclared = [.. _keywords.Values
            .Where(keyword => keyword.Owner != KeywordTree.HostOwner && (keyword.Block.Length == 0 || _keywords[keyword.Block].Owner != keyword.Owner))
            .Where(keyword => !declared[keyword.Owner].Contains(keyword.Path))
            .Select(static keyword => $"{keyword.Owner}: {keyword.Path}").Order(StringComparer.Ordinal)];
        string[] unregistered = [.. declared.SelectMany(plugin => plugin.Value.Where(path => !_keywords.ContainsKey(path)).Select(path => $"{plugin.Key}: {path}")).Order(StringComparer.Ordinal)];
        Assert.True(undeclared.Length == 0, "add to [assembly: PluginKeywords]:\n" + string.Join('\n', undeclared));
        Assert.True(unregistered.Length == 0, "declared and not registered:\n" + string.Join('\n', unregistered));
    }

    [Fact]
    public void Every_keyword_has_a_summary_and_its_arguments_told()
    {
        string[] bare = [.. _keywords.Values
            .Where(static keyword => keyword.Spec.Summary.Length < 5 || (keyword.Shape == KeywordShape.Block && !keyword.Spec.Arguments.Contains('{', StringComparison.Ordinal)))
            .Select(static keyword => $"{keyword.Path} ({keyword.Owner}): arguments '{keyword.Spec.Arguments}', summary '{keyword.Spec.Summary}'")];
        Assert.Empty(bare);
    }

    [Fact]
    public void Every_keyword_has_a_case()
    {
        string[] without = [.. _keywords.Keys.Union(ReferenceKeyword.All.Keys).Where(static path => !KeywordCase.All.ContainsKey(path)).Order(StringComparer.Ordinal)];
        Assert.True(without.Length == 0, $"{without.Length} keywords have no line in Cases/*.tsv\n" + string.Join('\n', without));
    }

    [Fact]
    public void A_case_without_a_bad_value_says_why()
    {
        string[] silent = [.. KeywordCase.All.Values.Where(static entry => !entry.HasBad && entry.Why.Length == 0).Select(static entry => $"{entry.File}:{entry.Line} {entry.Path}")];
        Assert.True(silent.Length == 0, string.Join('\n', silent));
    }

    [Fact]
    public void The_keywords_without_effect_only_become_fewer()
    {
        string[] recorded = Recorded("NoEffectYet.txt");
        string[] now = [.. _keywords.Values.Where(keyword => IsWithoutEffect(keyword.Path)).Select(static keyword => keyword.Path).Order(StringComparer.Ordinal)];
        output.WriteLine($"{now.Length} keywords are read and have no effect yet:\n" + string.Join('\n', now));
        string[] added = [.. now.Except(recorded)];
        string[] gone = [.. recorded.Except(now)];
        Assert.True(added.Length == 0, "without effect and not recorded as such:\n" + string.Join('\n', added));
        Assert.True(gone.Length == 0, "these have an effect now; take them out of NoEffectYet.txt:\n" + string.Join('\n', gone));
    }

    /// <summary>Without effect is a keyword also when a block around it is; that is then said of the block alone.</summary>
    private bool IsWithoutEffect(string path) =>
        _keywords[path].Spec.HasNoEffectYet || (path.LastIndexOf('/') is > 0 and int end && IsWithoutEffect(path[..end]));

    private static string[] Recorded(string file) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, file)).Where(static line => line.Length > 0 && line[0] != '#').Select(static line => line.Split('\t')[0]).Order(StringComparer.Ordinal)];
}
