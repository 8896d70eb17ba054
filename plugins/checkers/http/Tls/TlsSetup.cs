using System.Net.Security;
using Keepalived.Checking;

namespace Keepalived.Checkers.Http.Tls;

/// <summary>How one checker speaks TLS: which name each URL's handshake carries, and how it ends.</summary>
internal sealed class TlsSetup(TlsSettings settings, SharedIdentity identity, HttpQuestions questions, CheckTarget target)
{
    private readonly SslClientAuthenticationOptions?[] _options = new SslClientAuthenticationOptions?[questions.Urls.Count];
    private TlsClient? _client;

    /// <summary>Options of the handshake for a URL; null, with the reason, when our identity cannot be used.</summary>
    public SslClientAuthenticationOptions? OptionsOf(int url, out string? problem)
    {
        TlsClient? client = identity.Client(out problem);
        if (client != _client)
        {
            // The files have been read anew.
            Array.Clear(_options);
            _client = client;
        }

        return _options[url] ??= client?.OptionsFor(NameFor(questions.Urls[url]));
    }

    /// <summary>Whether TLS ends with a notification.</summary>
    public bool IsCompliant(int url) => questions.Urls[url].IsTlsCompliant ?? settings.IsCompliant;

    /// <summary><c>sni_name</c>, else the virtual host in force, without a port.</summary>
    private string? NameFor(HttpUrl url)
    {
        string? name = settings.SendsServerName ? settings.ServerName ?? url.VirtualHost ?? questions.VirtualHost ?? target.VirtualHost : null;
        int colon = name?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon > 0 && name!.IndexOf(':', colon + 1) < 0 ? name[..colon] : name;
    }
}
