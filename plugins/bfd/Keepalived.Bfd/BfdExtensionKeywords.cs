using System.Text;
using Keepalived.Bfd.Protocol;
using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Bfd;

/// <summary>Keywords of <c>bfd_instance</c> that keepalived does not have: authentication (RFC 5880 section 6.7) and echo (RFC 5881 section 4).</summary>
internal static class BfdExtensionKeywords
{
    private const int LongestInterval = 4294967;
    private const string HexPrefix = "hex:";
    private const string TypeNames = "simple|md5|meticulous_md5|sha1|meticulous_sha1";

    public static void Register(IKeywordBlock<BfdDraft> block)
    {
        block.Keyword(new("auth_type", TypeNames, "Packets are authenticated in this way (ours).") { Process = PluginRoles.Bfd }, static (r, d) =>
            d.AuthenticationType = ReadType(r));
        block.Keyword(new("auth_key", "ID 0..255 TEXT|hex:HEX", "A key that is believed; several while one replaces another (ours).") { Process = PluginRoles.Bfd }, ReadKey);
        block.Keyword(
            new("auth_key_id", "ID 0..255", "The key that is sent with; the first auth_key if not set (ours).") { Process = PluginRoles.Bfd },
            static (r, d) => d.ActiveKey = (byte)r.Integer("id of the key", 0, byte.MaxValue));
        block.Keyword(
            new("echo_rx", "MILLISECONDS 0..4294967", "The neighbour's echo packets are returned, one in this time at most; 0: none (ours).") { Default = "0", Process = PluginRoles.Bfd },
            static (r, d) => d.Settings = d.Settings with { EchoReceive = Interval(r) });
        block.Keyword(
            new("echo_tx", "MILLISECONDS 0..4294967", "Send echo packets at this interval while the neighbour returns them; 0: none (ours).") { Default = "0", Process = PluginRoles.Bfd },
            static (r, d) => d.Settings = d.Settings with { EchoTransmit = Interval(r) });
    }

    private static BfdAuthenticationType ReadType(IKeywordReader reader)
    {
        string word = reader.Word("kind of authentication");
        return word switch
        {
            "simple" => BfdAuthenticationType.SimplePassword,
            "md5" => BfdAuthenticationType.KeyedMd5,
            "meticulous_md5" => BfdAuthenticationType.MeticulousKeyedMd5,
            "sha1" => BfdAuthenticationType.KeyedSha1,
            "meticulous_sha1" => BfdAuthenticationType.MeticulousKeyedSha1,
            _ => throw reader.Reject($"'{word}' is no kind of authentication", "use simple, md5, meticulous_md5, sha1 or meticulous_sha1"),
        };
    }

    private static void ReadKey(IKeywordReader reader, BfdDraft draft)
    {
        byte id = (byte)reader.Integer("id of the key", 0, byte.MaxValue);
        string text = reader.Word("key");
        if (draft.Keys.Exists(key => key.Id == id))
        {
            throw reader.Reject($"there is a key {id} already", "give it another id");
        }

        draft.Keys.Add(new BfdKey(id, EquatableArray.Create<byte>(Decode(reader, text))));
    }

    private static byte[] Decode(IKeywordReader reader, string text)
    {
        if (!text.StartsWith(HexPrefix, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        try
        {
            return Convert.FromHexString(text.AsSpan(HexPrefix.Length));
        }
        catch (FormatException)
        {
            throw reader.Reject("the key is not hexadecimal", "write hex: and an even number of the digits 0-9, a-f");
        }
    }

    // The contract reads seconds, which have the same form.
    private static TimeSpan Interval(IKeywordReader reader)
    {
        TimeSpan read = reader.Seconds("interval in milliseconds", TimeSpan.Zero, TimeSpan.FromSeconds(LongestInterval), decimals: 3);
        return TimeSpan.FromTicks(read.Ticks / 1000);
    }
}
