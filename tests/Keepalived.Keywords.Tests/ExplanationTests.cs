using Keepalived.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary><c>config explain</c>.</summary>
public sealed class ExplanationTests
{
    [Fact]
    public void A_path_is_explained_with_range_default_process_and_plugin()
    {
        string text = Explain("vrrp_instance/priority", isKnown: true);
        Assert.Contains("priority INT 1..255\n", text, StringComparison.Ordinal);
        Assert.Contains("default:    100\n", text, StringComparison.Ordinal);
        Assert.Contains("process:    vrrp\n", text, StringComparison.Ordinal);
        Assert.Contains("in block:   vrrp_instance\n", text, StringComparison.Ordinal);
        Assert.Contains("plugin:     vrrp\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_name_is_explained_in_every_block()
    {
        string text = Explain("weight", isKnown: true);
        Assert.Contains("virtual_server/real_server", text, StringComparison.Ordinal);
        Assert.Contains("vrrp_script", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deprecated_keyword_names_its_replacement() =>
        Assert.Contains("deprecated: use checker_process_name\n", Explain("lvs_process_name", isKnown: true), StringComparison.Ordinal);

    [Fact]
    public void A_misspelt_keyword_gets_the_nearest() =>
        Assert.Equal("There is no keyword 'virtual_routerid'; did you mean 'virtual_router_id'?\n", Explain("virtual_routerid", isKnown: false));

    [Fact]
    public void Every_keyword_can_be_explained()
    {
        foreach (string path in AllKeywords.Listed().Keys)
        {
            Explain(path, isKnown: true);
        }
    }

    private static string Explain(string keyword, bool isKnown)
    {
        StringWriter writer = new() { NewLine = "\n" };
        Assert.Equal(isKnown, KeywordExplanation.Write(AllKeywords.Tree, keyword, writer));
        return writer.ToString();
    }
}
