using Keepalived.Configuration;
using Keepalived.Host.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary><c>config show</c>: what is understood, in the syntax that it is read in.</summary>
public sealed class ShowTests
{
    private const string Director = """
        $PRIO=150
        global_defs { router_id "director a"
          script_user root
          startup_script "/usr/bin/printf '%s\n' 'a \"b' \x41"
        }
        vrrp_instance VI_1 {
          interface lo
          virtual_router_id 051
          priority $PRIO
          advert_int 1.500
          state MASTER
          nopreempt
          virtual_ipaddress { 192.0.2.1/24 dev lo
            2001:DB8:0::1
          }
        }
        virtual_server 192.0.2.1 80 {
          lvs_sched rr
          lb_algo wlc
          lvs_method NAT
          protocol TCP
          real_server 198.51.100.1 80 { weight 2
            TCP_CHECK { connect_timeout 3 }
          }
        }
        """;

    [Fact]
    public void Definitions_are_resolved_and_every_value_has_one_spelling()
    {
        string shown = Show(Director, withDefaults: false);
        Assert.Contains("    priority 150\n", shown, StringComparison.Ordinal);
        Assert.Contains("    virtual_router_id 51\n", shown, StringComparison.Ordinal);
        Assert.Contains("    advert_int 1.5\n", shown, StringComparison.Ordinal);
        Assert.Contains("    router_id \"director a\"\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("$PRIO", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lb_algo rr\n lb_kind DR", "lvs_method DR\n lvs_sched rr")]
    [InlineData("protocol TCP", "lb_algo wlc\n lb_kind NAT\n protocol TCP")]
    [InlineData("real_server 10.0.0.2 80 { HTTP_GET { nb_get_retry 4\n } }", "real_server 10.0.0.2 80 { HTTP_GET { retry 4\n } }")]
    public void Another_name_of_a_keyword_is_no_difference(string before, string after) =>
        Assert.Empty(Differences(before, after));

    [Fact]
    public void A_difference_between_an_alias_and_its_keyword_is_told_by_the_keyword() =>
        Assert.StartsWith("~ virtual_server 10.0.0.1 80 / lvs_sched rr -> lc ", Assert.Single(Differences("lb_algo rr", "lvs_sched lc")), StringComparison.Ordinal);

    [Fact]
    public void The_order_of_the_file_is_kept_since_a_later_line_may_replace_an_earlier_one()
    {
        string shown = Show(Director, withDefaults: false);
        Assert.True(shown.IndexOf("lvs_sched rr", StringComparison.Ordinal) < shown.IndexOf("lb_algo wlc", StringComparison.Ordinal));
    }

    [Fact]
    public void An_absent_keyword_is_a_comment_with_its_default()
    {
        string shown = Show("vrrp_instance VI_1 {\n interface lo\n virtual_router_id 1\n}\n");
        Assert.Contains("    # priority 100  (default)\n", shown, StringComparison.Ordinal);
        Assert.Contains("# global_defs {\n", shown, StringComparison.Ordinal);
        Assert.Contains("# child_wait_time 5  (default)\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_the_default_is_marked() =>
        Assert.Contains("    priority 100  # the default\n", Show("vrrp_instance VI_1 {\n priority 0100\n}\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData(Director)]
    [InlineData("")]
    [InlineData("global_defs {\n reload_file \"/a b/#c!{d}\"\n process_name a\\#b\n}\n")]
    [InlineData("vrrp_script s {\n script \"/usr/bin/printf 'it''s' \\\\x22q\\\\x22 \\\\\\\\ ''\"\n}\n")]
    public void What_is_shown_is_shown_the_same_again(string text)
    {
        string shown = Show(text);
        Assert.Equal(shown, Show(shown));
        Assert.Equal(Show(text, withDefaults: false), Show(shown, withDefaults: false));
        Assert.Empty(Compare(text, shown));
    }

    [Fact]
    public void A_file_with_every_keyword_is_shown_the_same_again()
    {
        Dictionary<string, ListedKeyword> keywords = AllKeywords.Listed();
        foreach (string path in KeywordCase.All.Keys)
        {
            string text = CaseText.Make(path, KeywordCase.All[path].Good, keywords).Text;
            string shown = Show(text);
            Assert.True(shown == Show(shown), $"{path}\n{text}--- shown\n{shown}--- shown again\n{Show(shown)}");
        }
    }

    internal static string Show(string text, bool withDefaults = true)
    {
        StringWriter writer = new() { NewLine = "\n" };
        ConfigurationListing.Write(AllKeywords.Tree, AllKeywords.Record(text).Root, writer, withDefaults);
        return writer.ToString();
    }

    private static IReadOnlyList<string> Differences(string before, string after) =>
        Compare($"virtual_server 10.0.0.1 80 {{\n {before}\n}}\n", $"virtual_server 10.0.0.1 80 {{\n {after}\n}}\n");

    internal static IReadOnlyList<string> Compare(string before, string after) =>
        ConfigurationComparison.Run(AllKeywords.Tree, AllKeywords.Record(before).Root, AllKeywords.Record(after).Root);
}
