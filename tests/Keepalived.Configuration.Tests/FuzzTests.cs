using System.Text;
using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

/// <summary>Nothing that a file says makes the reading throw, and no input costs more than its length.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 3000;

    private static readonly string[] _pieces =
    [
        "{", "}", "{ ", " }", "\n", "\n", "\n", " ", "\t", "\"", "'", "\\", "#", "!", "@node1 ", "@^x ", "$A=b", "~SEQ(", "\n$A=", "\n$B=", "\n$C= ", "\\\n", "$A", "${A}", "$B ", "${B", "}${C}", "$C\n", "\n~SEQ(A,1,3) ", "\n~SEQx(B,", "\n~LST(A,", "{A,B},", "{x,y}", ",", ")",
        "${_RANDOM 1 2}", "$_PWD", "${_ENV X}", "random_seed 3", "\n@node1 ", "\ninclude a.conf\n", "0x", "2,-1,", "\n\n", "include ", "includea ",
        "include_check ", "global_defs", "router_id", "startup_script", "notification_email", "vrrp_instance", "V", "priority", "100", "999", "-1",
        "advert_int", "1.5", ".", "99999999999999999999", "virtual_ipaddress", "10.0.0.1/24", "::1", "virtual_server", "80", "real_server", "weight",
        "virtual_server_group", "track_process", "bfd_instance", "zork", "\0", "\xe9", "\r", "notify_master", "\\x4", "\\777", "\\c", "a.conf", "*.conf", "{a,b}",
    ];

    [Fact]
    public void Random_configurations_never_make_the_reading_throw()
    {
        int seed = Environment.GetEnvironmentVariable("FUZZ_SEED") is { } text ? int.Parse(text) : 20261121;
        var random = new Random(seed);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] main = Make(random);
            byte[] included = Make(random);
            try
            {
                Read(main, included, (PluginRoles)random.Next(8));
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}, round {round}: {exception}\n{Encoding.Latin1.GetString(main)}\n--- a.conf\n{Encoding.Latin1.GetString(included)}");
            }
        }
    }

    [Fact]
    public void A_handed_over_configuration_that_was_damaged_is_refused_or_read_but_never_crashes()
    {
        var random = new Random(7);
        using var whole = new MemoryStream();
        ConfigurationReader.Read("/k.conf", new() { FileSystem = new MemoryFiles().Add("/k.conf", "include a\n$P=3\n~SEQ(I,1,2) vrrp_instance V$I {\n priority ${P}${P}\n}}\n").Add("/a", "zork\n") }).Write(whole);
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = whole.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                ExpandedConfiguration read = ExpandedConfiguration.Read(new MemoryStream(bytes, 0, random.Next(2) == 0 ? bytes.Length : random.Next(bytes.Length)));
                ConfigurationWalk.Run(read, DemoKeywords.Build(PluginRoles.All), DemoKeywords.Known(), new ConfigurationSession(PluginRoles.All, true, new AnyScript()), PluginRoles.All);
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("\"")]
    [InlineData("a{ ")]
    [InlineData("vrrp_instance V {\n")]
    [InlineData("vrrp_instance V\n")]
    [InlineData("zork {\n")]
    [InlineData("\\")]
    [InlineData("x\n}\n")]
    [InlineData("$A=x\n")]
    [InlineData("$A=x\n a ${A} b ${A}\n")]
    [InlineData("$A=x \\\n")]
    [InlineData("~SEQ(I,1,2) a ${I}\n")]
    [InlineData("${")]
    [InlineData("$A")]
    [InlineData("@node1 a\n")]
    public void Work_grows_with_the_length_of_the_input_and_not_with_its_square(string piece)
    {
        // Counted in what the reading allocates, which a busy machine does not change: eight times the input, at most about eight times the memory.
        long small = Cost(piece, 2_000);
        long large = Cost(piece, 16_000);
        Assert.True(large < (small * 10) + 2_000_000, $"{small} bytes for 2,000 pieces, {large} for 16,000");
    }

    private static long Cost(string piece, int count)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, count)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(text, [], PluginRoles.All);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Read(byte[] main, byte[] included, PluginRoles roles)
    {
        var options = new ConfigurationReadOptions { ConfigId = "node1", MostExpandedLines = 5_000, FileSystem = new MemoryFiles().Add("/k.conf", main).Add("/a.conf", included) };
        ExpandedConfiguration configuration = ConfigurationReader.Read("/k.conf", options);
        using var handed = new MemoryStream();
        configuration.Write(handed);
        handed.Position = 0;
        var session = new ConfigurationSession(roles, true, new AnyScript());
        ExpandedConfiguration read = ExpandedConfiguration.Read(handed);
        ConfigurationWalk.Run(read, DemoKeywords.Build(roles), DemoKeywords.Known(), session, roles);
        _ = RootScan.Run(read);
        var printer = new DiagnosticPrinter(configuration);
        foreach (Diagnostic diagnostic in configuration.Diagnostics.Concat(session.Diagnostics).Take(50))
        {
            _ = printer.Format(diagnostic);
        }
    }

    private static byte[] Make(Random random)
    {
        var text = new StringBuilder();
        int count = random.Next(60);
        for (int i = 0; i < count; i++)
        {
            text.Append(_pieces[random.Next(_pieces.Length)]);
            if (random.Next(3) > 0)
            {
                text.Append(' ');
            }
        }

        if (random.Next(20) == 0)
        {
            text.Append('x', random.Next(3000));
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }
}
