using System.Reflection;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Plugins;

namespace Keepalived.Ipvs.Tests.Configuration;

public sealed class KeywordTests
{
    [Theory]
    [InlineData("lvs_sched bogus", "'bogus' is no scheduler")]
    [InlineData("lvs_method FOO", "'FOO' is no forwarding method")]
    [InlineData("lvs_method TUN type gue", "a GUE tunnel needs a port")]
    [InlineData("lvs_method TUN type ipip csum", "'csum' does not fit this tunnel")]
    [InlineData("protocol ICMP", "'ICMP' is no protocol of a virtual server")]
    [InlineData("sh-port", "sh-port is for the scheduler sh only")]
    [InlineData("hashed", "hashed is of no use without the scheduler sh or mh")]
    [InlineData("sorry_server_inhibit", "sorry_server_inhibit without a sorry_server before it")]
    [InlineData("ip_family inet6", "ip_family inet6 contradicts the virtual address 10.0.0.1")]
    [InlineData("persistence_granularity 255.0.255.0", "'255.0.255.0' is no IPv4 netmask")]
    [InlineData("persistence_granularity 64", "persistence_granularity does not fit the address family of virtual server [10.0.0.1]:tcp:80: it is ignored")]
    [InlineData("quorum_up /bin/true nobody-knows", "the command is left out because its user is unknown")]
    public void A_mistake_is_named_with_its_remedy_and_the_rest_runs(string line, string message)
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(With(line));

        Assert.Contains(findings, finding => finding.Message == message && finding.Remedy is not null);
        Assert.Single(configuration.VirtualServers.AsSpan().ToArray());
    }

    [Fact]
    public void A_granularity_fits_one_family_of_a_group_of_both()
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read("""
            virtual_server_group both {
                10.0.0.1 80
                fd00::1 80
            }
            virtual_server group both {
                protocol TCP
                lvs_sched rr
                lvs_method TUN
                persistence_granularity 255.255.255.0
                real_server 10.0.0.2 80 {
                }
            }
            """);

        Diagnostic finding = Assert.Single(findings, static finding => finding.Message.StartsWith("persistence_granularity does not fit", StringComparison.Ordinal));
        Assert.Equal("make a group and a virtual server of each family", finding.Remedy);
        Assert.Equal([32, 128], configuration.VirtualServers[0].Services.Select(static service => (int)service.PersistencePrefixLength));
    }

    [Theory]
    [InlineData("weight 0")]
    [InlineData("quorum 0")]
    [InlineData("retry 0")]
    [InlineData("delay_loop 0")]
    [InlineData("connect_timeout 4295")]
    [InlineData("persistence_timeout 0")]
    [InlineData("persistence_timeout 2678401")]
    public void Values_outside_their_range_are_refused(string line) =>
        Assert.Contains(ConfigurationText.Read(With(line)).Findings, finding => finding.Class == DiagnosticClass.InvalidNumber);

    [Theory]
    [InlineData("persistence_timeout", 360u)]
    [InlineData("persistence_timeout 2678400", 2678400u)]
    public void Persistence_without_a_number_is_360_seconds(string line, uint seconds) =>
        Assert.Equal(seconds, ConfigurationText.ReadClean(With(line)).VirtualServers[0].Service.PersistenceTimeout);

    [Fact]
    public void Persistence_granularity_alone_makes_the_service_persistent_for_360_seconds() =>
        Assert.Equal(360u, ConfigurationText.ReadClean(With("persistence_granularity 255.255.255.0")).VirtualServers[0].Service.PersistenceTimeout);

    [Fact]
    public void Flags_of_the_scheduler_are_those_of_the_kernel()
    {
        IpvsService service = ConfigurationText.ReadClean(With("lvs_sched mh\n mh-port\n mh-fallback\n persistence_granularity 255.255.255.0")).VirtualServers[0].Service;

        Assert.Equal(IpvsServiceFlags.Scheduler1 | IpvsServiceFlags.Scheduler2, service.Flags);
        Assert.Equal(24, service.PersistencePrefixLength);
    }

    [Fact]
    public void A_checker_takes_what_it_does_not_say_from_server_service_and_built_in_in_this_order()
    {
        ConfiguredChecker checker = ConfigurationText.ReadClean("""
            global_defs { checker_log_all_failures }
            virtual_server 10.0.0.1 80 {
                protocol TCP
                lvs_sched rr
                lvs_method NAT
                delay_loop 10
                retry 4
                connect_timeout 2
                virtualhost vs.example
                real_server 10.0.0.2 80 {
                    retry 3
                    alpha
                    BOARD_CHECK { connect_timeout 1.5
                    }
                }
            }
            """).VirtualServers[0].RealServers[0].ConfigureCheckers("service")[0];

        CheckOptions options = checker.Options;
        Assert.Equal(TimeSpan.FromSeconds(1.5), options.ConnectTimeout);
        Assert.Equal(3u, options.Retry);
        Assert.Equal(TimeSpan.FromSeconds(10), options.DelayLoop);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Warmup);
        Assert.Equal(TimeSpan.FromSeconds(1), options.DelayBeforeRetry);
        Assert.True(options.Alpha);
        Assert.True(options.LogAllFailures);
        Assert.Equal("vs.example", checker.Target.VirtualHost);
    }

    [Fact]
    public void Alpha_omega_and_inhibit_of_a_virtual_server_are_on_when_named_whatever_follows()
    {
        VirtualServerDefinition server = ConfigurationText.ReadClean(With("alpha no\n omega 0\n inhibit_on_failure false")).VirtualServers[0];

        Assert.True(server is { Alpha: true, Omega: true });
        Assert.True(server.RealServers[0].InhibitOnFailure);
    }

    [Fact]
    public void Global_settings_are_read()
    {
        IpvsSettings settings = ConfigurationText.ReadClean(
            "global_defs {\n lvs_timeouts tcp 10 udp 30\n lvs_flush\n lvs_flush_on_stop VS\n rs_init_notifies\n}\n" + With("")).Settings;

        Assert.Equal(
            new IpvsSettings
            {
                Timeouts = new(10, 0, 30), FlushAtStart = true, FlushAtStop = FlushOnStop.VirtualServers, InitialNotifies = true,
            },
            settings);
    }

    [Fact]
    public void Keywords_named_in_metadata_are_those_that_are_registered()
    {
        var recorder = new KeywordRecorder();
        new IpvsPlugin().RegisterKeywords(recorder);
        foreach (IGrouping<string, PluginKeywordsAttribute> declared in
            typeof(IpvsPlugin).Assembly.GetCustomAttributes<PluginKeywordsAttribute>().GroupBy(static attribute => attribute.Block))
        {
            Assert.Equal(declared.SelectMany(static attribute => attribute.Keywords.Split(' ')).Order(), recorder.Names[declared.Key].Order());
        }
    }

    private static string With(string line) =>
        $"virtual_server 10.0.0.1 80 {{\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n {line}\n real_server 10.0.0.2 80 {{ weight 1\n }}\n}}";

    /// <summary>A tree that writes down the names in its root and in the blocks that are extended.</summary>
    private sealed class KeywordRecorder : IKeywordTree
    {
        public Dictionary<string, List<string>> Names { get; } = [];

        public IKeywordBlock<IConfigurationSession> Root => Extend<IConfigurationSession>("");

        public IKeywordBlock<TState> Extend<TState>(string path)
            where TState : class => new Block<TState>(this, path);

        private sealed class Block<TState>(KeywordRecorder recorder, string? path) : IKeywordBlock<TState>
            where TState : class
        {
            public void Keyword(KeywordSpec spec, KeywordHandler<TState> handler) => Record(spec);

            public void Lines(KeywordSpec spec, KeywordHandler<TState> line) => Record(spec);

            void IKeywordBlock<TState>.Lines<TChild>(
                KeywordSpec spec, BlockOpener<TState, TChild> open, KeywordHandler<TChild> line, BlockCloser<TState, TChild>? close) => Record(spec);

            IKeywordBlock<TChild> IKeywordBlock<TState>.Block<TChild>(KeywordSpec spec, BlockOpener<TState, TChild> open, BlockCloser<TState, TChild>? close)
            {
                Record(spec);
                return new Block<TChild>(recorder, null);
            }

            private void Record(KeywordSpec spec)
            {
                if (path is null)
                {
                    return;
                }

                if (!recorder.Names.TryGetValue(path, out List<string>? names))
                {
                    recorder.Names.Add(path, names = []);
                }

                names.Add(spec.Name);
            }
        }
    }
}
