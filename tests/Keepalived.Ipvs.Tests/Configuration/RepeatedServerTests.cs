using System.Globalization;
using System.Text;
using Keepalived.Configuration;

namespace Keepalived.Ipvs.Tests;

/// <summary>A real server whose block says what an earlier one said is not read again: nobody must be able to tell.</summary>
public sealed class RepeatedServerTests
{
    /// <summary>Bodies of real servers; <c>_</c> is where a blank more or less means nothing.</summary>
    private static readonly string[] _bodies =
    [
        "{\n_weight 1\nBOARD_CHECK {\nlabel a\n}\n}",
        "{\n_weight 2\nBOARD_CHECK {\nlabel a\n}\n}",
        "{ _weight 1 BOARD_CHECK { label a } }",
        "{ _weight 3 } # and a comment",
        "{\n_weight 1\nlvs_method DR\n}",
        "{\n_weight 1\nnotify_up /bin/true\n}",
        "{\n_weight 1\nnotify_down \"/missing x\" nobody-knows\n}",
        "{\n_weight no-number\n}",
        "{\n_weight 1\nzork\n}",
        "{\n_snmp_name \"a } b\"\n}",
        "{\n_inhibit_on_failure\nBOARD_CHECK {\nlabel b\nretry 2\n}\nBOARD_CHECK {\nlabel c\n}\n}",
        "{\n_weight 1\nBFD_CHECK {\nname to-web1\n}\n}",
        "{\n_weight 1\nBFD_CHECK {\nname nobody\n}\n}",
        "{\n_weight 1\nNEWS_CHECK {\n}\n}",
        "{\n\n_weight 1\n\nvirtualhost www\n}",
        "{\n}",
    ];

    [Fact]
    public void Repeated_blocks_mean_what_they_would_if_each_were_read_for_itself()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            (IpvsConfiguration repeated, IReadOnlyList<Diagnostic> itsFindings) = ConfigurationText.Read(Text(seed, isEachItsOwn: false));
            (IpvsConfiguration single, IReadOnlyList<Diagnostic> otherFindings) = ConfigurationText.Read(Text(seed, isEachItsOwn: true));

            Assert.Equal(single, repeated);
            Assert.Equal(otherFindings.Select(Line), itsFindings.Select(Line));
        }
    }

    [Fact]
    public void A_server_inherits_the_method_of_its_own_place_though_its_block_says_the_same()
    {
        IpvsConfiguration configuration = ConfigurationText.ReadClean("""
            virtual_server 10.0.0.1 80 {
                protocol TCP
                lvs_sched rr
                lvs_method DR
                real_server 10.0.0.2 80 {
                    weight 1
                }
                lvs_method NAT
                real_server 10.0.0.3 80 {
                    weight 1
                }
            }
            """);

        Assert.Equal(["DR", "NAT"], configuration.VirtualServers[0].RealServers.Select(static server => server.Forwarding.ToString()));
    }

    [Fact]
    public void A_missing_brace_behind_repeated_blocks_is_told_at_its_place()
    {
        const string Server = " {\nweight 1\n}\n";
        string text = "virtual_server 10.0.0.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n"
            + $"real_server 10.0.0.2 80{Server}real_server 10.0.0.3 80{Server}real_server 10.0.0.4 80 {{\nweight 1\n";

        Diagnostic finding = ConfigurationText.Read(text).Findings.First(static finding => finding.Class == DiagnosticClass.MissingClosingBrace);

        Assert.Equal(11, finding.Location.Line);
    }

    [Fact]
    public void Repeated_blocks_leave_little_more_than_their_drafts()
    {
        string few = Servers(1000);
        string many = Servers(2000);
        ConfigurationText.Read(few);
        long first = Allocated(few);
        long second = Allocated(many);

        // Read for itself each of these takes about 3 KB; the names of services and the definitions are in this figure too.
        Assert.True(second - first < 1000 * 1200, $"{(second - first) / 1000} bytes for each server more");
    }

    private static long Allocated(string text)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ConfigurationText.Read(text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Servers(int count)
    {
        StringBuilder text = new("virtual_server 10.0.0.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n");
        for (int i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"real_server 10.1.{i >> 8}.{i & 255} 80 {{\nweight 1\nBOARD_CHECK {{\nlabel a\nretry 2\nconnect_timeout 3\n}}\n}}\n");
        }

        return text.Append("}\n").ToString();
    }

    private static string Line(Diagnostic finding) => $"{finding.Location.Line} {finding.Message}";

    private static string Text(int seed, bool isEachItsOwn)
    {
        Random random = new(seed);
        StringBuilder text = new();
        int blanks = 0;
        for (int virtualServer = 0; virtualServer < 4; virtualServer++)
        {
            text.Append(CultureInfo.InvariantCulture, $"virtual_server 10.0.0.{virtualServer} 80 {{\nprotocol TCP\nlvs_sched rr\nlvs_method {(virtualServer < 2 ? "NAT" : "TUN")}\n");
            int kinds = 1 + random.Next(6);
            int first = random.Next(_bodies.Length);
            for (int server = 0; server < 12; server++)
            {
                string body = _bodies[(first + random.Next(kinds)) % _bodies.Length];
                string blank = new(' ', isEachItsOwn ? ++blanks : 0);
                text.Append(CultureInfo.InvariantCulture, $"real_server 10.1.{virtualServer}.{server} 80 {Spaced(body, blank)}\n");
            }

            text.Append("}\n");
        }

        return text.ToString();
    }

    /// <summary>The body with blanks between the first keyword and what follows, where they mean nothing and make the text another one.</summary>
    private static string Spaced(string body, string blank)
    {
        int mark = body.IndexOf('_', StringComparison.Ordinal);
        if (mark < 0)
        {
            return body;
        }

        string rest = body[(mark + 1)..];
        int end = rest.IndexOfAny([' ', '\n']);
        return body[..mark] + rest[..end] + blank + rest[end..];
    }
}
