using System.Text;
using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The block <c>auth_hmac</c> of an instance.</summary>
internal static class HmacKeywords
{
    private const int ShortestKey = 32;
    private const int LongestKey = 64;
    private const int LongestFile = 4 + (2 * LongestKey) + 2;

    public static void Register(IKeywordBlock<InstanceDraft> instance)
    {
        IKeywordBlock<HmacDraft> block = instance.Block<HmacDraft>(
            new("auth_hmac", "{ … }", "Advertisements are signed with HMAC-SHA-256; excludes authentication."),
            static (reader, draft) =>
            {
                HmacDraft hmac = new();
                draft.Hmac = new(hmac, reader.Location);
                return hmac;
            });
        block.Keyword(new("key", "ID 1..255 TEXT|hex:HEX|file:PATH", "A key of 32..64 octets; the file holds what could stand here."), ReadKey);
        block.Keyword(new("active_key", "ID 1..255", "The key that is sent with; required."), static (reader, draft) =>
            draft.ActiveKey = new((byte)reader.Integer("id of the key", 1, 255), reader.Location));
        block.Keyword(new("time_window", "SECONDS 1..300", "How far time stamps may be off; three advertisements' time, 5 s at least, if not set."), static (reader, draft) =>
            draft.TimeWindow = TimeSpan.FromSeconds(reader.Integer("time in seconds", 1, 300)));
        block.Keyword(new("anti_replay", "time|monotonic", "How repeated advertisements are found.") { Default = "time" }, static (reader, draft) =>
        {
            string word = reader.Word("kind of protection");
            draft.Replay = word switch
            {
                "time" => ReplayProtection.Time,
                "monotonic" => ReplayProtection.Monotonic,
                _ => throw reader.Reject($"'{word}' is no kind of protection", "use time or monotonic"),
            };
        });
        block.Keyword(new("mode", "enforce|permissive|receive-only", "What is demanded of advertisements.") { Default = "enforce" }, static (reader, draft) =>
        {
            string word = reader.Word("mode");
            draft.Mode = new(
                word switch
                {
                    "enforce" => HmacMode.Enforce,
                    "permissive" => HmacMode.Permissive,
                    "receive-only" => HmacMode.ReceiveOnly,
                    _ => throw reader.Reject($"'{word}' is no mode", "use enforce, permissive or receive-only"),
                },
                reader.Location);
        });
    }

    private static void ReadKey(IKeywordReader reader, HmacDraft draft)
    {
        byte id = (byte)reader.Integer("id of the key", 1, 255);
        string word = reader.Word("key");
        if (draft.Keys.ContainsKey(id))
        {
            throw reader.Reject($"there is a key {id} already", "give it another id");
        }

        const string FilePrefix = "file:";
        string text = word.StartsWith(FilePrefix, StringComparison.Ordinal) ? ReadFile(reader, word[FilePrefix.Length..]) : word;
        byte[] secret = Decode(reader, text);
        draft.Keys.Add(id, secret.Length is >= ShortestKey and <= LongestKey
            ? new HmacKey(id, EquatableArray.Create<byte>(secret))
            : throw reader.Reject($"key {id} has {secret.Length} octets", $"use {ShortestKey}..{LongestKey}, for example hex: and 64 digits"));
    }

    private static byte[] Decode(IKeywordReader reader, string text)
    {
        const string HexPrefix = "hex:";
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

    private static string ReadFile(IKeywordReader reader, string path)
    {
        const UnixFileMode Others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        try
        {
            FileInfo file = new(path);
            if (file.Length > LongestFile)
            {
                throw reader.Reject($"{path} is too long for a key", $"a key has at most {LongestKey} octets");
            }

            if ((file.UnixFileMode & Others) != 0)
            {
                reader.Session.Report(new(
                    DiagnosticClass.Security, DiagnosticSeverity.Warning, reader.Location, $"others than its owner may use the key file {path}", $"chmod 600 {path}"));
            }

            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw reader.Reject($"the key file {path} cannot be read: {exception.Message}", "correct the path, or let the daemon read it");
        }
    }
}
