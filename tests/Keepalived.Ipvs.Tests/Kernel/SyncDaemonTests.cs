using System.Net;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Plugins;

namespace Keepalived.Ipvs.Tests.Kernel;

/// <summary><c>lvs_sync_daemon</c> in the checker process (section 14 of keepalived's behaviour): both roles, unless an instance is named.</summary>
public sealed class SyncDaemonTests : IDisposable
{
    private readonly FakeKernel _kernel = new();
    private readonly SyncDaemons _daemons = new(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    [Fact]
    public void Without_an_instance_both_roles_run_with_identity_0()
    {
        _daemons.Take(new("eth0"), _kernel);

        Assert.Equal([(IpvsDaemonRole.Master, "eth0", 0), (IpvsDaemonRole.Backup, "eth0", 0)], _kernel.Daemons.Select(d => (d.Role, d.Interface.ToString(), (int)d.SyncId)));
        _daemons.Take(null, _kernel);
        Assert.Empty(_kernel.Daemons);
    }

    [Fact]
    public void What_is_not_written_is_left_to_the_kernel()
    {
        _daemons.Take(new("eth0") { Id = 7, Port = 8900, TimeToLive = 3, LongestMessage = 1200, Group = IPAddress.Parse("224.0.0.90") }, _kernel);

        IpvsDaemon daemon = _kernel.Daemons[0];
        Assert.Equal((7, 8900, 3, 1200, "224.0.0.90"), (daemon.SyncId, daemon.Port, daemon.Ttl, daemon.MaxLength, daemon.Group.ToString()));
    }

    [Fact]
    public void With_an_instance_it_is_the_VRRP_process_that_runs_them()
    {
        _daemons.Take(new("eth0") { Instance = "A" }, _kernel);

        Assert.Empty(_kernel.Daemons);
    }

    [Fact]
    public void What_an_earlier_run_left_is_stopped_first_and_an_unchanged_setting_touches_nothing()
    {
        _kernel.Daemons.Add(new(IpvsDaemonRole.Backup, new("eth9"), 9));
        _daemons.Take(new("eth0"), _kernel);
        Assert.All(_kernel.Daemons, daemon => Assert.Equal("eth0", daemon.Interface.ToString()));

        _kernel.Daemons.Clear();
        _daemons.Take(new("eth0"), _kernel);
        Assert.Empty(_kernel.Daemons);
    }

    public void Dispose() => _kernel.Dispose();
}
