using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Keepalived.Checking;
using Keepalived.Samples.Postgres;
using Keepalived.Testing;

namespace Keepalived.Samples.Tests;

/// <summary>POSTGRES_CHECK in virtual time: start-up, passwords, role, query, and every way in which it can fail.</summary>
public sealed class PostgresCheckerTests
{
    private static readonly byte[] _ok = Message('R', [0, 0, 0, 0]);
    private static readonly byte[] _ready = Message('Z', [(byte)'I']);

    [Fact]
    public void A_server_that_lets_us_in_is_up_and_is_told_good_bye()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(c => c.Awaits("keepalived\0\0").Sends(_ok).Sends(Message('S', "server_version\017\0"u8.ToArray())).Sends(_ready));

        Assert.Equal(CheckResult.Up(), rig.Run());
        string sent = rig.Server.Received[0];
        Assert.Contains("user\0monitor\0database\0shop\0", sent, StringComparison.Ordinal);
        Assert.EndsWith("X\0\0\0\u0004", sent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_proved_with_MD5_as_the_manual_says()
    {
        using CheckerRig rig = Make(password: "secret");
        rig.Server.Accepts(c => c.Awaits("\0\0").Sends(Message('R', [0, 0, 0, 5, 1, 2, 3, 4])).Awaits("p").Sends(_ok).Sends(_ready));
        string inner = Convert.ToHexStringLower(MD5.HashData("secretmonitor"u8));
        string proof = Convert.ToHexStringLower(MD5.HashData([.. Encoding.ASCII.GetBytes(inner), 1, 2, 3, 4]));

        Assert.True(rig.Run().IsUp);
        Assert.Contains($"md5{proof}\0", rig.Server.Received[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret", "secret", null)]
    [InlineData("secret", "other", "log in: FATAL: password authentication failed")]
    public void A_password_is_proved_with_SCRAM_SHA_256(string ours, string theirs, string? reason)
    {
        using CheckerRig rig = Make(password: ours);
        var server = new ScramServer(theirs);
        rig.Server.Accepts(c => server.Speak(c));

        Assert.Equal(reason is null ? CheckResult.Up() : CheckResult.Down(reason), rig.Run());
    }

    [Fact]
    public void A_server_that_does_not_know_the_password_itself_is_down()
    {
        using CheckerRig rig = Make(password: "secret");
        var server = new ScramServer("secret") { IsImpostor = true };
        rig.Server.Accepts(c => server.Speak(c));
        Assert.Equal("log in: the server did not prove that it knows the password", rig.Run().Reason);

        var skipping = new ScramServer("secret") { SkipsProof = true };
        rig.Server.FromNowOn().Accepts(c => skipping.Speak(c));
        Assert.Equal("log in: the server did not prove that it knows the password", rig.Run().Reason);
    }

    [Theory]
    [InlineData("s=!!,i=4096", "log in: the server's challenge has a broken salt")]
    [InlineData("s=AAAA,i=200001", "log in: the server's challenge is not one of SCRAM-SHA-256, or asks for too many rounds")]
    [InlineData("s=AAAA,i=0", "log in: the server's challenge is not one of SCRAM-SHA-256, or asks for too many rounds")]
    public void A_challenge_that_cannot_be_met_is_refused(string challenge, string reason)
    {
        using CheckerRig rig = Make(password: "secret");
        rig.Server.Accepts(c => c.Awaits("\0\0").Sends(ScramServer.Offer).Awaits("r=")
            .Replies(sent => Message('R', [0, 0, 0, 11, .. Encoding.ASCII.GetBytes($"r={ScramServer.NonceOf(sent)}x,{challenge}")])));

        Assert.Equal(reason, rig.Run().Reason);
    }

    [Theory]
    [InlineData(3, "the server asks for the password in clear, which is not sent")]
    [InlineData(7, "the server asks for authentication of kind 7, which is not known here")]
    [InlineData(11, "the server asks for authentication of kind 11, which is not known here")]
    public void Other_kinds_of_authentication_are_named(byte kind, string reason)
    {
        using CheckerRig rig = Make(password: "secret");
        rig.Server.Accepts(c => c.Awaits("\0\0").Sends(Message('R', [0, 0, 0, kind])));

        Assert.Equal("log in: " + reason, rig.Run().Reason);
    }

    [Fact]
    public void A_server_that_wants_a_password_and_gets_none_is_down()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(c => c.Awaits("\0\0").Sends(ScramServer.Offer));

        Assert.Equal("log in: the server asks for a password: set one", rig.Run().Reason);
    }

    [Theory]
    [InlineData(PostgresRole.Primary, "f", null)]
    [InlineData(PostgresRole.Standby, "t", null)]
    [InlineData(PostgresRole.Primary, "t", "it is a standby, not a primary")]
    [InlineData(PostgresRole.Standby, "f", "it is a primary, not a standby")]
    internal void The_role_must_be_the_one_that_is_wanted(PostgresRole role, string inRecovery, string? reason)
    {
        using CheckerRig rig = Make(role: role);
        LetIn(rig, c => c.Awaits("pg_is_in_recovery()\0").Sends(Row(inRecovery)).Sends(_ready));

        Assert.Equal(reason is null ? CheckResult.Up() : CheckResult.Down(reason), rig.Run());
    }

    [Theory]
    [InlineData("t", null)]
    [InlineData("17", null)]
    [InlineData("f", "query: it gives f")]
    [InlineData("0", "query: it gives 0")]
    [InlineData(null, "query: it gives no row or null")]
    public void The_query_must_give_something_that_is_true(string? value, string? reason)
    {
        using CheckerRig rig = Make(query: "SELECT 1");
        LetIn(rig, c => c.Awaits("SELECT 1\0").Sends(Row(value)).Sends(Row("f")).Sends(_ready));

        Assert.Equal(reason is null ? CheckResult.Up() : CheckResult.Down(reason), rig.Run());
    }

    [Fact]
    public void Errors_of_the_server_are_told_in_its_words()
    {
        using CheckerRig rig = Make(query: "SELECT");
        LetIn(rig, c => c.Awaits("SELECT\0").Sends(Error("ERROR", "syntax error")).Sends(_ready));
        Assert.Equal("query: ERROR: syntax error", rig.Run().Reason);

        rig.Server.FromNowOn().Accepts(c => c.Awaits("\0\0").Sends(Error("FATAL", "the database system is starting up")));
        Assert.Equal("log in: FATAL: the database system is starting up", rig.Run().Reason);
    }

    [Fact]
    public void Silence_reset_half_a_message_and_strangers_each_name_themselves()
    {
        using CheckerRig rig = Make();
        rig.Server
            .Accepts()
            .Accepts(c => c.Resets(TimeSpan.FromSeconds(1)))
            .Accepts(c => c.Sends(_ok[..7]).Closes())
            .Accepts(c => c.Sends("HTTP/1.1 400 Bad Request\r\n"))
            .Accepts(c => c.Sends([(byte)'R', 0x7f, 0, 0, 0]))
            .Accepts(c => c.Sends([(byte)'R', 0, 0, 0, 1]))
            .Refuses();

        Assert.Equal("log in: no answer in time", rig.Run().Reason);
        Assert.Equal("log in: connection reset", rig.Run().Reason);
        Assert.Equal("log in: connection closed", rig.Run().Reason);
        Assert.Equal("log in: this is no PostgreSQL server", rig.Run().Reason);
        Assert.Equal("log in: a message is too long", rig.Run().Reason);
        Assert.Equal("log in: this is no PostgreSQL server", rig.Run().Reason);
        Assert.Equal("connect: connection refused", rig.Run().Reason);
    }

    [Fact]
    public void A_flood_of_notices_ends_when_the_time_is_up()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(c =>
        {
            c.Awaits("\0\0");
            for (int i = 0; i < 100; i++)
            {
                c.Sends(Message('N', new byte[1000]), TimeSpan.FromMilliseconds(100));
            }
        });

        Assert.Equal("log in: no answer in time", rig.Run().Reason);
        Assert.Equal(TimeSpan.FromSeconds(5), rig.Loop.Elapsed);
    }

    [Fact]
    public void The_block_gives_a_record()
    {
        CheckerReading reading = CheckerReading.Of(new PostgresCheckerPlugin(), """
            POSTGRES_CHECK {
                user monitor
                password "s3 cret"
                role standby
                query "SELECT count(*) < 900 FROM pg_stat_activity"
            }
            POSTGRES_CHECK {
                role captain
            }
            """);

        Assert.Equal(
            [
                new PostgresCheckDefinition(
                    CheckOptions.Unset, "monitor", "monitor", "s3 cret", PostgresRole.Standby, "SELECT count(*) < 900 FROM pg_stat_activity"),
                new PostgresCheckDefinition(CheckOptions.Unset, "keepalived", "keepalived", null, PostgresRole.Any, null),
            ],
            reading.Checkers);
        Assert.Equal(["checker.conf:8:10: 'captain' is no role; use primary, standby or any"], reading.Findings);
    }

    internal static byte[] Message(char type, byte[] body)
    {
        byte[] message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message, 5);
        return message;
    }

    internal static byte[] Error(string severity, string text) => Message('E', Encoding.UTF8.GetBytes($"S{severity}\0C00000\0M{text}\0\0"));

    private static byte[] Row(string? value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value ?? "");
        byte[] body = new byte[6 + bytes.Length];
        BinaryPrimitives.WriteInt16BigEndian(body, 1);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(2), value is null ? -1 : bytes.Length);
        bytes.CopyTo(body, 6);
        return Message('D', body);
    }

    private static void LetIn(CheckerRig rig, Action<ScriptedConversation> then) => rig.Server.Accepts(c =>
    {
        c.Awaits("keepalived\0\0").Sends(_ok).Sends(_ready);
        then(c);
    });

    private static CheckerRig Make(string? password = null, PostgresRole role = PostgresRole.Any, string? query = null) =>
        new(new PostgresCheckDefinition(CheckOptions.Unset, "monitor", "shop", password, role, query), "192.0.2.30:5432");

    /// <summary>The server's half of SCRAM-SHA-256 (RFC 5802, section 3), written apart from ours.</summary>
    private sealed class ScramServer(string password)
    {
        private const string Salt = "c2FsdHNhbHRzYWx0";
        private string _signature = "";

        public bool IsImpostor { get; init; }

        public bool SkipsProof { get; init; }

        public static byte[] Offer => Message('R', [0, 0, 0, 10, .. "SCRAM-SHA-256\0\0"u8]);

        public static string NonceOf(byte[] sent)
        {
            string text = Encoding.Latin1.GetString(sent);
            return text[(text.LastIndexOf("n=,r=", StringComparison.Ordinal) + 5)..];
        }

        public void Speak(ScriptedConversation conversation)
        {
            conversation.Awaits("\0\0").Sends(Offer).Awaits("r=").Replies(Challenge).Awaits(",p=").Replies(Verdict);
        }

        private byte[] Challenge(byte[] sent) => Message('R', [0, 0, 0, 11, .. Encoding.ASCII.GetBytes($"r={NonceOf(sent)}server,s={Salt},i=4096")]);

        private byte[] Verdict(byte[] sent)
        {
            string text = Encoding.Latin1.GetString(sent);
            string clientFirst = text[text.IndexOf("n=,r=", StringComparison.Ordinal)..text.IndexOf("p\0\0\0", text.IndexOf("n=,r=", StringComparison.Ordinal), StringComparison.Ordinal)];
            string final = text[text.LastIndexOf("c=biws", StringComparison.Ordinal)..];
            string withoutProof = final[..final.IndexOf(",p=", StringComparison.Ordinal)];
            string nonce = withoutProof["c=biws,r=".Length..];
            byte[] signed = Encoding.ASCII.GetBytes($"{clientFirst},r={nonce},s={Salt},i=4096,{withoutProof}");
            byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(Salt), 4096, HashAlgorithmName.SHA256, 32);
            byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
            byte[] signature = HMACSHA256.HashData(SHA256.HashData(clientKey), signed);
            byte[] proof = [.. clientKey.Zip(signature, static (a, b) => (byte)(a ^ b))];
            if (final[(withoutProof.Length + 3)..] != Convert.ToBase64String(proof))
            {
                return Error("FATAL", "password authentication failed");
            }

            byte[] own = HMACSHA256.HashData(HMACSHA256.HashData(IsImpostor ? new byte[32] : salted, "Server Key"u8), signed);
            _signature = Convert.ToBase64String(own);
            byte[] proved = SkipsProof ? [] : Message('R', [0, 0, 0, 12, .. Encoding.ASCII.GetBytes("v=" + _signature)]);
            return [.. proved, .. _ok, .. _ready];
        }
    }
}
