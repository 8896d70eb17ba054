using System.Net;
using Keepalived.Checking;
using Keepalived.Configuration;

namespace Keepalived.Ipvs;

/// <summary>
/// A <c>real_server</c> block while it is read. It lives until its closing brace; what stays is a <see cref="RealServerDraft"/>, most of
/// which is shared: files with tens of thousands of servers say the same of nearly all of them.
/// </summary>
/// <param name="address">Its address.</param>
/// <param name="port">Its port; null = not written.</param>
/// <param name="inherited">What the virtual server has said of <c>lvs_method</c> so far.</param>
/// <param name="location">Where its block begins.</param>
internal sealed class RealServerBuilder(IPAddress address, int? port, ForwardingMethod? inherited, SourceLocation location)
    : ICheckedBlock, ICheckedServer, IRepeatableBlock
{
    private readonly ForwardingMethod? _inherited = inherited;
    private List<CheckerDefinition>? _checkers;
    private List<SourceLocation>? _locations;
    private WrittenServer? _settings;

    public int? Weight { get; set; }

    public ForwardingMethod? Forwarding { get; set; } = inherited;

    public bool? InhibitOnFailure { get; set; }

    public uint UpperThreshold { get; set; }

    public uint LowerThreshold { get; set; }

    public WrittenCommand? NotifyUp { get; set; }

    public WrittenCommand? NotifyDown { get; set; }

    public CheckDefaults Defaults { get; set; } = CheckDefaults.Unset;

    public string? VirtualHost { get; set; }

    public bool? SmtpAlert { get; set; }

    public string? SnmpName { get; set; }

    public void AddChecker(CheckerDefinition definition, SourceLocation location)
    {
        _checkers ??= [];
        if (definition is ILateValidation || _locations is not null)
        {
            _locations ??= [.. Enumerable.Repeat(location, _checkers.Count)];
            _locations.Add(location);
        }

        _checkers.Add(definition);
    }

    /// <summary>Scripts and checkers that are validated later are reported where they stand, so that a block with any is read for itself.</summary>
    public bool TryRepeat(object other)
    {
        if (other is not RealServerBuilder { _settings: { } settings, NotifyUp: null, NotifyDown: null, _locations: null } first || first._inherited != _inherited)
        {
            return false;
        }

        _settings = settings;
        return true;
    }

    /// <summary>What is kept of the block.</summary>
    public RealServerDraft Close(SharedValues values)
    {
        _settings ??= values.Share(Settings(values));
        return new(address, port, location, _settings)
        {
            Scripts = NotifyUp is null && NotifyDown is null ? null : new(NotifyUp, NotifyDown),
            CheckerLocations = _locations?.ToArray(),
        };
    }

    private WrittenServer Settings(SharedValues values)
    {
        for (int i = 0; i < _checkers?.Count; i++)
        {
            _checkers[i] = values.Share(_checkers[i]);
        }

        return new()
        {
            Weight = Weight,
            Forwarding = Forwarding,
            InhibitOnFailure = InhibitOnFailure,
            UpperThreshold = UpperThreshold,
            LowerThreshold = LowerThreshold,
            Defaults = Defaults,
            VirtualHost = VirtualHost,
            SmtpAlert = SmtpAlert,
            SnmpName = SnmpName,
            Checkers = _checkers?.ToEquatableArray() ?? [],
        };
    }
}

/// <summary>A <c>real_server</c> as written.</summary>
/// <param name="address">Its address.</param>
/// <param name="port">Its port; null = not written.</param>
/// <param name="location">Where its block begins.</param>
/// <param name="settings">What the block says, shared with others that say the same.</param>
internal sealed class RealServerDraft(IPAddress address, int? port, SourceLocation location, WrittenServer settings)
{
    public IPAddress Address { get; } = address;

    public int? Port { get; } = port;

    public SourceLocation Location { get; } = location;

    public WrittenServer Settings { get; } = settings;

    /// <summary>Its scripts; null = none.</summary>
    public ServerScripts? Scripts { get; init; }

    /// <summary>Where each checker's block begins; null when none of them needs late validation.</summary>
    public SourceLocation[]? CheckerLocations { get; init; }
}

/// <summary><c>notify_up</c> and <c>notify_down</c> as written.</summary>
internal sealed record ServerScripts(WrittenCommand? Up, WrittenCommand? Down);

/// <summary>What a <c>real_server</c> block says, its address and scripts apart. Null = not written.</summary>
internal sealed record WrittenServer
{
    public int? Weight { get; init; }

    public ForwardingMethod? Forwarding { get; init; }

    public bool? InhibitOnFailure { get; init; }

    public uint UpperThreshold { get; init; }

    public uint LowerThreshold { get; init; }

    public required CheckDefaults Defaults { get; init; }

    public string? VirtualHost { get; init; }

    public bool? SmtpAlert { get; init; }

    public string? SnmpName { get; init; }

    public EquatableArray<CheckerDefinition> Checkers { get; init; }
}
