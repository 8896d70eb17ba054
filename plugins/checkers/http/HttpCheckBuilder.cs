using System.Text.RegularExpressions;
using Keepalived.Checking;
using Keepalived.Configuration;

namespace Keepalived.Checkers.Http;

/// <summary>An <c>HTTP_GET</c> block while it is read.</summary>
internal class HttpCheckBuilder : CheckerBuilder
{
    private readonly List<HttpUrl> _urls = [];

    public HttpProtocol Protocol { get; set; }

    public string? VirtualHost { get; set; }

    public bool FastRecovery { get; set; }

    /// <summary>The keywords of TLS, which HTTP_GET takes and has no use for.</summary>
    public TlsSettings Tls { get; set; } = TlsSettings.None;

    /// <summary>Its keyword.</summary>
    protected virtual string Kind => "HTTP_GET";

    /// <summary>Adds a finished URL.</summary>
    public void Add(HttpUrl url) => _urls.Add(url);

    /// <inheritdoc/>
    public override CheckerDefinition? Build(IConfigurationSession session)
    {
        if (_urls.Count > 0)
        {
            return Define(session, _urls.ToEquatableArray());
        }

        session.Error(Location, $"{Kind} has no usable url: the checker is left out", "add: url { path / }");
        return null;
    }

    /// <summary>Makes the record of a block that has URLs.</summary>
    protected virtual CheckerDefinition Define(IConfigurationSession session, EquatableArray<HttpUrl> urls)
    {
        if (Tls.SendsServerName)
        {
            session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, Location, "HTTP_GET speaks no TLS: enable_sni and sni_name have no effect", "use SSL_GET"));
        }

        return new HttpCheckDefinition(Options, urls, Protocol, VirtualHost, FastRecovery);
    }
}

/// <summary>An <c>SSL_GET</c> block while it is read.</summary>
internal sealed class SslCheckBuilder : HttpCheckBuilder
{
    /// <inheritdoc/>
    protected override string Kind => "SSL_GET";

    /// <inheritdoc/>
    protected override CheckerDefinition Define(IConfigurationSession session, EquatableArray<HttpUrl> urls) =>
        new SslCheckDefinition(Options, urls, Protocol, VirtualHost, FastRecovery, Tls, session.Get<SharedIdentity>());
}

/// <summary>A <c>url</c> block while it is read.</summary>
internal sealed class HttpUrlBuilder(SourceLocation location)
{
    public string? Path { get; set; }

    public string? VirtualHost { get; set; }

    public UInt128? Digest { get; set; }

    public StatusCodes? StatusCodes { get; set; }

    public string? Expression { get; set; }

    public SourceLocation ExpressionLocation { get; set; }

    public RegexOptions RegexOptions { get; set; }

    public bool MustNotMatch { get; set; }

    public int FirstStart { get; set; }

    public int? LastStart { get; set; }

    public (int Start, int Largest)? Stack { get; set; }

    public bool? IsTlsCompliant { get; set; }

    /// <summary>Makes the URL; null, reported, when it has no path or its expression is none.</summary>
    public HttpUrl? Build(IConfigurationSession session)
    {
        if (Path is null)
        {
            session.Error(location, "url has no path: it is left out", "write: path /");
            return null;
        }

        BodyPattern? pattern = Expression is null ? null : new(Expression, RegexOptions, MustNotMatch, FirstStart, LastStart);
        if (pattern is not null && !IsUsable(pattern, session))
        {
            return null;
        }

        return new()
        {
            Path = Path,
            VirtualHost = VirtualHost,
            Digest = Digest,
            StatusCodes = StatusCodes ?? Http.StatusCodes.Success,
            Pattern = pattern,
            Stack = Stack,
            IsTlsCompliant = IsTlsCompliant,
        };
    }

    private bool IsUsable(BodyPattern pattern, IConfigurationSession session)
    {
        if (pattern.LastStart < pattern.FirstStart)
        {
            session.Error(ExpressionLocation, $"regex_min_offset {pattern.FirstStart} is beyond regex_max_offset {pattern.LastStart}: the url is left out", "swap the two");
            return false;
        }

        try
        {
            pattern.Compile();
            return true;
        }
        catch (ArgumentException exception)
        {
            session.Error(ExpressionLocation, $"the regular expression cannot be used, and the url is left out: {exception.Message}", "correct the expression");
            return false;
        }
    }
}
