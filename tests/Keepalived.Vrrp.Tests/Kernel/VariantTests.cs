using System.Diagnostics;

namespace Keepalived.Vrrp.Tests.Kernel;

/// <summary>Every way an advertisement can travel, between two of ours and against Debian's keepalived.</summary>
public sealed class VariantTests
{
    private const string Keepalived = "/usr/sbin/keepalived";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    public static TheoryData<string> Variants => ["v3-ipv4", "v3-ipv6", "v3-unicast", "v3-unicast-ipv6", "v2-pass", "v2-ah", "v2-unicast-ah"];

    /// <summary>Debian's keepalived does not know <c>auth_hmac</c> yet.</summary>
    public static TheoryData<string> OursOnly => ["v3-ipv4-hmac", "v3-ipv6-hmac", "v3-unicast-hmac", "v3-unicast-ipv6-hmac", "v2-hmac"];

    [Theory]
    [MemberData(nameof(Variants))]
    [MemberData(nameof(OursOnly))]
    public void A_higher_priority_takes_the_address_and_the_other_gives_it_up(string variant)
    {
        Namespaces.SkipUnlessPossible();
        using Namespaces net = new();
        using Director low = new(net, 0, Configuration(variant, 0, 100));
        using Director high = new(net, 1, Configuration(variant, 1, 200));
        string address = Address(variant);
        Namespaces.WaitFor(() => net.Has(1, address) && !net.Has(0, address), _patience, $"{variant}:\n{low.LogText}\n-\n{high.LogText}");
        high.Stop();
        Namespaces.WaitFor(() => net.Has(0, address) && !net.Has(1, address), _patience, $"{variant}, polite stop:\n{low.LogText}");
        Assert.DoesNotContain("dropped advertisement", low.LogText, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Debian_s_keepalived_and_ours_understand_each_other(string variant)
    {
        Namespaces.SkipUnlessPossible();
        Assert.SkipUnless(File.Exists(Keepalived), "needs Debian's keepalived");
        using Namespaces net = new();
        string folder = Directory.CreateTempSubdirectory("vrrpplugin-").FullName;
        File.WriteAllText(Path.Combine(folder, "k.conf"), Configuration(variant, 1, 150));
        string arguments = $"netns exec {net.Name(1)} {Keepalived} -P -n -l -f {folder}/k.conf -p {folder}/p -r {folder}/r";
        string address = Address(variant);
        using Director ours = new(net, 0, Configuration(variant, 0, 100));
        Namespaces.WaitFor(() => net.Has(0, address), _patience, "ours to be master alone:\n" + ours.LogText);
        using Process theirs = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            Namespaces.WaitFor(() => net.Has(1, address) && !net.Has(0, address), _patience, $"theirs to preempt:\n{ours.LogText}");
        }
        finally
        {
            theirs.Kill();
            theirs.WaitForExit();
        }

        Namespaces.WaitFor(() => net.Has(0, address), _patience, $"ours to take over:\n{ours.LogText}");
        Assert.DoesNotContain("dropped advertisement", ours.LogText, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static string Address(string variant) => variant.Contains("ipv6", StringComparison.Ordinal) ? "fe80::99" : "10.99.0.100";

    private static string Configuration(string variant, int self, int priority)
    {
        bool isIPv6 = variant.Contains("ipv6", StringComparison.Ordinal);
        string network = isIPv6 ? "fe80::" : "10.99.0.";
        string unicast = !variant.Contains("unicast", StringComparison.Ordinal) ? "" : $$"""
                unicast_src_ip {{network}}{{self + 1}}
                unicast_peer {
                    {{network}}{{2 - self}}
                }
            """;
        string password = variant[(variant.LastIndexOf('-') + 1)..] switch
        {
            "pass" => "authentication {\n auth_type PASS\n auth_pass secret\n }",
            "ah" => "authentication {\n auth_type AH\n auth_pass secret\n }",
            "hmac" => "auth_hmac {\n key 1 0123456789abcdef0123456789abcdef\n key 2 fedcba9876543210fedcba9876543210\n active_key " + (self + 1) + "\n }",
            _ => "",
        };
        return $$"""
            vrrp_instance VI_1 {
                interface v0
                virtual_router_id 51
                version {{variant[1]}}
                priority {{priority}}
                advert_int {{(variant[1] == '2' ? "1" : "0.2")}}
                {{unicast}}
                {{password}}
                virtual_ipaddress {
                    {{Address(variant)}}/{{(isIPv6 ? 64 : 24)}}
                }
            }
            """;
    }
}
