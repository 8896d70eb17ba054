namespace Keepalived.Keywords.Tests;

/// <summary><c>config diff</c>: what differs in meaning, and nothing else.</summary>
public sealed class ComparisonTests
{
    private const string Base = """
        vrrp_instance A {
            interface lo
            virtual_router_id 51
            priority 150
            virtual_ipaddress {
                192.0.2.1
                192.0.2.2
            }
        }
        vrrp_instance B {
            interface lo
            virtual_router_id 52
        }
        """;

    [Theory]
    [InlineData("vrrp_instance B {\n virtual_router_id 052\n interface \"lo\"\n}\nvrrp_instance A {\n priority 150\n virtual_router_id 51\n virtual_ipaddress { 192.0.2.1\n 192.0.2.2\n }\n interface lo\n}\n", "order of blocks and keywords, spelling of numbers and quotes")]
    [InlineData("$ID=51\n" + Base, "a definition that nobody uses")]
    [InlineData("global_defs {\n startup_script_timeout 10\n}\n" + Base, "a default that is written out")]
    public void These_make_no_difference(string other, string what)
    {
        _ = what;
        Assert.Empty(ShowTests.Compare(Base, other));
    }

    [Fact]
    public void A_changed_value_is_told_with_both_values_and_places()
    {
        string line = Assert.Single(ShowTests.Compare(Base, Base.Replace("priority 150", "priority 90", StringComparison.Ordinal)));
        Assert.StartsWith("~ vrrp_instance A / priority 150 -> 90    [", line, StringComparison.Ordinal);
        Assert.Contains(":4:5", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_against_its_default_says_which_one_is_the_default()
    {
        string line = Assert.Single(ShowTests.Compare(Base, Base.Replace("    priority 150\n", "", StringComparison.Ordinal)));
        Assert.StartsWith("~ vrrp_instance A / priority 150 -> 100 (default)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_and_blocks_come_and_go()
    {
        Assert.StartsWith("- vrrp_instance A / virtual_ipaddress / 192.0.2.2    [", Assert.Single(ShowTests.Compare(Base, Base.Replace("192.0.2.2", "", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.StartsWith("+ vrrp_instance C    [", Assert.Single(ShowTests.Compare(Base, Base + "\nvrrp_instance C {\n}\n")), StringComparison.Ordinal);
        Assert.StartsWith("+ vrrp_instance A / nopreempt    [", Assert.Single(ShowTests.Compare(Base, Base.Replace("priority 150", "priority 150\n nopreempt", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_addresses_is_a_difference_since_it_is_on_the_wire()
    {
        string other = Base.Replace("192.0.2.1\n        192.0.2.2", "192.0.2.2\n        192.0.2.1", StringComparison.Ordinal);
        Assert.StartsWith("~ vrrp_instance A / virtual_ipaddress / the same lines in another order", Assert.Single(ShowTests.Compare(Base, other)), StringComparison.Ordinal);
    }
}
