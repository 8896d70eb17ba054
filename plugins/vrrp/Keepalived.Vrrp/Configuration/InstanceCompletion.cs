using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>
/// Turns a block as written into settings that can run: fills in what is not said, corrects what cannot be, refuses what
/// must not be. Everything it changes is reported, at the line that asked for something else.
/// </summary>
/// <param name="draft">The block.</param>
/// <param name="reading">What stands beside it, <c>global_defs</c> among it.</param>
/// <param name="session">Where findings go.</param>
/// <param name="interfaces">The interfaces there are.</param>
internal sealed partial class InstanceCompletion(
    InstanceDraft draft, VrrpReading reading, IConfigurationSession session, SystemInterfaces interfaces)
{
    private readonly GlobalSettings _globals = reading.Globals;
    private int _configurationFaults;
    private bool _strict;
    private AddressFamily _family;
    private VrrpVersion _version;
    private LinkInfo? _link;
    private bool _usesAuthenticationHeader;

    private int AddressLength => _family == AddressFamily.InterNetwork ? InternetAddress.IPv4Length : InternetAddress.IPv6Length;

    /// <summary>Null when the instance is left out.</summary>
    public InstanceSettings? Complete()
    {
        if (draft.VirtualRouterId is null)
        {
            Fault(draft.Location, "has no virtual_router_id; it stays in FAULT", "add virtual_router_id with a number 1..255");
        }

        _strict = draft.Strict ?? _globals.Strict;
        _family = FindFamily();
        _version = FindVersion();
        byte priority = draft.Priority?.Value ?? (draft.StateMaster is { Value: true } ? VirtualRouterParameters.OwnerPriority : (byte)100);
        bool isOwner = priority == VirtualRouterParameters.OwnerPriority;
        if (!CheckInterface())
        {
            return null;
        }

        string? password = FindPassword();
        InstanceSettings settings = new()
        {
            Name = draft.Name,
            Interface = draft.Interface?.Value,
            VirtualRouterId = draft.VirtualRouterId?.Value ?? 0,
            Family = _family,
            Version = _version,
            Priority = priority,
            StartsAsMaster = FindStartState(isOwner),
            AdvertisementInterval = FindInterval(),
            MulticastGroup = _family == AddressFamily.InterNetwork ? _globals.GroupIPv4 : _globals.GroupIPv6,
            OldUnicastChecksum = draft.OldUnicastChecksum,
            Version3ChecksumAsVersion2 = draft.Version3ChecksumAsVersion2 ?? _globals.Version3ChecksumAsVersion2,
            Password = password,
            UsesAuthenticationHeader = _usesAuthenticationHeader,
            TracksInterface = !draft.DontTrackPrimary,
            TracksSourceAddress = draft.TracksSourceAddress,
            PromotesSecondaries = draft.PromotesSecondaries is not null,
            SkipsAddressCheck = draft.SkipsAddressCheck ?? _globals.SkipsAddressCheck,
            Strict = _strict,
            ReceiveBufferBytes = draft.ReceiveBufferBytes,
            SmtpAlert = draft.SmtpAlert ?? _globals.SmtpAlert ?? session.Globals.SmtpAlert ?? false,
            Notify = draft.Notify.Complete(session),
        };
        settings = CompleteAuthentication(settings, isOwner);
        settings = CompleteTransport(settings);
        settings = CompleteAddresses(settings);
        settings = CompleteElection(settings, isOwner);
        settings = settings with { Announcements = CompleteAnnouncements() };
        settings = CompleteLink(settings);
        return settings with { ConfigurationFaults = _configurationFaults };
    }

    private AddressFamily FindFamily()
    {
        InternetAddress? first =
            draft.Addresses is [var address, ..] ? address.Value.Address
            : draft.Peers is { Value: [var peer, ..] } ? peer.Value.Address
            : draft.UnicastSource?.Value ?? draft.MulticastSource?.Value;
        if (first is { } known)
        {
            if (draft.NativeIPv6 is { } native && known.Family == AddressFamily.InterNetwork)
            {
                Error(native, "has IPv4 addresses: native_ipv6 is not used", "remove native_ipv6");
            }

            return known.Family;
        }

        return draft.NativeIPv6 is not null ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
    }

    private VrrpVersion FindVersion()
    {
        if (_family == AddressFamily.InterNetwork)
        {
            return draft.Version?.Value ?? _globals.Version;
        }

        if (draft.Version is { Value: VrrpVersion.Version2 } version)
        {
            if (!_strict)
            {
                return VrrpVersion.Version2;
            }

            Warn(version.Location, "is strict and IPv6, which version 2 does not know; it uses version 3", "remove version 2");
        }

        return VrrpVersion.Version3;
    }

    private bool FindStartState(bool isOwner)
    {
        if (draft.StateMaster is not { } state || state.Value == isOwner)
        {
            return isOwner;
        }

        if (_strict)
        {
            Warn(
                state.Location,
                $"is strict: it starts as {(isOwner ? "MASTER" : "BACKUP")}, as its priority says",
                "set priority 255 for the owner of the addresses, or remove state");
            return isOwner;
        }

        return state.Value;
    }

    private TimeSpan FindInterval()
    {
        if (draft.AdvertisementInterval is not { } interval)
        {
            return TimeSpan.FromSeconds(1);
        }

        (TimeSpan unit, TimeSpan longest) = _version == VrrpVersion.Version2
            ? (TimeSpan.FromSeconds(1), VrrpAdvertisement.MaximumIntervalVersion2)
            : (TimeSpan.FromMilliseconds(10), VrrpAdvertisement.MaximumIntervalVersion3);
        // Half a unit is rounded up.
        long units = Math.Max(1, (interval.Value.Ticks + (unit.Ticks / 2)) / unit.Ticks);
        TimeSpan result = TimeSpan.FromTicks(Math.Min(units * unit.Ticks, longest.Ticks));
        if (result != interval.Value)
        {
            Warn(
                interval.Location,
                $"has an advert_int that version {(int)_version} cannot send; {result.TotalSeconds:0.##} s is used",
                $"use a multiple of {unit.TotalSeconds:0.##} s up to {longest.TotalSeconds:0.##} s");
        }

        return result;
    }

    private string? FindPassword()
    {
        if (draft.Authentication is not { } authentication)
        {
            return null;
        }

        if (authentication.Value.IsAuthenticationHeader is not { } isHeader)
        {
            ReportPasswordWithoutType(authentication);
            return null;
        }

        string? reason =
            draft.Hmac is not null ? "auth_hmac takes its place"
            : _strict ? "strict mode forbids it"
            : _version == VrrpVersion.Version3 ? "version 3 has none"
            : _family == AddressFamily.InterNetworkV6 ? "IPv6 has none"
            : null;
        if (reason is not null)
        {
            Warn(authentication.Location, $"runs without authentication: {reason}", "remove the authentication block");
            return null;
        }

        if (string.IsNullOrEmpty(authentication.Value.Password))
        {
            Warn(authentication.Location, "has an authentication block without auth_pass and runs without authentication", "add auth_pass");
            return null;
        }

        _usesAuthenticationHeader = isHeader;
        return authentication.Value.Password;
    }

    private InstanceSettings CompleteAuthentication(InstanceSettings settings, bool isOwner)
    {
        settings = settings with { Hmac = CompleteHmac(settings.AdvertisementInterval) };
        if (!settings.UsesAuthenticationHeader || !settings.StartsAsMaster || isOwner)
        {
            return settings;
        }

        Warn(
            draft.StateMaster?.Location ?? draft.Location,
            "uses auth_type AH, where only a master that was heard tells the sequence number; it starts as BACKUP",
            "set state BACKUP");
        return settings with { StartsAsMaster = false };
    }

    // keepalived sends no authentication then and says nothing; the file means the same here, and somebody should know.
    private void ReportPasswordWithoutType(Located<AuthenticationDraft> authentication)
    {
        if (authentication.Value.Password is not null)
        {
            Note(authentication.Location, "has an auth_pass without auth_type, which means no authentication, here as in keepalived", "add auth_type PASS on all routers");
        }
    }

    private AnnouncementParameters CompleteAnnouncements()
    {
        AnnouncementParameters all = _globals.Announcements;
        TimeSpan lowerDelay = draft.GarpLowerPriorityDelay?.Value ?? _globals.GarpLowerPriorityDelay ?? draft.GarpMasterDelay ?? all.LowerPriorityDelay;
        int lowerRepeat = draft.GarpLowerPriorityRepeat?.Value ?? _globals.GarpLowerPriorityRepeat ?? draft.GarpMasterRepeat ?? all.LowerPriorityRepeat;
        if (_strict)
        {
            Reset(draft.GarpLowerPriorityDelay, TimeSpan.Zero, "garp_lower_prio_delay");
            Reset(draft.GarpLowerPriorityRepeat, 0, "garp_lower_prio_repeat");
            (lowerDelay, lowerRepeat) = (TimeSpan.Zero, 0);
        }

        return new AnnouncementParameters
        {
            MasterRepeat = draft.GarpMasterRepeat ?? all.MasterRepeat,
            MasterDelay = draft.GarpMasterDelay ?? all.MasterDelay,
            MasterRefresh = draft.GarpMasterRefresh ?? all.MasterRefresh,
            MasterRefreshRepeat = draft.GarpMasterRefreshRepeat ?? all.MasterRefreshRepeat,
            LowerPriorityRepeat = lowerRepeat,
            LowerPriorityDelay = lowerDelay,
        };
    }

    private void Reset<T>(Located<T>? setting, T value, string keyword)
    {
        if (setting is { } s && !EqualityComparer<T>.Default.Equals(s.Value, value))
        {
            Warn(s.Location, $"is strict: {keyword} is not used", $"remove {keyword}, or strict_mode");
        }
    }

    private void Error(SourceLocation location, string message, string remedy) =>
        session.Error(location, $"vrrp_instance {draft.Name} {message}", remedy);

    private void Warn(SourceLocation location, string message, string remedy) =>
        session.Warn(location, $"vrrp_instance {draft.Name} {message}", remedy);

    // A remark that leaves the verdict alone.
    private void Note(SourceLocation location, string message, string remedy) =>
        session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, $"vrrp_instance {draft.Name} {message}", remedy));

    private void Fault(SourceLocation location, string message, string remedy)
    {
        _configurationFaults++;
        Error(location, message, remedy);
    }
}
