using Keepalived.Checkers.Dns;
using Keepalived.Checking;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests.Dns;

public sealed class DnsCheckerTests
{
    private const string Server = "192.0.2.1:53";

    [Theory]
    [InlineData("SOA", "", "0000" + "0100" + "0001000000000000" + "00" + "0006" + "0001")]
    [InlineData("A", "www.example.org", "0000" + "0100" + "0001000000000000" + "03777777076578616d706c65036f726700" + "0001" + "0001")]
    [InlineData("NS", "a", "0000" + "0100" + "0001000000000000" + "016100" + "0002" + "0001")]
    [InlineData("CNAME", "a", "0000" + "0100" + "0001000000000000" + "016100" + "0005" + "0001")]
    [InlineData("MX", "a", "0000" + "0100" + "0001000000000000" + "016100" + "000f" + "0001")]
    [InlineData("TXT", "a", "0000" + "0100" + "0001000000000000" + "016100" + "0010" + "0001")]
    [InlineData("AAAA", "a", "0000" + "0100" + "0001000000000000" + "016100" + "001c" + "0001")]
    [InlineData("RRSIG", "a", "0000" + "0100" + "0001000000000000" + "016100" + "002e" + "0001")]
    [InlineData("DNSKEY", "a", "0000" + "0100" + "0001000000000000" + "016100" + "0030" + "0001")]
    public void RFC_1035_4_1_a_query_is_a_header_with_recursion_desired_and_one_question(string type, string name, string query)
    {
        var recordType = Enum.Parse<DnsRecordType>(type, ignoreCase: true);

        Assert.Equal(query, Convert.ToHexStringLower(DnsMessage.BuildQuery(name, recordType)));
    }

    [Fact]
    public void An_answer_without_error_code_is_well_whatever_is_in_it()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make();
        server.Answers(Reply(0), TimeSpan.FromSeconds(1));

        Assert.True(rig.Run().IsUp);
        Assert.Equal(TimeSpan.FromSeconds(1), rig.Loop.Elapsed);
    }

    [Theory]
    [InlineData(1, "FORMERR")]
    [InlineData(2, "SERVFAIL")]
    [InlineData(3, "NXDOMAIN")]
    [InlineData(5, "REFUSED")]
    [InlineData(15, "an unassigned code")]
    public void An_error_code_is_a_failure_and_is_named(int code, string name)
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make();
        server.Answers(Reply(code));

        Assert.Equal($"answer: error code {code} ({name})", Failure(rig));
    }

    [Fact]
    public void Datagrams_that_answer_something_else_are_passed_over_until_the_answer_comes()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make();
        server.Answers(query => [.. query.Select((octet, i) => i == 0 ? (byte)(octet ^ 1) : i == 2 ? (byte)0x81 : octet)])
            .Answers(query => query)
            .Answers(query => [.. Reply(0)(query)[..11]])
            .Answers([])
            .Answers(Reply(0), TimeSpan.FromSeconds(2));

        Assert.True(rig.Run().IsUp);
        Assert.Equal(TimeSpan.FromSeconds(2), rig.Loop.Elapsed);
    }

    [Fact]
    public void Only_datagrams_that_answer_something_else_are_a_failure_at_the_time_out()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make();
        server.Answers(query => query).Answers([1, 2, 3]);

        Assert.Equal("answer: none in time; datagrams passed over: 2, the last one as it is shorter than a header", Failure(rig));
        Assert.Equal(rig.ConnectTimeout, rig.Loop.Elapsed);
    }

    [Fact]
    public void Silence_an_ICMP_error_and_no_way_each_name_themselves()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make();
        server.IsSilent();
        Assert.Equal("answer: no answer in time", Failure(rig));

        server.FromNowOn().Refuses();
        Assert.Equal("answer: nobody listens at the port (ICMP)", Failure(rig));

        server.FromNowOn().IsUnreachable();
        Assert.Equal("answer: unreachable, No route to host", Failure(rig));
    }

    [Fact]
    public void Identifiers_are_not_the_same_twice()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make();
        server.Answers(Reply(0));
        for (int i = 0; i < 20; i++)
        {
            rig.Run();
        }

        Assert.True(server.Received.Select(query => (query[0] << 8) | query[1]).Distinct().Count() > 15);
    }

    private static Func<byte[], byte[]> Reply(int code) => query => [query[0], query[1], 0x81, (byte)(0x80 | code), .. query.AsSpan(4)];

    private static (CheckerRig Rig, ScriptedDatagramServer Server) Make()
    {
        var rig = new CheckerRig(new DnsCheckDefinition(new(), DnsRecordType.A, "www.example.org"), Server);
        return (rig, rig.Sockets.DatagramServer(Server));
    }

    private static string? Failure(CheckerRig rig)
    {
        CheckResult result = rig.Run();
        Assert.False(result.IsUp);
        return result.Reason;
    }
}
