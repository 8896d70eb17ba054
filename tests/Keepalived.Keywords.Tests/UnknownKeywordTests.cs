using Keepalived.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>What is said of a keyword that nobody knows where it stands.</summary>
public sealed class UnknownKeywordTests
{
    [Theory]
    [InlineData("vrrp_instance A {\n prioritty 100\n}\n", "did you mean 'priority'?")]
    [InlineData("priority 100\n", "it belongs into vrrp_instance; look for a brace too many or too few")]
    [InlineData("global_defs {\n child_wait_time 3\n}\n", "it belongs into no block; look for a brace too many or too few")]
    [InlineData("xyzzyxyzzy\n", null)]
    public void It_comes_with_the_likeliest_remedy(string text, string? remedy)
    {
        Diagnostic finding = AllKeywords.ReadText(text).Findings.First(static finding => finding.Class == DiagnosticClass.UnknownKeyword);
        Assert.Equal(remedy, finding.Remedy);
    }

    [Fact]
    public void Its_block_is_skipped_as_a_unit_so_that_one_mistake_is_one_finding() =>
        Assert.Single(AllKeywords.ReadText("vrrp_instnce A {\n interface eth0\n track_script { a\n b\n }\n}\n").Findings);
}
