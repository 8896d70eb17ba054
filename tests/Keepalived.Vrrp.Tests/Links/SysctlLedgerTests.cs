using Keepalived.Vrrp.Links;

namespace Keepalived.Vrrp.Tests.Links;

/// <summary>Settings of the kernel are saved before the first change and restored after the last user.</summary>
public sealed class SysctlLedgerTests : ISysctls
{
    private const string Ignore = "ipv4/conf/eth0/arp_ignore";
    private readonly Dictionary<string, string> _kernel = new() { [Ignore] = "2" };
    private readonly List<string> _written = [];
    private readonly SysctlLedger _ledger;
    private readonly RecordedLog _log = new();
    private string? _refusal;

    public SysctlLedgerTests() => _ledger = new SysctlLedger(this, _log);

    [Fact]
    public void What_two_need_is_restored_when_the_second_has_gone()
    {
        _ledger.Hold(Ignore, "1");
        _ledger.Hold(Ignore, "1");
        _ledger.Release(Ignore);
        Assert.Equal("1", _kernel[Ignore]);

        _ledger.Release(Ignore);

        Assert.Equal("2", _kernel[Ignore]);
        Assert.Equal([Ignore + "=1", Ignore + "=2"], _written);
    }

    [Fact]
    public void A_setting_that_has_the_value_already_is_not_written()
    {
        _ledger.Hold(Ignore, "2");
        _ledger.RestoreAll();
        Assert.Empty(_written);
    }

    [Fact]
    public void A_setting_that_the_kernel_lacks_is_left_alone()
    {
        _ledger.Hold("ipv4/conf/gone/arp_ignore", "1");
        _ledger.Release("ipv4/conf/gone/arp_ignore");
        Assert.Empty(_written);
    }

    [Fact]
    public void A_reverse_path_filter_of_the_whole_system_moves_to_where_it_is_the_larger_and_back()
    {
        _kernel["ipv4/conf/all/rp_filter"] = "1";
        _kernel["ipv4/conf/default/rp_filter"] = "0";
        _kernel["ipv4/conf/eth0/rp_filter"] = "0";
        _kernel["ipv4/conf/eth1/rp_filter"] = "2";
        Dictionary<string, string> before = new(_kernel);

        _ledger.MoveReverseFilter();
        _ledger.MoveReverseFilter();
        Assert.Equal(["0", "1", "1", "2"], Filters());
        _ledger.RestoreAll();

        Assert.Equal(before, _kernel);

        string[] Filters() => [.. new[] { "all", "default", "eth0", "eth1" }.Select(name => _kernel[$"ipv4/conf/{name}/rp_filter"])];
    }

    [Fact]
    public void A_refusal_is_logged_with_its_reason()
    {
        _refusal = "Read-only file system";
        _ledger.Hold(Ignore, "1");
        Assert.Contains(_log.Lines, line => line.Contains(Ignore, StringComparison.Ordinal) && line.Contains(_refusal, StringComparison.Ordinal));
    }

    string? ISysctls.Read(string name) => _kernel.GetValueOrDefault(name);

    string? ISysctls.Write(string name, string value)
    {
        if (_refusal is null)
        {
            _kernel[name] = value;
            _written.Add($"{name}={value}");
        }

        return _refusal;
    }

    IEnumerable<string> ISysctls.Interfaces() => _kernel.Keys.Where(name => name.EndsWith("/rp_filter", StringComparison.Ordinal)).Select(name => name.Split('/')[2]);
}
