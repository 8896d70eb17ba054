// DNS_CHECK: a real server is well when it answers a query without an error code. The plugin owns the keywords, the record, the query to
// the octet and the judgement of the answer; when to probe, how often to retry and what to do about the result is the engine's business.
// Runs on the loop thread of the checker process; uses only the contract. RFC 1035 (messages, names, types), RFC 6895 (error codes), RFC 3596 (AAAA), RFC 4034 (RRSIG, DNSKEY).
using Keepalived.Checkers.Dns;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("checker-dns", PluginRoles.Checker, typeof(DnsCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "DNS_CHECK")]

namespace Keepalived.Checkers.Dns;

/// <summary>Registers <c>DNS_CHECK</c>.</summary>
public sealed class DnsCheckerPlugin : IPlugin
{
    private const string Types = "A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY";

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<DnsCheckBuilder> block = keywords.AddChecker<DnsCheckBuilder>(
            new KeywordSpec("DNS_CHECK", "{ … }", "The server answers DNS queries without an error code."),
            CheckOptionSet.All,
            new CheckOptionDefaults("3", null));
        block.Keyword(new("type", Types, "Type of record to ask for, in any case of letters.") { Default = "SOA" }, static (r, b) => b.Type = ReadType(r));
        block.Keyword(new("name", "DOMAIN", "Name to ask for; the root if absent.") { Default = "." }, static (r, b) => b.Name = ReadName(r));
    }

    private static DnsRecordType ReadType(IKeywordReader reader)
    {
        string word = reader.Word("record type");
        return word.ToUpperInvariant() switch
        {
            "A" => DnsRecordType.A,
            "NS" => DnsRecordType.NS,
            "CNAME" => DnsRecordType.CName,
            "SOA" => DnsRecordType.Soa,
            "MX" => DnsRecordType.MX,
            "TXT" => DnsRecordType.Txt,
            "AAAA" => DnsRecordType.Aaaa,
            "RRSIG" => DnsRecordType.RrSig,
            "DNSKEY" => DnsRecordType.DnsKey,
            _ => throw reader.Reject($"'{word}' is no record type that can be asked for", $"write one of {Types.Replace('|', ' ')}"),
        };
    }

    private static string ReadName(IKeywordReader reader)
    {
        const int LongestLabel = 63;
        const int LongestName = 253;
        string name = reader.Word("domain name").TrimEnd('.');
        foreach (string label in name.Split('.'))
        {
            if (System.Text.Encoding.UTF8.GetByteCount(label) > LongestLabel || (label.Length == 0 && name.Length > 0))
            {
                throw reader.Reject($"'{label}' is no label of a domain name", "write labels of 1 to 63 characters with single dots between them (RFC 1035)");
            }
        }

        return name.Length <= LongestName ? name : throw reader.Reject($"the domain name has {name.Length} characters", "write at most 253 (RFC 1035)");
    }
}
