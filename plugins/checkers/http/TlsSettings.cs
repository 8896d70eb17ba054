using Keepalived.Checkers.Http.Tls;
using Keepalived.Configuration;

namespace Keepalived.Checkers.Http;

/// <summary>What an <c>SSL_GET</c> says of TLS.</summary>
/// <param name="SendsServerName"><c>enable_sni</c>, or implied by <c>sni_name</c>: name the host in the handshake (RFC 6066 section 3).</param>
/// <param name="ServerName"><c>sni_name</c>; null = the virtual host in force.</param>
/// <param name="IsCompliant"><c>tls_compliant</c>: end with close_notify (RFC 8446 section 6.1).</param>
internal sealed record TlsSettings(bool SendsServerName, string? ServerName, bool IsCompliant)
{
    /// <summary>Nothing written.</summary>
    public static TlsSettings None { get; } = new(false, null, false);
}

/// <summary>The block <c>SSL</c>: who we are to servers that ask. Paths are as written; nothing is opened while reading the configuration.</summary>
/// <param name="Password">Password of the key; null = none.</param>
/// <param name="Authorities">File of the certificates of authorities; null = the system's.</param>
/// <param name="Certificate">File of the client certificate; null = none.</param>
/// <param name="Key">File of its key; null = none.</param>
internal sealed record TlsIdentity(string? Password, string? Authorities, string? Certificate, string? Key)
{
    /// <summary>Nobody.</summary>
    public static TlsIdentity None { get; } = new(null, null, null, null);
}

/// <summary>
/// The identity that all checks of one reading share: the block <c>SSL</c> may stand below them, so they hold this instead of what it says.
/// Equal when it says the same. The files are read when the first check needs them, and again after a reload.
/// </summary>
internal sealed class SharedIdentity : IEquatable<SharedIdentity>
{
    private TlsClient? _client;
    private string? _problem;

    public TlsIdentity Identity { get; set; } = TlsIdentity.None;

    /// <summary>True when there was a block.</summary>
    public bool HasBlock { get; set; }

    /// <summary>Where the last block began.</summary>
    public SourceLocation Location { get; set; }

    /// <summary>The client; null, with the reason, when a file cannot be used.</summary>
    public TlsClient? Client(out string? problem)
    {
        if (_client is null && _problem is null)
        {
            _client = TlsClient.Load(Identity, out _problem);
        }

        problem = _problem;
        return _client;
    }

    /// <summary>Forgets the files' contents: the next check reads them.</summary>
    public void Forget() => (_client, _problem) = (null, null);

    public bool Equals(SharedIdentity? other) => Identity == other?.Identity;

    public override bool Equals(object? obj) => Equals(obj as SharedIdentity);

    public override int GetHashCode() => 0;

    public override string ToString() => Identity.Certificate ?? "nobody";
}

/// <summary>The block <c>SSL</c>.</summary>
internal static class TlsKeywords
{
    public static void Register(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<SharedIdentity> block = root.Block<SharedIdentity>(
            new("SSL", "{ … }", "Client certificate and authorities of SSL_GET."),
            static (reader, session) =>
            {
                SharedIdentity draft = session.Get<SharedIdentity>();
                if (draft.HasBlock)
                {
                    reader.Warn("there is an SSL block already: this one replaces it", "merge the two blocks");
                    draft.Identity = TlsIdentity.None;
                }

                draft.HasBlock = true;
                draft.Location = reader.Location;
                return draft;
            },
            static (session, _, draft) => Check(session, draft));
        block.Keyword(new("password", "STRING", "Password of the key."), static (r, d) =>
            d.Identity = d.Identity with { Password = Replacing(r, d.Identity.Password, r.Word("password")) });
        block.Keyword(new("ca", "PATH", "File of the certificates of authorities."), static (r, d) =>
            d.Identity = d.Identity with { Authorities = Replacing(r, d.Identity.Authorities, r.Word("path")) });
        block.Keyword(new("certificate", "PATH", "File of the client certificate."), static (r, d) =>
            d.Identity = d.Identity with { Certificate = Replacing(r, d.Identity.Certificate, r.Word("path")) });
        block.Keyword(new("key", "PATH", "File of the certificate's key."), static (r, d) =>
            d.Identity = d.Identity with { Key = Replacing(r, d.Identity.Key, r.Word("path")) });
    }

    private static string Replacing(IKeywordReader reader, string? old, string value)
    {
        if (old is not null)
        {
            reader.Warn($"{reader.Keyword} is there already: {value} replaces {old}", "remove one of the two");
        }

        return value;
    }

    private static void Check(IConfigurationSession session, SharedIdentity draft)
    {
        if (draft.Identity is { Certificate: null, Key: not null } or { Certificate: not null, Key: null })
        {
            session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, draft.Location,
                "SSL names a certificate without its key, or a key without its certificate", "write certificate and key"));
        }
    }
}
