using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Keepalived.Samples.Postgres;

/// <summary>
/// Answers what a server asks for the password: nothing, MD5 with a salt, SCRAM-SHA-256 (RFC 5802, RFC 7677). A password is never sent in
/// clear, and with SCRAM the server must prove that it knows it too.
/// </summary>
internal sealed class Authentication(string user, string? password)
{
    private const int MostRounds = 200_000;
    private readonly byte[] _password = Encoding.UTF8.GetBytes(password ?? "");
    private string _clientFirst = "";
    private byte[] _serverSignature = [];
    private string _saltAndRounds = "";
    private byte[] _saltedPassword = [];

    /// <summary>The server has said yes, and with SCRAM proved itself.</summary>
    public bool IsDone { get; private set; }

    /// <summary>A new dialogue begins; what was computed of the password stays.</summary>
    public void Begin()
    {
        IsDone = false;
        _clientFirst = "";
        _serverSignature = [];
    }

    /// <summary>Takes an authentication message.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="problem">Why it cannot go on; null when it can.</param>
    /// <returns>What to send; null for nothing.</returns>
    public byte[]? Answer(ReadOnlySpan<byte> body, out string? problem)
    {
        int kind = body.Length >= 4 ? BinaryPrimitives.ReadInt32BigEndian(body) : -1;
        ReadOnlySpan<byte> data = body.Length >= 4 ? body[4..] : [];
        problem = kind switch
        {
            0 or 12 => null,
            3 => "the server asks for the password in clear, which is not sent",
            5 or 10 when password is null => "the server asks for a password: set one",
            5 when data.Length == 4 => null,
            10 when HasScram(data) => null,
            11 when _clientFirst.Length > 0 => null,
            _ => string.Create(CultureInfo.InvariantCulture, $"the server asks for authentication of kind {kind}, which is not known here"),
        };
        return problem is not null ? null : kind switch
        {
            0 => Succeed(out problem),
            5 => FrontendMessage.Password(Encoding.ASCII.GetBytes(Md5Answer(data) + "\0")),
            10 => BeginScram(),
            11 => ContinueScram(Encoding.ASCII.GetString(data), out problem),
            _ => EndScram(Encoding.ASCII.GetString(data), out problem),
        };
    }

    private byte[]? Succeed(out string? problem)
    {
        // A server that asked for SCRAM and skips its own proof is not the one that it says it is.
        IsDone = IsDone || _clientFirst.Length == 0;
        problem = IsDone ? null : "the server did not prove that it knows the password";
        return null;
    }

    private string Md5Answer(ReadOnlySpan<byte> salt)
    {
        byte[] inner = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData([.. _password, .. Encoding.UTF8.GetBytes(user)])));
        return "md5" + Convert.ToHexStringLower(MD5.HashData([.. inner, .. salt]));
    }

    private static bool HasScram(ReadOnlySpan<byte> names) =>
        Encoding.ASCII.GetString(names).Split('\0').Contains("SCRAM-SHA-256");

    private byte[] BeginScram()
    {
        _clientFirst = "n=,r=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        byte[] first = Encoding.ASCII.GetBytes("n,," + _clientFirst);
        byte[] body = [.. "SCRAM-SHA-256\0"u8, 0, 0, 0, 0, .. first];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan("SCRAM-SHA-256\0"u8.Length), first.Length);
        return FrontendMessage.Password(body);
    }

    private byte[]? ContinueScram(string serverFirst, out string? problem)
    {
        string[] parts = serverFirst.Split(',');
        string nonce = ValueOf(parts, "r=");
        string salt = ValueOf(parts, "s=");
        if (!nonce.StartsWith(_clientFirst["n=,r=".Length..], StringComparison.Ordinal) || salt.Length == 0
            || !int.TryParse(ValueOf(parts, "i="), NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) || rounds is < 1 or > MostRounds)
        {
            problem = "the server's challenge is not one of SCRAM-SHA-256, or asks for too many rounds";
            return null;
        }

        if (!Salt(salt, rounds))
        {
            problem = "the server's challenge has a broken salt";
            return null;
        }

        string withoutProof = "c=biws,r=" + nonce;
        byte[] signed = Encoding.ASCII.GetBytes($"{_clientFirst},{serverFirst},{withoutProof}");
        byte[] clientKey = HMACSHA256.HashData(_saltedPassword, "Client Key"u8);
        byte[] proof = HMACSHA256.HashData(SHA256.HashData(clientKey), signed);
        for (int i = 0; i < proof.Length; i++)
        {
            proof[i] ^= clientKey[i];
        }

        _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(_saltedPassword, "Server Key"u8), signed);
        problem = null;
        return FrontendMessage.Password(Encoding.ASCII.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}"));
    }

    private byte[]? EndScram(string serverFinal, out string? problem)
    {
        IsDone = _serverSignature.Length > 0 && ValueOf(serverFinal.Split(','), "v=") == Convert.ToBase64String(_serverSignature);
        _serverSignature = [];
        problem = IsDone ? null : "the server did not prove that it knows the password";
        return null;
    }

    /// <summary>Derives the key of the password, which takes a millisecond or more; kept while salt and rounds stay.</summary>
    private bool Salt(string salt, int rounds)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{rounds} {salt}");
        if (key == _saltAndRounds)
        {
            return true;
        }

        byte[] bytes = new byte[salt.Length];
        if (!Convert.TryFromBase64String(salt, bytes, out int length))
        {
            return false;
        }

        _saltedPassword = Rfc2898DeriveBytes.Pbkdf2(_password, bytes.AsSpan(0, length), rounds, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        _saltAndRounds = key;
        return true;
    }

    private static string ValueOf(string[] parts, string name) =>
        Array.Find(parts, part => part.StartsWith(name, StringComparison.Ordinal)) is { } part ? part[name.Length..] : "";
}
