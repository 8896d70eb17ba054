using System.Net;
using Keepalived.Checkers.Dns;
using Keepalived.Checkers.Ping;
using Keepalived.Checkers.Udp;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>UDP_CHECK, DNS_CHECK and PING_CHECK against real sockets, a real kernel and dnsmasq.</summary>
public sealed class DatagramCheckTests
{
    private static readonly UdpCheckDefinition _requiring = new(
        new(), new byte[] { 1, 2 }.ToEquatableArray(), true, new(new byte[] { 0x30 }.ToEquatableArray(), new byte[] { 0xf0 }.ToEquatableArray()), 2, 300);

    private static readonly UdpCheckDefinition _sending = new(new(), default, false, default, 0, 255);
    private static readonly DnsCheckDefinition _asking = new(new(), DnsRecordType.A, "www.example.org");

    public static TheoryData<string> Loopbacks => HasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

    private static bool HasIPv6 => File.Exists("/proc/net/if_inet6") && File.ReadAllText("/proc/net/if_inet6").Contains(" lo", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Loopbacks))]
    public void UDP_a_server_that_echoes_is_up_and_a_wrong_reply_is_not(string address)
    {
        using var echo = new DatagramServer(IPAddress.Parse(address), datagram => [[0x31, .. datagram]]);
        Assert.Equal(CheckResult.Up(), RealLoop.Run(_requiring, echo.EndPoint));

        using var wrong = new DatagramServer(IPAddress.Parse(address), datagram => [datagram]);
        Assert.Equal("reply: begins with 01, not 3X", RealLoop.Run(_requiring, wrong.EndPoint).Reason);

        using var half = new DatagramServer(IPAddress.Parse(address), _ => [[0x31]]);
        Assert.Equal("reply: 1 octets, fewer than 2", RealLoop.Run(_requiring, half.EndPoint).Reason);

        using var huge = new DatagramServer(IPAddress.Parse(address), _ => [new byte[8000]]);
        Assert.Equal("reply: longer than 300 octets", RealLoop.Run(_requiring, huge.EndPoint).Reason);
    }

    [Theory]
    [MemberData(nameof(Loopbacks))]
    public void UDP_a_port_without_anybody_is_a_failure_with_and_without_a_required_reply(string address)
    {
        IPEndPoint nobody = DatagramServer.Nobody(IPAddress.Parse(address));

        Assert.Equal("reply: nobody listens at the port (ICMP)", RealLoop.Run(_sending, nobody).Reason);
        Assert.Equal("reply: nobody listens at the port (ICMP)", RealLoop.Run(_requiring, nobody).Reason);
    }

    [Fact]
    public void UDP_a_black_hole_is_up_unless_a_reply_is_required()
    {
        using var silent = new DatagramServer(IPAddress.Loopback, _ => []);

        Assert.True(RealLoop.Run(_sending, silent.EndPoint).IsUp);
        Assert.Equal("reply: no answer in time", RealLoop.Run(_requiring, silent.EndPoint).Reason);
    }

    [Fact]
    public void DNS_a_server_that_never_ends_its_wrong_answers_holds_nobody_up()
    {
        using var flood = new DatagramServer(IPAddress.Loopback, datagram => Enumerable.Repeat(datagram, 200_000));

        string? reason = RealLoop.Run(_asking, flood.EndPoint).Reason;

        Assert.StartsWith("answer: none in time; ", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void DNS_refused_black_hole_half_an_answer_and_a_wrong_one_each_name_themselves()
    {
        Assert.Equal("answer: nobody listens at the port (ICMP)", RealLoop.Run(_asking, DatagramServer.Nobody(IPAddress.Loopback)).Reason);

        using var silent = new DatagramServer(IPAddress.Loopback, _ => []);
        Assert.Equal("answer: no answer in time", RealLoop.Run(_asking, silent.EndPoint).Reason);

        using var half = new DatagramServer(IPAddress.Loopback, query => [[query[0], query[1], 0x81, 0x80, 0, 1]]);
        Assert.Equal("answer: none in time; datagrams passed over: 1, the last one as it is shorter than a header", RealLoop.Run(_asking, half.EndPoint).Reason);

        using var refusing = new DatagramServer(IPAddress.Loopback, query => [[query[0], query[1], 0x81, 0x85, .. query.AsSpan(4)]]);
        Assert.Equal("answer: error code 5 (REFUSED)", RealLoop.Run(_asking, refusing.EndPoint).Reason);
    }

    [Fact]
    public void DNS_dnsmasq_answers_every_type_and_says_NXDOMAIN_of_a_name_that_is_not_there()
    {
        using ServerProgram? dnsmasq = Dnsmasq(out IPEndPoint server);
        Assert.SkipUnless(dnsmasq is not null, "dnsmasq is not installed (Debian: dnsmasq-base)");
        CheckResult first = dnsmasq.UntilItAnswers(() => RealLoop.Run(_asking, server));

        Assert.Equal(CheckResult.Up(), first);
        foreach (DnsRecordType type in Enum.GetValues<DnsRecordType>())
        {
            Assert.Equal((type, CheckResult.Up()), (type, RealLoop.Run(new DnsCheckDefinition(new(), type, "www.example.org"), server)));
        }

        Assert.Equal("answer: error code 3 (NXDOMAIN)", RealLoop.Run(new DnsCheckDefinition(new(), DnsRecordType.Aaaa, "missing.example.org"), server).Reason);
        Assert.Equal("answer: error code 5 (REFUSED)", RealLoop.Run(new DnsCheckDefinition(new(), DnsRecordType.Soa, ""), server).Reason);
    }

    [Theory]
    [MemberData(nameof(Loopbacks))]
    public void PING_this_machine_replies(string address)
    {
        CheckResult[] results = RealLoop.RunMany(new PingCheckDefinition(new()), new IPEndPoint(IPAddress.Parse(address), 0), 3);

        Assert.Equal([CheckResult.Up(), CheckResult.Up(), CheckResult.Up()], results);
    }

    private static ServerProgram? Dnsmasq(out IPEndPoint server)
    {
        server = DatagramServer.Nobody(IPAddress.Loopback);
        return ServerProgram.Start(
            "dnsmasq",
            ["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root",
                "--listen-address=127.0.0.1", $"--port={server.Port}", "--local=/example.org/", "--host-record=www.example.org,192.0.2.1"]);
    }
}
