using Keepalived.Checking;
using Keepalived.Configuration;

namespace Keepalived.Checkers.Dns;

/// <summary>The types of records that can be asked for, with their numbers on the wire.</summary>
internal enum DnsRecordType : ushort
{
    /// <summary>IPv4 address.</summary>
    A = 1,

    /// <summary>Name server.</summary>
    NS = 2,

    /// <summary>Canonical name.</summary>
    CName = 5,

    /// <summary>Start of authority.</summary>
    Soa = 6,

    /// <summary>Mail exchanger.</summary>
    MX = 15,

    /// <summary>Text.</summary>
    Txt = 16,

    /// <summary>IPv6 address.</summary>
    Aaaa = 28,

    /// <summary>Signature.</summary>
    RrSig = 46,

    /// <summary>Key.</summary>
    DnsKey = 48,
}

/// <summary>A <c>DNS_CHECK</c> as configured.</summary>
/// <param name="Options">The common options.</param>
/// <param name="Type"><c>type</c>.</param>
/// <param name="Name"><c>name</c> without the dot at its end; empty for the root.</param>
internal sealed record DnsCheckDefinition(CheckOptions Options, DnsRecordType Type, string Name) : CheckerDefinition("DNS_CHECK", Options)
{
    /// <inheritdoc/>
    public override uint DefaultRetry => 3;

    /// <inheritdoc/>
    public override TimeSpan? DefaultDelayBeforeRetry => null;

    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => result.IsUp ? "DNS_CHECK: succeed on service" : "DNS_CHECK: failed on service";

    /// <inheritdoc/>
    public override bool MayBeShared => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new DnsChecker(this);
}

/// <summary>A <c>DNS_CHECK</c> block while it is read.</summary>
internal sealed class DnsCheckBuilder : CheckerBuilder
{
    public DnsRecordType Type { get; set; } = DnsRecordType.Soa;

    public string Name { get; set; } = "";

    /// <inheritdoc/>
    public override CheckerDefinition Build(IConfigurationSession session) => new DnsCheckDefinition(Options, Type, Name);
}
