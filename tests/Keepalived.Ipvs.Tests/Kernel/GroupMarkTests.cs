using Keepalived.Linux;

namespace Keepalived.Ipvs.Tests.Kernel;

/// <summary>nftables_ipvs (sections 11 and 14 of keepalived's behaviour) over a fake netfilter and a fake IPVS.</summary>
public sealed class GroupMarkTests
{
    private const string Marks = "global_defs {\n nftables_ipvs\n }\n";
    private const string Web = """
        virtual_server_group web {
            10.9.0.1 80
            10.9.0.10-12 80
        }
        virtual_server group web {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server 10.0.0.2 80 { }
        }

        """;

    private const string Mail = """
        virtual_server_group mail {
            10.9.5.1 25
        }
        virtual_server group mail {
            protocol TCP
            lvs_sched rr
            lvs_method DR
            real_server 10.0.0.3 25 { }
        }

        """;

    [Fact]
    public void A_group_is_a_map_and_a_rule_in_the_octets_that_the_kernel_reads()
    {
        var nftables = new FakeNftables();

        _ = Start(Marks + Web, nftables);

        // nf_tables.h: the map is 8c = map, interval, concatenation; 1cd = ipv4_addr . inet_service; 13 = mark. The rule: l4proto into
        // register 1, equal to 6; daddr into 1, dport into 9; map 1 to 1; mark from 1; return.
        Assert.Equal(
            [
                "newtable ip 1=keepalived_ipvs",
                "deltable ip 1=keepalived_ipvs",
                "newtable ip 1=keepalived_ipvs",
                "newchain ip 1=keepalived_ipvs 3=in 4=( 1=00000001 2=ffffffff ) 5=00000001 7=filter",
                "newset ip 1=keepalived_ipvs 2=tcp_map 3=0000008c 4=000001cd 5=00000008 6=00000013 7=00000004 10=00000001 9=( 2=( 1=( 1=00000004 ) 1=( 1=00000002 ) ) ) 13=010401000000",
                "newrule ip 1=keepalived_ipvs 2=in 4=("
                    + " 1=( 1=meta 2=( 2=00000010 1=00000001 ) )"
                    + " 1=( 1=cmp 2=( 1=00000001 2=00000000 3=( 1=06 ) ) )"
                    + " 1=( 1=payload 2=( 1=00000001 2=00000001 3=00000010 4=00000004 ) )"
                    + " 1=( 1=payload 2=( 1=00000009 2=00000002 3=00000002 4=00000002 ) )"
                    + " 1=( 1=lookup 2=( 1=tcp_map 2=00000001 3=00000001 ) )"
                    + " 1=( 1=meta 2=( 2=00000003 3=00000001 ) )"
                    + " 1=( 1=immediate 2=( 1=00000000 2=( 2=( 1=fffffffb ) ) ) ) )",
                "newelem ip 1=keepalived_ipvs 2=tcp_map 3=( 1=( 1=( 1=0a09000100500000 ) 10=( 1=0a09000100500000 ) 2=( 1=e8030000 ) ) )",
                "newelem ip 1=keepalived_ipvs 2=tcp_map 3=( 1=( 1=( 1=0a09000a00500000 ) 10=( 1=0a09000c00500000 ) 2=( 1=e8030000 ) ) )",
            ],
            nftables.Messages);
        Assert.Equal(1, nftables.Batches);
    }

    [Fact]
    public void Ipvs_has_one_service_by_mark_for_each_group_and_protocol_and_none_for_its_members()
    {
        Director director = Start(
            Marks + Web + Mail + """
            virtual_server group web {
                protocol UDP
                lvs_sched rr
                lvs_method DR
                real_server 10.0.0.4 80 { }
            }
            """,
            new());

        Assert.Equal(
            ["FWM 1000  10.0.0.2:80 1 0", "FWM 1000 rr", "FWM 1001  10.0.0.3:0 1 0", "FWM 1001 rr", "FWM 1002  10.0.0.4:0 1 0", "FWM 1002 rr"],
            Lines(director));
    }

    [Fact]
    public void A_group_of_both_families_is_a_service_in_each_with_one_mark()
    {
        var nftables = new FakeNftables();
        Director director = Start(
            Marks + """
            virtual_server_group both {
                10.9.2.1 443
                fd00:9::10-1f 443
            }
            virtual_server group both {
                protocol TCP
                lvs_sched rr
                lvs_method TUN
                real_server 10.0.0.4 443 { }
            }
            """,
            nftables);

        Assert.Equal(["FWM 1000  10.0.0.4:0 1 0", "FWM 1000 IPv6  10.0.0.4:0 1 0", "FWM 1000 IPv6 rr", "FWM 1000 rr"], Lines(director));
        Assert.Contains(nftables.Messages, static message => message.EndsWith(
            "1=( 1=fd0000090000000000000000000000100" + "1bb0000 ) 10=( 1=fd00000900000000000000000000001f01bb0000 ) 2=( 1=e8030000 ) ) )", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reload_of_the_same_sends_nothing_to_nftables_or_ipvs()
    {
        var nftables = new FakeNftables();
        Director director = Start(Marks + Web + Mail, nftables);

        director.Reload(Marks + Web + Mail);

        Assert.Equal(1, nftables.Batches);
        Assert.Empty(director.Kernel.Requests);
    }

    [Fact]
    public void A_changed_line_of_a_group_is_a_changed_element_and_ipvs_hears_nothing()
    {
        var nftables = new FakeNftables();
        Director director = Start(Marks + Web, nftables);
        nftables.Messages.Clear();

        director.Reload(Marks + Web.Replace("10.9.0.1 80", "10.9.0.2 80", StringComparison.Ordinal));

        Assert.Equal(
            [
                "delelem ip 1=keepalived_ipvs 2=tcp_map 3=( 1=( 1=( 1=0a09000100500000 ) 10=( 1=0a09000100500000 ) ) )",
                "newelem ip 1=keepalived_ipvs 2=tcp_map 3=( 1=( 1=( 1=0a09000200500000 ) 10=( 1=0a09000200500000 ) 2=( 1=e8030000 ) ) )",
            ],
            nftables.Messages);
        Assert.Empty(director.Kernel.Requests);
    }

    [Fact]
    public void A_mark_stays_its_groups_while_groups_before_it_go_and_come_back()
    {
        var nftables = new FakeNftables();
        Director director = Start(Marks + Web + Mail, nftables);

        director.Reload(Marks + Mail);
        Assert.Equal(["FWM 1001  10.0.0.3:0 1 0", "FWM 1001 rr"], Lines(director));
        Assert.Equal(["delete virtual service FWM 1000"], director.Kernel.Requests);

        director.Reload(Marks + Web + Mail);
        Assert.Equal(["FWM 1000  10.0.0.2:80 1 0", "FWM 1000 rr", "FWM 1001  10.0.0.3:0 1 0", "FWM 1001 rr"], Lines(director));
        Assert.DoesNotContain(nftables.Messages.Skip(10), static message => message.StartsWith("newset", StringComparison.Ordinal));
    }

    [Fact]
    public void Marks_begin_where_the_file_says_and_leave_out_those_that_it_uses_itself()
    {
        Director director = Start(
            Marks.Replace("ipvs\n", "ipvs\n nftables_ipvs_start_fwmark 7\n", StringComparison.Ordinal) + Web + Mail + """
            virtual_server fwmark 8 {
                lvs_sched rr
                lvs_method NAT
                real_server 10.0.0.4 80 { }
            }
            """,
            new());

        Assert.Equal(["FWM 7 rr", "FWM 8 rr", "FWM 9 rr"], Lines(director).Where(static line => line.EndsWith("rr", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_group_that_has_a_mark_itself_keeps_its_services_as_with_keepalived()
    {
        var nftables = new FakeNftables();
        Director director = Start(Marks + Web.Replace("10.9.0.10-12 80", "fwmark 7", StringComparison.Ordinal), nftables);

        Assert.Equal(["FWM 7 rr", "TCP 10.9.0.1:80 rr"], Lines(director).Where(static line => line.EndsWith("rr", StringComparison.Ordinal)));
        Assert.Equal(0, nftables.Batches);
    }

    [Fact]
    public void Port_0_is_every_port_but_those_that_somebody_else_has()
    {
        var nftables = new FakeNftables();
        _ = Start(
            Marks + """
            virtual_server_group all {
                10.9.0.0-3 0
            }
            virtual_server group all {
                protocol TCP
                lvs_sched rr
                lvs_method NAT
                persistence_timeout 50
                real_server 10.0.0.2 80 { }
            }

            """ + Mail.Replace("10.9.5.1", "10.9.0.1", StringComparison.Ordinal),
            nftables);

        Assert.Equal(
            [
                "1=0a09000100190000 10=0a09000100190000 e9030000",
                "1=0a09000000000000 10=0a090000ffff0000 e8030000",
                "1=0a09000200000000 10=0a090003ffff0000 e8030000",
                "1=0a09000100000000 10=0a09000100180000 e8030000",
                "1=0a090001001a0000 10=0a090001ffff0000 e8030000",
            ],
            nftables.Messages.Where(static message => message.StartsWith("newelem", StringComparison.Ordinal))
                .Select(static message => message[(message.IndexOf("3=( 1=( ", StringComparison.Ordinal) + 8)..].Replace("2=", "", StringComparison.Ordinal)
                    .Replace("( 1=", "", StringComparison.Ordinal).Replace(" )", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_address_and_port_of_two_groups_is_the_first_ones_and_that_is_said()
    {
        var nftables = new FakeNftables();

        Director director = Start(Marks + Web + Mail.Replace("10.9.5.1 25", "10.9.0.11-13 80", StringComparison.Ordinal).Replace("10.0.0.3 25", "10.0.0.3 80", StringComparison.Ordinal), nftables);

        Assert.Contains(nftables.Messages, static message => message.Contains("1=0a09000d00500000 ) 10=( 1=0a09000d00500000 ) 2=( 1=e9030000", StringComparison.Ordinal));
        Assert.Single(director.Messages, static message => message.StartsWith("Warning: [mail]:0 shares addresses and ports", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_nftables_each_member_is_a_service_and_the_log_says_why()
    {
        Director director = Start(Marks + Mail, new() { Refusal = Errno.EOPNOTSUPP });

        Assert.Equal(["TCP 10.9.5.1:25  10.0.0.3:25 1 0", "TCP 10.9.5.1:25 rr"], Lines(director));
        Assert.Single(director.Messages, static message => message.StartsWith("Error: nftables cannot mark packets", StringComparison.Ordinal));
    }

    [Fact]
    public void A_refused_change_is_made_by_the_next_reload()
    {
        var nftables = new FakeNftables();
        Director director = Start(Marks + Web, nftables);
        nftables.Refusal = Errno.ENOMEM;
        director.Reload(Marks + Web + Mail);
        nftables.Refusal = Errno.None;
        nftables.Messages.Clear();

        director.Reload(Marks + Web + Mail);

        Assert.Contains("0a09050100190000", Assert.Single(nftables.Messages), StringComparison.Ordinal);
        Assert.Empty(director.Kernel.Requests);
    }

    [Fact]
    public void Table_priority_and_first_mark_stay_until_a_restart()
    {
        var nftables = new FakeNftables();
        Director director = Start(Marks + Web, nftables);

        director.Reload(Web);

        Assert.Equal(1, nftables.Batches);
        Assert.Empty(director.Kernel.Requests);
        Assert.Single(director.Messages, static message => message.StartsWith("Warning: nftables_ipvs and its options", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stop_deletes_the_tables_unless_the_services_stay_too(bool keepServices)
    {
        var nftables = new FakeNftables();
        Director director = Start(Marks + Web, nftables);
        nftables.Messages.Clear();

        director.Stop(keepServices);

        Assert.Equal(keepServices ? [] : ["deltable ip 1=keepalived_ipvs"], nftables.Messages);
        Assert.True(nftables.IsDisposed);
    }

    [Fact]
    public void Nothing_is_opened_when_it_is_not_configured()
    {
        var director = new Director(Web, () => throw new InvalidOperationException("opened"));
        director.Reload(Web + Mail);
        director.Stop();

        Assert.Empty(director.Kernel.Lines());
    }

    private static Director Start(string configuration, FakeNftables nftables) => new(configuration, () => nftables);

    private static string[] Lines(Director director) => director.Kernel.Lines();
}
