using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Linux.Tests.Netlink.Ipvs;

/// <summary>
/// IPVS against a real kernel, looked at through <c>ipvsadm</c>. Skips where the kernel has no ip_vs; it runs inside user-mode Linux.
/// </summary>
[Trait("Kernel", "ip_vs")]
public sealed class IpvsKernelTests : IDisposable
{
    private static readonly IpvsServiceKey Web = IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.Parse("192.0.2.1"), 80);
    private static readonly IpvsServiceKey Web6 = IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.Parse("2001:db8::1"), 80);
    private static readonly KernelName RoundRobin = new("rr");

    private readonly TestNamespace _namespace = new();
    private readonly NetlinkConnection _connection;
    private readonly IpvsClient _ipvs;

    public IpvsKernelTests()
    {
        // IPVS keeps its services per network namespace, so these tests touch nobody else's.
        _connection = new NetlinkConnection(_namespace.Enter(() => NetlinkSocket.Open(NetlinkFamily.Generic)), chunkSize: 32);
        try
        {
            _ipvs = IpvsClient.Open(_connection);
            Shown("-Ln");
        }
        catch (Exception error) when (error is InvalidOperationException or NetlinkException { Failure: NetlinkFailure.FamilyMissing or NetlinkFailure.NotPermitted })
        {
            Dispose();
            Assert.Skip(error.Message);
            throw;
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void The_kernel_tells_version_and_table_size()
    {
        IpvsInfo info = _ipvs.GetInfo();

        Assert.Equal(new Version(1, 2, 1), info.Version);
        Assert.Contains($"size={info.ConnectionTableSize}", Shown("-Ln"), StringComparison.Ordinal);
    }

    [Fact]
    public void Services_of_every_kind_are_what_ipvsadm_shows()
    {
        IpvsService[] services =
        [
            new(Web, RoundRobin),
            new(Web6, new KernelName("wlc")) { PersistenceTimeout = 300, PersistencePrefixLength = 64 },
            new(IpvsServiceKey.ForAddress(IpvsProtocol.Udp, InetAddress.Parse("192.0.2.1"), 53), RoundRobin) { Flags = IpvsServiceFlags.OnePacket },
            new(IpvsServiceKey.ForAddress(IpvsProtocol.Sctp, InetAddress.Parse("192.0.2.1"), 9), RoundRobin),
            new(IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.Parse("192.0.2.2"), 0), RoundRobin) { PersistenceTimeout = 360, PersistencePrefixLength = 24 },
            new(IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.Parse("192.0.2.3"), 80), new KernelName("sh"))
            {
                Flags = IpvsServiceFlags.Scheduler1 | IpvsServiceFlags.Scheduler2,
            },
            new(IpvsServiceKey.ForMark(5), RoundRobin),
            new(IpvsServiceKey.ForMark(5, ipv6: true), RoundRobin),
        ];
        foreach (IpvsService service in services)
        {
            _ipvs.AddService(service);
        }

        string rules = Shown("-Sn");
        Assert.Contains("-A -t 192.0.2.1:80 -s rr\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A -t [2001:db8::1]:80 -s wlc -p 300 -M 64\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A -u 192.0.2.1:53 -s rr -o\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A --sctp-service 192.0.2.1:9 -s rr\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A -t 192.0.2.2:0 -s rr -p 360 -M 255.255.255.0\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A -t 192.0.2.3:80 -s sh -b sh-fallback,sh-port\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A -f 5 -s rr\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A -f 5 -6 -s rr\n", rules, StringComparison.Ordinal);
        Assert.Equivalent(services, _ipvs.ListServices().Select(found => found.Service).ToArray(), strict: true);
    }

    [Fact]
    public void A_service_can_be_changed_found_and_deleted()
    {
        _ipvs.AddService(new IpvsService(Web, RoundRobin) { PersistenceTimeout = 60 });
        var changed = new IpvsService(Web, new KernelName("wrr"));

        _ipvs.EditService(changed);
        Assert.Equal(changed, _ipvs.GetService(Web).Service);
        Assert.Contains("-A -t 192.0.2.1:80 -s wrr\n", Shown("-Sn"), StringComparison.Ordinal);

        _ipvs.DeleteService(Web);
        var error = Assert.Throws<NetlinkException>(() => _ipvs.GetService(Web));
        Assert.Equal(IpvsFailure.ServiceAbsent, IpvsFailures.Classify(IpvsVerb.DeleteService, error.Errno));
    }

    [Fact]
    public void Real_servers_of_every_forwarding_are_what_ipvsadm_shows()
    {
        _ipvs.AddService(new IpvsService(Web, RoundRobin));
        IpvsDestination[] servers =
        [
            new(InetAddress.Parse("198.51.100.1"), 8080) { Weight = 3, UpperThreshold = 100, LowerThreshold = 50 },
            new(InetAddress.Parse("198.51.100.2"), 80) { Weight = int.MaxValue, Forwarding = IpvsForwarding.DirectRoute },
            new(InetAddress.Parse("198.51.100.3"), 80) { Weight = 0, Forwarding = IpvsForwarding.Tunnel },
            new(InetAddress.Parse("198.51.100.4"), 80)
            {
                Weight = 1, Forwarding = IpvsForwarding.Tunnel, TunnelType = IpvsTunnelType.Gue, TunnelPort = 6080, TunnelFlags = IpvsTunnelFlags.RemoteChecksum,
            },
            new(InetAddress.Parse("198.51.100.5"), 80)
            {
                Weight = 1, Forwarding = IpvsForwarding.Tunnel, TunnelType = IpvsTunnelType.Gre, TunnelFlags = IpvsTunnelFlags.Checksum,
            },
        ];
        foreach (IpvsDestination server in servers)
        {
            _ipvs.AddDestination(Web, server);
        }

        string rules = Shown("-Sn");
        Assert.Contains("-a -t 192.0.2.1:80 -r 198.51.100.1:8080 -m -w 3", rules, StringComparison.Ordinal);
        Assert.Contains("-a -t 192.0.2.1:80 -r 198.51.100.2:80 -g -w 2147483647", rules, StringComparison.Ordinal);
        Assert.Contains("-a -t 192.0.2.1:80 -r 198.51.100.3:80 -i -w 0", rules, StringComparison.Ordinal);
        Assert.Contains("--tun-type gue --tun-port 6080 --tun-remcsum", rules, StringComparison.Ordinal);
        Assert.Contains("--tun-type gre --tun-csum", rules, StringComparison.Ordinal);
        Assert.Matches(@"198\.51\.100\.1:8080\s+100\s+50\s", Shown("-Ln", "--thresholds"));
        Assert.Equivalent(servers, _ipvs.ListDestinations(Web).Select(found => found.Destination).ToArray(), strict: true);
    }

    [Fact]
    public void A_tunnel_may_cross_address_families()
    {
        _ipvs.AddService(new IpvsService(Web6, RoundRobin));
        var server = new IpvsDestination(InetAddress.Parse("198.51.100.1"), 80) { Weight = 1, Forwarding = IpvsForwarding.Tunnel };

        _ipvs.AddDestination(Web6, server);

        Assert.Equal(server, Assert.Single(_ipvs.ListDestinations(Web6)).Destination);
        Assert.Contains("-r 198.51.100.1:80 -i", Shown("-Sn"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_server_can_be_changed_and_deleted()
    {
        _ipvs.AddService(new IpvsService(Web, RoundRobin));
        var server = new IpvsDestination(InetAddress.Parse("198.51.100.1"), 80) { Weight = 1 };
        _ipvs.AddDestination(Web, server);

        _ipvs.EditDestination(Web, server with { Weight = 7 });
        Assert.Contains("-r 198.51.100.1:80 -m -w 7", Shown("-Sn"), StringComparison.Ordinal);
        _ipvs.DeleteDestination(Web, server);

        Assert.Empty(_ipvs.ListDestinations(Web));
    }

    [Fact]
    public void Refusals_have_names()
    {
        var service = new IpvsService(Web, RoundRobin);
        var server = new IpvsDestination(InetAddress.Parse("198.51.100.1"), 80);
        Assert.Equal(IpvsFailure.ServiceAbsent, Failure(IpvsVerb.AddDestination, () => _ipvs.AddDestination(Web, server)));
        Assert.Equal(IpvsFailure.ServiceAbsent, Failure(IpvsVerb.DeleteService, () => _ipvs.DeleteService(Web)));
        Assert.Equal(IpvsFailure.SchedulerMissing, Failure(IpvsVerb.AddService, () => _ipvs.AddService(service with { Scheduler = new KernelName("nosuch") })));
        _ipvs.AddService(service);
        Assert.Equal(IpvsFailure.Exists, Failure(IpvsVerb.AddService, () => _ipvs.AddService(service)));
        Assert.Equal(IpvsFailure.DestinationAbsent, Failure(IpvsVerb.EditDestination, () => _ipvs.EditDestination(Web, server)));
        Assert.Equal(IpvsFailure.DestinationAbsent, Failure(IpvsVerb.DeleteDestination, () => _ipvs.DeleteDestination(Web, server)));
        _ipvs.AddDestination(Web, server);
        Assert.Equal(IpvsFailure.Exists, Failure(IpvsVerb.AddDestination, () => _ipvs.AddDestination(Web, server)));
        Assert.Equal(IpvsFailure.Refused, Failure(IpvsVerb.EditDestination, () => _ipvs.EditDestination(Web, server with { Weight = -1 })));
    }

    [Fact]
    public void A_batch_of_services_and_real_servers_has_a_result_for_each()
    {
        var replies = new RecordingReplies();
        for (int i = 0; i < 100; i++)
        {
            IpvsServiceKey key = IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.FromIPv4(0x0A010000u + (uint)i), 80);
            _ipvs.QueueAddService(new IpvsService(key, RoundRobin), replies, i);
            for (int j = 0; j < 5; j++)
            {
                var server = new IpvsDestination(InetAddress.FromIPv4(0x0A020000u + (uint)j), 80) { Weight = 1 };
                _ipvs.QueueAddDestination(in key, in server, replies, i);
                if (i == 50)
                {
                    _ipvs.QueueAddDestination(in key, in server, replies, -1);
                }
            }
        }

        _connection.Complete(TimeSpan.FromSeconds(5));

        Assert.Equal(605, replies.Ends.Count);
        Assert.Equal(Enumerable.Repeat((-1L, Errno.EEXIST), 5), replies.Ends.Where(end => end.Errno != Errno.None).Select(end => (end.Token, end.Errno)));
        Assert.Equal(600, Shown("-Sn").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(100, _ipvs.ListServices().Count);
    }

    [Fact]
    public void Counters_count_connections_and_zero_again()
    {
        var local = IpvsServiceKey.ForAddress(IpvsProtocol.Udp, InetAddress.Parse("127.0.0.1"), 5353);
        _ipvs.AddService(new IpvsService(local, RoundRobin));
        _ipvs.AddDestination(local, new IpvsDestination(InetAddress.Parse("127.0.0.1"), 5354) { Weight = 1 });
        _namespace.Enter(() =>
        {
            using var client = new System.Net.Sockets.UdpClient();
            client.Send([1, 2, 3, 4], new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 5353));
        });

        // The kernel sums its counters up every two seconds.
        IpvsCounters counters = default;
        for (int tries = 0; tries < 100 && counters.Connections == 0; tries++)
        {
            Thread.Sleep(100);
            counters = _ipvs.GetService(local).Counters;
        }

        Assert.Equal((1ul, 1ul, 32ul), (counters.Connections, counters.IncomingPackets, counters.IncomingBytes));
        Assert.Equal(1ul, Assert.Single(_ipvs.ListDestinations(local)).Counters.Connections);
        _ipvs.ZeroCounters();
        Assert.Equal(default, _ipvs.GetService(local).Counters);
    }

    [Fact]
    public void Timeouts_are_set_and_a_zero_leaves_one_alone()
    {
        IpvsTimeouts before = _ipvs.GetTimeouts();

        _ipvs.SetTimeouts(new IpvsTimeouts(700, 0, 400));

        Assert.Equal(new IpvsTimeouts(700, before.TcpFin, 400), _ipvs.GetTimeouts());
        Assert.Contains($"700 {before.TcpFin} 400", Shown("-L", "--timeout"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_daemon_starts_once_and_stops()
    {
        _namespace.Ip("link", "set", "left", "up");
        _namespace.Ip("link", "set", "right", "up");
        _namespace.Ip("addr", "add", "192.0.2.200/24", "dev", "left");
        var daemon = new IpvsDaemon(IpvsDaemonRole.Master, new KernelName("left"), 51)
        {
            Group = InetAddress.Parse("224.0.0.99"), Port = 8900, Ttl = 3, MaxLength = 1400,
        };
        _ipvs.StartDaemon(daemon);

        Assert.Equal(IpvsFailure.Exists, Failure(IpvsVerb.StartDaemon, () => _ipvs.StartDaemon(daemon)));
        Assert.Equal(daemon, Assert.Single(_ipvs.ListDaemons()));
        string shown = Shown("-L", "--daemon");
        Assert.Contains("mcast=left, syncid=51", shown, StringComparison.Ordinal);
        Assert.Contains("group=224.0.0.99, port=8900, ttl=3", shown, StringComparison.Ordinal);

        _ipvs.StopDaemon(daemon);
        Assert.Empty(_ipvs.ListDaemons());
        Assert.Equal(IpvsFailure.DaemonAbsent, Failure(IpvsVerb.StopDaemon, () => _ipvs.StopDaemon(daemon)));
    }

    private static IpvsFailure Failure(IpvsVerb verb, Action request) =>
        IpvsFailures.Classify(verb, Assert.Throws<NetlinkException>(request).Errno);

    private string Shown(params string[] arguments) => ToolRunner.Run("ip", ["netns", "exec", _namespace.Name, "ipvsadm", .. arguments]);
}
