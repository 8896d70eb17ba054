using Keepalived.Checkers.Http.Tls;
using Keepalived.Checking;

namespace Keepalived.Checkers.Http;

/// <summary>The form of the request line and what goes with it.</summary>
internal enum HttpProtocol
{
    /// <summary><c>1.0</c>: HTTP/1.0.</summary>
    Http10,

    /// <summary><c>1.0C</c>: HTTP/1.0 with <c>Connection: close</c>.</summary>
    Http10Close,

    /// <summary><c>1.1</c>: HTTP/1.1 with <c>Connection: close</c>.</summary>
    Http11,
}

/// <summary>One <c>url</c> block: what to ask for and what the answer must be.</summary>
internal sealed record HttpUrl
{
    /// <summary><c>path</c>.</summary>
    public required string Path { get; init; }

    /// <summary><c>virtualhost</c>; null = the checker's, the real server's or the virtual server's.</summary>
    public string? VirtualHost { get; init; }

    /// <summary><c>status_code</c>.</summary>
    public StatusCodes StatusCodes { get; init; } = StatusCodes.Success;

    /// <summary><c>digest</c>: the MD5 of the body; null = any body.</summary>
    public UInt128? Digest { get; init; }

    /// <summary><c>regex</c> and its options; null = any body.</summary>
    public BodyPattern? Pattern { get; init; }

    /// <summary><c>regex_stack</c> in octets; null = unset.</summary>
    public (int Start, int Largest)? Stack { get; init; }

    /// <summary><c>tls_compliant</c>; null = the checker's.</summary>
    public bool? IsTlsCompliant { get; init; }
}

/// <summary>What a check asks for, of whatever kind it is.</summary>
/// <param name="Urls">At least one; asked for in turn.</param>
/// <param name="Protocol">Form of the request.</param>
/// <param name="VirtualHost"><c>virtualhost</c> of the checker; null = unset.</param>
/// <param name="FastRecovery">After a failure that is over, check the other URLs at once.</param>
internal sealed record HttpQuestions(EquatableArray<HttpUrl> Urls, HttpProtocol Protocol, string? VirtualHost, bool FastRecovery);

/// <summary>An <c>HTTP_GET</c> as configured.</summary>
/// <param name="Options">The common options.</param>
/// <param name="Urls">At least one; asked for in turn.</param>
/// <param name="Protocol">Form of the request.</param>
/// <param name="VirtualHost"><c>virtualhost</c> of the checker; null = unset.</param>
/// <param name="FastRecovery">After a failure that is over, check the other URLs at once.</param>
internal sealed record HttpCheckDefinition(
    CheckOptions Options, EquatableArray<HttpUrl> Urls, HttpProtocol Protocol, string? VirtualHost, bool FastRecovery)
    : CheckerDefinition("HTTP_GET", Options)
{
    /// <inheritdoc/>
    public override TimeSpan? DefaultDelayBeforeRetry => TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public override bool KeepsRetryDelayWhileDown => true;

    /// <inheritdoc/>
    public override string Describe(in CheckResult result) =>
        result.IsUp ? "CHECK succeed on service" : "CHECK failed on service : HTTP/SSL request failed";

    /// <inheritdoc/>
    public override bool MayBeShared => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new HttpChecker(new(Urls, Protocol, VirtualHost, FastRecovery), target);
}

/// <summary>An <c>SSL_GET</c> as configured.</summary>
/// <param name="Options">The common options.</param>
/// <param name="Urls">At least one; asked for in turn.</param>
/// <param name="Protocol">Form of the request.</param>
/// <param name="VirtualHost"><c>virtualhost</c> of the checker; null = unset.</param>
/// <param name="FastRecovery">After a failure that is over, check the other URLs at once.</param>
/// <param name="Tls">Its keywords of TLS.</param>
/// <param name="Identity">What the block <c>SSL</c> says.</param>
internal sealed record SslCheckDefinition(
    CheckOptions Options, EquatableArray<HttpUrl> Urls, HttpProtocol Protocol, string? VirtualHost, bool FastRecovery, TlsSettings Tls, SharedIdentity Identity)
    : CheckerDefinition("SSL_GET", Options)
{
    /// <inheritdoc/>
    public override TimeSpan? DefaultDelayBeforeRetry => TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public override bool KeepsRetryDelayWhileDown => true;

    /// <inheritdoc/>
    public override string Describe(in CheckResult result) =>
        result.IsUp ? "CHECK succeed on service" : "CHECK failed on service : HTTP/SSL request failed";

    /// <inheritdoc/>
    public override bool MayBeShared => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target)
    {
        HttpQuestions questions = new(Urls, Protocol, VirtualHost, FastRecovery);
        return new HttpChecker(questions, target, new TlsSetup(Tls, Identity, questions, target));
    }
}
