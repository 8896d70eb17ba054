using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Linux.Tests.Netlink.Ipvs;

/// <summary>IPVS requests and answers against what ipvsadm sent and the kernel answered (linux/ip_vs.h).</summary>
public sealed class IpvsCodecTests : IDisposable
{
    private static readonly IpvsServiceKey Web = IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.Parse("192.0.2.1"), 80);

    private readonly FakeKernel _kernel = new(Answer);
    private readonly NetlinkConnection _connection;
    private readonly IpvsClient _ipvs;

    public IpvsCodecTests()
    {
        _connection = new NetlinkConnection(_kernel);
        _ipvs = IpvsClient.Open(_connection);
        _kernel.Requests.Clear();
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void A_persistent_service_is_sent_as_ipvsadm_sends_it()
    {
        _ipvs.AddService(new IpvsService(Web, new KernelName("rr")) { PersistenceTimeout = 300, PersistencePrefixLength = 24 });

        AssertSent(Captures.AddServicePersistent);
    }

    [Fact]
    public void An_IPv6_service_is_sent_as_ipvsadm_sends_it()
    {
        IpvsServiceKey key = IpvsServiceKey.ForAddress(IpvsProtocol.Udp, InetAddress.Parse("2001:db8::1"), 53);

        _ipvs.AddService(new IpvsService(key, new KernelName("sh")) { Flags = IpvsServiceFlags.OnePacket | IpvsServiceFlags.Scheduler2 });

        AssertSent(Captures.AddServiceIPv6);
    }

    [Fact]
    public void A_mark_service_is_sent_as_ipvsadm_sends_it()
    {
        _ipvs.AddService(new IpvsService(IpvsServiceKey.ForMark(5, ipv6: true), new KernelName("wlc")));

        AssertSent(Captures.AddServiceMark);
    }

    [Fact]
    public void A_real_server_behind_a_GUE_tunnel_is_sent_as_ipvsadm_sends_it()
    {
        _ipvs.AddDestination(Web, new IpvsDestination(InetAddress.Parse("198.51.100.4"), 80)
        {
            Forwarding = IpvsForwarding.Tunnel,
            Weight = 7,
            UpperThreshold = 100,
            LowerThreshold = 50,
            TunnelType = IpvsTunnelType.Gue,
            TunnelPort = 6080,
            TunnelFlags = IpvsTunnelFlags.RemoteChecksum,
        });

        // ipvsadm adds an empty scheduler, flags, time-out and mask to the service, which the kernel does not look at here.
        string[] expected = [.. AttributeTree.Describe(Captures.AddDestinationGue.AsSpan(20)).Where(line => line is not ['1', '/', >= '6', '=', ..])];
        Assert.Equal(expected, AttributeTree.Describe(Assert.Single(_kernel.Requests).Payload.AsSpan(4)));
    }

    [Fact]
    public void A_daemon_is_sent_as_ipvsadm_sends_it()
    {
        _ipvs.StartDaemon(new IpvsDaemon(IpvsDaemonRole.Master, new KernelName("left"), 51)
        {
            MaxLength = 1400, Group = InetAddress.Parse("224.0.0.99"), Port = 8900, Ttl = 3,
        });

        AssertSent(Captures.StartDaemon);
    }

    [Fact]
    public void Timeouts_are_sent_as_ipvsadm_sends_them()
    {
        _ipvs.SetTimeouts(new IpvsTimeouts(700, 0, 400));

        AssertSent(Captures.SetTimeouts);
    }

    [Fact]
    public void Services_recorded_from_the_kernel_read_as_ipvsadm_made_them()
    {
        IpvsService[] services = [.. _ipvs.ListServices().Select(status => status.Service)];

        Assert.Equal(
        [
            new IpvsService(Web, new KernelName("rr")) { PersistenceTimeout = 300, PersistencePrefixLength = 24 },
            new IpvsService(IpvsServiceKey.ForAddress(IpvsProtocol.Udp, InetAddress.Parse("2001:db8::1"), 53), new KernelName("sh"))
            {
                Flags = IpvsServiceFlags.OnePacket | IpvsServiceFlags.Scheduler2,
            },
            new IpvsService(IpvsServiceKey.ForMark(5, ipv6: true), new KernelName("wlc")),
        ], services);
        Assert.Equal(["TCP 192.0.2.1:80", "UDP [2001:db8::1]:53", "FWM 5 IPv6"], services.Select(service => service.Key.ToString()));
    }

    [Fact]
    public void A_real_server_recorded_from_the_kernel_reads_as_ipvsadm_made_it()
    {
        IpvsDestination destination = Assert.Single(_ipvs.ListDestinations(Web)).Destination;

        Assert.Equal("198.51.100.4:80", destination.ToString());
        Assert.Equal((IpvsForwarding.Tunnel, 7, 100u, 50u), (destination.Forwarding, destination.Weight, destination.UpperThreshold, destination.LowerThreshold));
        Assert.Equal((IpvsTunnelType.Gue, (ushort)6080, IpvsTunnelFlags.RemoteChecksum), (destination.TunnelType, destination.TunnelPort, destination.TunnelFlags));
    }

    [Fact]
    public void Information_recorded_from_the_kernel_reads_as_ipvsadm_showed_it() =>
        Assert.Equal(new IpvsInfo(new Version(1, 2, 1), 4096), _ipvs.GetInfo());

    [Fact]
    public void Counters_of_64_bits_win_over_those_of_32()
    {
        byte[] octets = Captures.ServicesShown;
        NetlinkMessage message = First(octets);
        Span<byte> narrow = octets.AsSpan(octets.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x60, 0, 0x0A, 0]) + 8);
        Span<byte> wide = octets.AsSpan(octets.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xA0, 0, 0x0C, 0]) + 8);
        BitConverter.TryWriteBytes(narrow, 5u);
        BitConverter.TryWriteBytes(wide, 0x1_0000_0005ul);

        Assert.True(IpvsReader.TryReadService(in message, out IpvsServiceStatus status));

        Assert.Equal(0x1_0000_0005ul, status.Counters.Connections);
    }

    [Fact]
    public void A_kernel_without_the_family_says_what_to_do()
    {
        var kernel = new FakeKernel((self, request) => self.Acknowledge(request, Errno.ENOENT));
        using var connection = new NetlinkConnection(kernel);

        var error = Assert.Throws<NetlinkException>(() => IpvsClient.Open(connection));

        Assert.Equal(NetlinkFailure.FamilyMissing, error.Failure);
        Assert.Contains("load the module ip_vs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_permission_the_error_names_the_capability()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            if (request.Type == 16)
            {
                Answer(self, request);
            }
            else
            {
                self.Acknowledge(request, Errno.EPERM);
            }
        });
        using var connection = new NetlinkConnection(kernel);
        IpvsClient ipvs = IpvsClient.Open(connection);

        var error = Assert.Throws<NetlinkException>(ipvs.Flush);

        Assert.Equal(NetlinkFailure.NotPermitted, error.Failure);
        Assert.Contains("CAP_NET_ADMIN", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(IpvsVerb.AddService, Errno.EEXIST, IpvsFailure.Exists)]
    [InlineData(IpvsVerb.AddService, Errno.ENOENT, IpvsFailure.SchedulerMissing)]
    [InlineData(IpvsVerb.EditDestination, Errno.ENOENT, IpvsFailure.DestinationAbsent)]
    [InlineData(IpvsVerb.DeleteDestination, Errno.ESRCH, IpvsFailure.ServiceAbsent)]
    [InlineData(IpvsVerb.StopDaemon, Errno.ESRCH, IpvsFailure.DaemonAbsent)]
    [InlineData(IpvsVerb.AddDestination, Errno.ERANGE, IpvsFailure.Refused)]
    [InlineData(IpvsVerb.AddDestination, Errno.ENOBUFS, IpvsFailure.Unknown)]
    public void An_error_number_means_what_the_request_makes_of_it(IpvsVerb verb, Errno errno, IpvsFailure failure) =>
        Assert.Equal(failure, IpvsFailures.Classify(verb, errno));

    [Fact]
    public void Random_services_and_real_servers_come_back_as_they_were_written()
    {
        var random = new Random(20260823);
        for (int i = 0; i < 2000; i++)
        {
            IpvsService service = RandomService(random);
            NetlinkMessage message = First(Write(in service));
            Assert.True(IpvsReader.TryReadService(in message, out IpvsServiceStatus status));
            Assert.Equal(service, status.Service);

            IpvsDestination destination = RandomDestination(random);
            NetlinkMessage other = First(Write(in destination));
            Assert.True(IpvsReader.TryReadDestination(in other, out IpvsDestinationStatus found));
            Assert.Equal(destination, found.Destination);
        }
    }

    [Fact]
    public void Damaged_answers_are_refused_or_read_the_same_again()
    {
        var random = new Random(20260824);
        int understood = 0;
        for (int i = 0; i < 5000; i++)
        {
            var reader = new NetlinkMessageReader(Fuzz.Damage(random, random.Next(2) == 0 ? Captures.ServicesShown : Captures.DestinationShown));
            while (reader.MoveNext())
            {
                NetlinkMessage message = reader.Current;
                _ = IpvsReader.TryReadInfo(in message, out _);
                _ = IpvsReader.TryReadTimeouts(in message, out _);
                _ = IpvsReader.TryReadDaemon(in message, out _);
                if (IpvsReader.TryReadService(in message, out IpvsServiceStatus status))
                {
                    understood++;
                    IpvsService service = status.Service;
                    NetlinkMessage again = First(Write(in service));
                    Assert.True(IpvsReader.TryReadService(in again, out IpvsServiceStatus same));
                    Assert.Equal(service, same.Service);
                }

                if (IpvsReader.TryReadDestination(in message, out IpvsDestinationStatus found))
                {
                    understood++;
                    IpvsDestination destination = found.Destination;
                    NetlinkMessage again = First(Write(in destination));
                    Assert.True(IpvsReader.TryReadDestination(in again, out IpvsDestinationStatus same));
                    Assert.Equal(destination, same.Destination);
                }
            }
        }

        Assert.InRange(understood, 1000, 30000);
    }

    /// <summary>Answers as Linux 6.1 did.</summary>
    private static void Answer(FakeKernel kernel, FakeRequest request)
    {
        byte[]? recorded = (request.Type, request.Payload[0]) switch
        {
            (16, _) => Captures.FamilyShown,
            (28, IpvsAbi.GetService) => Captures.ServicesShown,
            (28, IpvsAbi.GetDest) => Captures.DestinationShown,
            (28, IpvsAbi.GetInfo) => Captures.InfoShown,
            _ => null,
        };
        for (int at = 0; recorded is not null && at < recorded.Length; at += BitConverter.ToInt32(recorded, at))
        {
            int length = BitConverter.ToInt32(recorded, at);
            kernel.Deliver(FakeKernel.Message(request, BitConverter.ToUInt16(recorded, at + 4), BitConverter.ToUInt16(recorded, at + 6), recorded[(at + 16)..(at + length)]));
        }

        if ((request.Flags & NetlinkAbi.Dump) == NetlinkAbi.Dump)
        {
            kernel.Deliver(FakeKernel.Done(request));
        }
        else
        {
            kernel.Acknowledge(request);
        }
    }

    private void AssertSent(byte[] recorded)
    {
        FakeRequest sent = Assert.Single(_kernel.Requests);
        Assert.Equal((28, BitConverter.ToUInt16(recorded, 6)), (sent.Type, sent.Flags));
        Assert.Equal(recorded[16..20], sent.Payload[..4]);
        Assert.Equal(AttributeTree.Describe(recorded.AsSpan(20)), AttributeTree.Describe(sent.Payload.AsSpan(4)));
    }

    private static NetlinkMessage First(ReadOnlySpan<byte> datagram)
    {
        var reader = new NetlinkMessageReader(datagram);
        Assert.True(reader.MoveNext());
        return reader.Current;
    }

    private static byte[] Write(in IpvsService service)
    {
        var writer = new NetlinkWriter(new byte[1024], 28, 0);
        writer.PutStructure<uint>(IpvsAbi.NewService);
        IpvsWriter.PutService(ref writer, in service);
        return writer.Finish().ToArray();
    }

    private static byte[] Write(in IpvsDestination destination)
    {
        var writer = new NetlinkWriter(new byte[1024], 28, 0);
        writer.PutStructure<uint>(IpvsAbi.NewDest);
        IpvsWriter.PutDestination(ref writer, in destination);
        return writer.Finish().ToArray();
    }

    private static IpvsService RandomService(Random random)
    {
        bool ipv6 = random.Next(2) == 0;
        IpvsServiceKey key = random.Next(4) == 0
            ? IpvsServiceKey.ForMark((uint)random.Next(1, int.MaxValue), ipv6)
            : IpvsServiceKey.ForAddress(random.Next(3) switch { 0 => IpvsProtocol.Tcp, 1 => IpvsProtocol.Udp, _ => IpvsProtocol.Sctp },
                Fuzz.Address(random, ipv6), (ushort)random.Next(65536));
        return new IpvsService(key, Fuzz.Name(random))
        {
            Flags = (IpvsServiceFlags)(random.Next(16) << 2),
            PersistenceTimeout = random.Next(2) == 0 ? 0 : (uint)random.Next(1, 2678400),
            PersistencePrefixLength = (byte)random.Next(key.AddressBits + 1),
            PersistenceEngine = random.Next(2) == 0 ? default : Fuzz.Name(random),
        };
    }

    private static IpvsDestination RandomDestination(Random random) => new(Fuzz.Address(random, random.Next(2) == 0), (ushort)random.Next(65536))
    {
        Forwarding = (IpvsForwarding)random.Next(5),
        Weight = random.Next(),
        UpperThreshold = (uint)random.Next(),
        LowerThreshold = (uint)random.Next(),
        TunnelType = (IpvsTunnelType)random.Next(3),
        TunnelPort = (ushort)random.Next(65536),
        TunnelFlags = (IpvsTunnelFlags)random.Next(4),
    };
}
