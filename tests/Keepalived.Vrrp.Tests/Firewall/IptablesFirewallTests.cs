using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Firewall;
using Keepalived.Vrrp.Firewall.Iptables;
using Keepalived.Vrrp.Tests.Runtime;

namespace Keepalived.Vrrp.Tests.Firewall;

/// <summary>What <c>vrrp_iptables</c> has its programs do (Accept_Mode of RFC 9568 section 6.1), with programs that are only recorded.</summary>
public sealed class IptablesFirewallTests
{
    private const string Restore = "iptables-restore --noflush -w 5";
    private readonly RecordedLog _log = new();
    private readonly List<string> _nftables = [];

    [Fact]
    public void With_ipsets_a_change_of_role_changes_entries_and_no_rule()
    {
        RecordedCommands commands = new("iptables", "ip6tables", "ipset");
        IptablesFirewall firewall = Start(commands, "vrrp_iptables", out FirewallElement[] elements);
        Assert.Equal(
            [
                "iptables --version",
                "iptables-save -t filter",
                "ipset restore: create keepalived hash:ip family inet -exist; flush keepalived",
                $"{Restore}: *filter; -I OUTPUT 1 -m set --match-set keepalived src -j DROP; -I INPUT 1 -m set --match-set keepalived dst -j DROP; COMMIT",
            ],
            commands.Runs);

        commands.Runs.Clear();
        firewall.Add(elements);
        firewall.Add(elements);
        firewall.Remove(elements);
        Assert.Equal(["ipset restore: add keepalived 10.0.0.100 -exist"], commands.Runs);

        commands.Runs.Clear();
        firewall.Remove(elements);
        firewall.RemoveAll();
        Assert.Equal(
            [
                "ipset restore: del keepalived 10.0.0.100 -exist",
                $"{Restore}: *filter; -D INPUT -m set --match-set keepalived dst -j DROP; -D OUTPUT -m set --match-set keepalived src -j DROP; COMMIT",
                "ipset restore: destroy keepalived",
            ],
            commands.Runs);
        Assert.False(firewall.IsBusy);
        Assert.Empty(_nftables);
    }

    [Fact]
    public void Without_ipsets_each_address_has_rules_in_the_chains_that_were_named()
    {
        RecordedCommands commands = new("iptables", "ipset");
        IptablesFirewall firewall = Start(commands, "vrrp_iptables IN OUT\n vrrp_ipsets", out FirewallElement[] elements);
        Assert.Equal($"{Restore} --test: *filter; -I IN 1 -d 127.0.0.1/32 -j DROP; -I OUT 1 -d 127.0.0.1/32 -j DROP; COMMIT", commands.Runs[^1]);

        commands.Runs.Clear();
        firewall.Add(elements);
        firewall.Remove(elements);
        Assert.Equal(
            [
                $"{Restore}: *filter; -I OUT 1 -s 10.0.0.100/32 -j DROP; -I IN 1 -d 10.0.0.100/32 -j DROP; COMMIT",
                $"{Restore}: *filter; -D IN -d 10.0.0.100/32 -j DROP; -D OUT -s 10.0.0.100/32 -j DROP; COMMIT",
            ],
            commands.Runs);
    }

    [Fact]
    public void Rules_that_somebody_flushed_do_not_keep_others_from_being_removed()
    {
        RecordedCommands commands = new("iptables");
        IptablesFirewall firewall = Start(commands, "vrrp_iptables\n vrrp_ipsets", out FirewallElement[] elements);
        firewall.Add(elements);
        commands.Let(Restore, 1, "iptables-restore: line 2 failed");
        commands.Let("iptables-save -t filter", 0, "*filter\n-A OUTPUT -s 10.0.0.100/32 -j DROP\nCOMMIT\n");
        firewall.Remove(elements);
        Assert.Equal($"{Restore}: *filter; -D OUTPUT -s 10.0.0.100/32 -j DROP; COMMIT", commands.Runs[^1]);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_and_an_operator_s_rules_stay()
    {
        RecordedCommands commands = new("iptables");
        commands.Let("iptables-save -t filter", 0, "*filter\n-A INPUT -d 10.0.0.100/32 -j DROP\n-A INPUT -d 10.0.0.9/32 -j DROP\nCOMMIT\n");
        Start(commands, "vrrp_iptables\n vrrp_ipsets", out _);
        Assert.Contains($"{Restore}: *filter; -D INPUT -d 10.0.0.100/32 -j DROP; COMMIT", commands.Runs);
    }

    [Fact]
    public void What_is_asked_for_while_a_program_runs_goes_with_the_next_batch_and_the_end_waits_for_it()
    {
        RecordedCommands commands = new("iptables", "ipset");
        IptablesFirewall firewall = Start(commands, "vrrp_iptables", out FirewallElement[] elements);
        commands.Runs.Clear();
        commands.Open = new();
        firewall.Add([elements[0]]);
        firewall.Remove([elements[0]]);
        firewall.RemoveAll();
        Assert.Single(commands.Runs);
        Assert.True(firewall.IsBusy);
        while (commands.Open.TryDequeue(out TaskCompletionSource<CommandResult>? run))
        {
            run.SetResult(default);
        }

        Assert.False(firewall.IsBusy);
        Assert.Equal("ipset restore: destroy keepalived", commands.Runs[^1]);
    }

    [Theory]
    [InlineData("iptables v1.8.9 (nf_tables)", 0, "instead of iptables: /sbin/iptables is the variant that makes rules of nftables", null)]
    [InlineData("not for this machine", 126, "instead of iptables, which cannot be run", "not for this machine")]
    public void A_variant_that_is_not_the_kernel_s_iptables_is_answered_with_nftables(string version, int exitCode, string why, string? line)
    {
        RecordedCommands commands = new("iptables", "ipset");
        commands.Let("iptables --version", exitCode, version);
        IptablesFirewall firewall = Start(commands, "vrrp_iptables", out FirewallElement[] elements);
        firewall.Add(elements);
        firewall.RemoveAll();
        Assert.Equal([why, "configure", "add 1", "remove all"], _nftables);
        Assert.Equal(line is null ? 0 : 1, _log.Lines.Count(text => text.Contains($"{line}. Using nftables; install the package iptables", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_the_program_one_line_says_so_with_the_remedy()
    {
        Start(new("ipset"), "vrrp_iptables", out _);
        Assert.Contains("there is no program iptables. Using nftables; install the package iptables", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Equal(["as there is no iptables", "configure"], _nftables);
    }

    [Fact]
    public void A_machine_with_the_legacy_program_alone_uses_that()
    {
        RecordedCommands commands = new("iptables-legacy");
        Start(commands, "vrrp_iptables\n vrrp_ipsets", out _);
        Assert.StartsWith("iptables-legacy-restore", commands.Runs[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_without_the_table_or_chain_is_answered_with_nftables()
    {
        RecordedCommands commands = new("iptables");
        commands.Let(Restore + " --test", 1, "iptables-restore: line 2 failed\niptables-restore: No chain/target/match by that name.\n");
        IptablesFirewall firewall = Start(commands, "vrrp_iptables NOWHERE\n vrrp_ipsets", out _);
        Assert.Contains("No chain/target/match by that name.. Using nftables; load the kernel's iptables and make the chains", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Equal(["instead of iptables, which cannot be used", "configure"], _nftables);
        Assert.False(firewall.IsBusy);
    }

    [Fact]
    public void A_kernel_without_ipsets_has_rules_for_each_address()
    {
        RecordedCommands commands = new("iptables", "ipset");
        commands.Let("ipset restore", 1, "ipset v7.17: Cannot open session to kernel.");
        IptablesFirewall firewall = Start(commands, "vrrp_iptables", out FirewallElement[] elements);
        firewall.Add(elements);
        Assert.Contains("-I INPUT 1 -d 10.0.0.100/32", commands.Runs[^1], StringComparison.Ordinal);
        Assert.Contains("Cannot open session to kernel", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3.12", "", false)]
    [InlineData("3.12", "namespace_with_ipsets\n", true)]
    [InlineData("3.13", "", true)]
    public void Kernels_before_3_13_have_ipsets_in_a_namespace_by_namespace_with_ipsets_only(string kernel, string keyword, bool hasSets)
    {
        RecordedCommands commands = new("iptables", "ipset");
        Start(commands, "vrrp_iptables", out _, keyword, Version.Parse(kernel));
        Assert.Equal(hasSets, commands.Runs.Exists(run => run.StartsWith("ipset", StringComparison.Ordinal)));
    }

    private IptablesFirewall Start(RecordedCommands commands, string globals, out FirewallElement[] elements, string root = "", Version? kernelInNamespace = null)
    {
        VrrpConfiguration configuration = new Lab($"global_defs {{\n {globals}\n}}\n{root}{Lab.Instance("no_accept")}").Configuration;
        elements = [.. configuration.Instances[0].Addresses.Select(address => FirewallElement.OfAddress(address.Address, null, byName: false))];
        IptablesFirewall firewall = new(commands, Open, kernelInNamespace is not null, kernelInNamespace ?? new Version(6, 1), _log);
        firewall.Configure(configuration);
        return firewall;

        OtherFirewall Open(string why)
        {
            _nftables.Add(why);
            return new(_nftables);
        }
    }

    private sealed class OtherFirewall(List<string> calls) : IFirewall
    {
        public bool UsesInterfaceIndex => false;

        public bool IsBusy => false;

        public void Configure(VrrpConfiguration configuration) => calls.Add("configure");

        public void Add(IReadOnlyList<FirewallElement> elements) => calls.Add($"add {elements.Count}");

        public void Remove(IReadOnlyList<FirewallElement> elements) => calls.Add($"remove {elements.Count}");

        public void RemoveAll() => calls.Add("remove all");

        public void Dispose()
        {
        }
    }
}
