// HTTP_GET, SSL_GET: a real server is well when it answers requests for its URLs as it should. The plugin owns the keywords, the request to the
// byte, TLS over the host's connections, the incremental response parser (RFC 9112) and the judgement of status, digest and body; when to probe, how often to retry and
// what to do about the result is the engine's business. Runs on the loop thread of the checker process; uses only the contract.
using Keepalived.Checkers.Http;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("checker-http", PluginRoles.Checker, typeof(HttpCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("", "SSL")]
[assembly: PluginKeywords("virtual_server/real_server", "HTTP_GET SSL_GET")]

namespace Keepalived.Checkers.Http;

/// <summary>Registers <c>HTTP_GET</c>, <c>SSL_GET</c> and <c>SSL</c>.</summary>
public sealed class HttpCheckerPlugin : IPlugin
{
    private static readonly CheckOptionDefaults _defaults = new("1", "3");

    private SharedIdentity? _inUse;

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        IKeywordBlock<HttpCheckBuilder> plain = keywords.AddChecker<HttpCheckBuilder>(
            new KeywordSpec("HTTP_GET", "{ … }", "The server answers HTTP requests as it should."), CheckOptionSet.All, _defaults);
        AddCheck(plain);
        IKeywordBlock<SslCheckBuilder> secure = keywords.AddChecker<SslCheckBuilder>(
            new KeywordSpec("SSL_GET", "{ … }", "The server answers HTTP requests over TLS as it should."), CheckOptionSet.All, _defaults);
        IKeywordBlock<HttpUrlBuilder> secureUrl = AddCheck(secure);
        secure.Keyword(new("tls_compliant", "BOOL?", "End TLS with a notification instead of closing quietly.") { Default = "false" }, static (r, b) =>
            b.Tls = b.Tls with { IsCompliant = r.OptionalBoolean() });
        secureUrl.Keyword(new("tls_compliant", "BOOL?", "End TLS with a notification instead of closing quietly; the checker's setting if absent.") { Default = "false" }, static (r, b) =>
            b.IsTlsCompliant = r.OptionalBoolean());
        TlsKeywords.Register(keywords.Root);
    }

    /// <inheritdoc/>
    public object? BuildConfiguration(IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Get<SharedIdentity>();
    }

    /// <inheritdoc/>
    public void Start(IServiceProvider services, object? configuration) => _inUse = (SharedIdentity?)configuration;

    /// <summary>Checks that did not change keep their identity, and read its files anew: a certificate may have been replaced in place.</summary>
    public void Reload(object? configuration)
    {
        var next = (SharedIdentity?)configuration;
        if (_inUse is null || !_inUse.Equals(next))
        {
            _inUse = next;
        }
        else
        {
            _inUse.Forget();
        }
    }

    private static IKeywordBlock<HttpUrlBuilder> AddCheck<TBuilder>(IKeywordBlock<TBuilder> block)
        where TBuilder : HttpCheckBuilder
    {
        block.Keyword(new("nb_get_retry", "INT 0..4294967295", "The old name of retry.") { ReplacedBy = "retry" }, static (r, b) =>
            b.Options = b.Options with { Retry = (uint)r.Integer("number of retries", 0, uint.MaxValue) });
        block.Keyword(new("virtualhost", "STRING", "Host name to ask for; the real server's, else the virtual server's if absent."), static (r, b) =>
            b.VirtualHost = r.Word("host name"));
        block.Keyword(new("http_protocol", "1.0|1.0C|1.0c|1.1", "Form of the request; 1.0C and 1.1 ask the server to close.") { Default = "1.0" }, static (r, b) =>
            b.Protocol = ReadProtocol(r));
        block.Keyword(new("fast_recovery", "BOOL?", "When a failure is over, check the other URLs at once.") { Default = "false" }, static (r, b) =>
            b.FastRecovery = r.OptionalBoolean());
        block.Keyword(new("enable_sni", "BOOL?", "Name the host in the TLS handshake (SSL_GET).") { Default = "false" }, static (r, b) =>
            b.Tls = b.Tls with { SendsServerName = r.OptionalBoolean() });
        block.Keyword(new("sni_name", "[HOSTNAME]", "Name the host in the TLS handshake (SSL_GET), under this name; that of the virtual host if absent."), static (r, b) =>
            b.Tls = b.Tls with { SendsServerName = true, ServerName = r.AtEnd ? null : r.Word("host name") });
        IKeywordBlock<HttpUrlBuilder> url = block.Block<HttpUrlBuilder>(
            new("url", "{ … }", "A URL to ask for; several are asked for in turn."),
            static (r, _) => new HttpUrlBuilder(r.Location),
            static (session, check, url) =>
            {
                if (url.Build(session) is { } built)
                {
                    check.Add(built);
                }
            });
        AddUrl(url);
        AddPattern(url);
        return url;
    }

    private static void AddUrl(IKeywordBlock<HttpUrlBuilder> url)
    {
        url.Keyword(new("path", "PATH", "The path to ask for."), static (r, b) => b.Path = r.Word("path"));
        url.Keyword(new("digest", "HEX32", "MD5 of the body, as genhash prints it."), static (r, b) => b.Digest = ReadDigest(r));
        url.Keyword(new("status_code", "CODE|CODE-CODE…, each 100..599", "Status codes that are well.") { Default = "200-299" }, static (r, b) =>
            b.StatusCodes = ReadStatusCodes(r));
        url.Keyword(new("virtualhost", "STRING", "Host name to ask for; the checker's if absent."), static (r, b) => b.VirtualHost = r.Word("host name"));
    }

    private static void AddPattern(IKeywordBlock<HttpUrlBuilder> url)
    {
        url.Keyword(new("regex", "PATTERN", "Regular expression that the body must match."), static (r, b) =>
        {
            b.ExpressionLocation = r.NextLocation;
            b.Expression = r.EscapedWord("regular expression");
        });
        url.Keyword(new("regex_no_match", "", "The body must not match.") { Default = "false" }, static (_, b) => b.MustNotMatch = true);
        url.Keyword(new("regex_options", "OPTION…", "Options of the regular expression, by their names in PCRE2."), static (r, b) => ReadRegexOptions(r, b));
        url.Keyword(new("regex_min_offset", "INT 0..2147483647", "Earliest octet at which a match may start.") { Default = "0" }, static (r, b) =>
            b.FirstStart = (int)r.Integer("offset", 0, int.MaxValue));
        url.Keyword(new("regex_max_offset", "INT 0..2147483647", "Latest octet at which a match may start; any if absent."), static (r, b) =>
            b.LastStart = (int)r.Integer("offset", 0, int.MaxValue));
        url.Keyword(
            new("regex_stack", "START MAX, each 1..2147483647", "Stack of PCRE2's compiler in octets; the engine here needs none.") { HasNoEffectYet = true },
            static (r, b) => ReadStack(r, b));
    }

    private static void ReadStack(IKeywordReader reader, HttpUrlBuilder builder)
    {
        int start = (int)reader.Integer("first size of the stack", 1, int.MaxValue);
        int largest = (int)reader.Integer("largest size of the stack", 1, int.MaxValue);
        builder.Stack = start <= largest ? (start, largest) : throw reader.Reject($"the largest size {largest} is less than the first, {start}", "swap the two");
    }

    private static HttpProtocol ReadProtocol(IKeywordReader reader)
    {
        string word = reader.Word("protocol version");
        return word switch
        {
            "1.0" => HttpProtocol.Http10,
            "1.0C" or "1.0c" => HttpProtocol.Http10Close,
            "1.1" => HttpProtocol.Http11,
            _ => throw reader.Reject($"'{word}' is no version of HTTP that can be checked", "write 1.0, 1.0C or 1.1"),
        };
    }

    private static UInt128 ReadDigest(IKeywordReader reader)
    {
        string word = reader.Word("digest");
        return word.Length == 32 && UInt128.TryParse(word, System.Globalization.NumberStyles.AllowHexSpecifier, null, out UInt128 digest)
            ? digest
            : throw reader.Reject($"'{word}' is no MD5 digest", "write the 32 hexadecimal digits that genhash prints");
    }

    private static StatusCodes ReadStatusCodes(IKeywordReader reader)
    {
        StatusCodes codes = default;
        bool any = false;
        while (reader.TryWord(out string word))
        {
            int dash = word.IndexOf('-', StringComparison.Ordinal);
            if (!TryCode(dash < 0 ? word : word.AsSpan(0, dash), out int first)
                || !TryCode(dash < 0 ? word : word.AsSpan(dash + 1), out int last) || last < first)
            {
                throw reader.Reject($"'{word}' is no status code or range of them", "write codes from 100 to 599, for example: 200-299 404", DiagnosticClass.InvalidNumber);
            }

            codes = codes.With(first, last);
            any = true;
        }

        return any ? codes : throw reader.Reject("status_code names no code", "write for example: status_code 200", DiagnosticClass.MissingParameter);
    }

    private static bool TryCode(ReadOnlySpan<char> text, out int code) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, null, out code) && code is >= StatusCodes.Lowest and <= StatusCodes.Highest;

    private static void ReadRegexOptions(IKeywordReader reader, HttpUrlBuilder builder)
    {
        string word = reader.Word("option");
        do
        {
            builder.RegexOptions |= BodyPattern.OptionFor(word) ?? throw reader.Reject(
                BodyPattern.IsPcreOnly(word) ? $"the option '{word}' exists in PCRE2 only" : $"'{word}' is no option of regular expressions",
                BodyPattern.IsPcreOnly(word) ? "write what it does into the expression, or do without" : "see keepalived.conf(5)");
        }
        while (reader.TryWord(out word));
    }
}
