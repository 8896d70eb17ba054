using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scripts;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>
/// Turns a block as written into settings that can run: fills in what is not said, corrects what cannot be, refuses what
/// must not be. Everything it changes is reported, at the line that asked for something else.
/// </summary>
/// <param name="draft">The block.</param>
/// <param name="globals">What <c>global_defs</c> says.</param>
/// <param name="session">Where findings go.</param>
/// <param name="links">The interfaces there are; null when the kernel did not tell.</param>
internal sealed partial class InstanceCompletion(
    InstanceDraft draft, GlobalSettings globals, IConfigurationSession session, IReadOnlyList<LinkInfo>? links)
{
    private int _configurationFaults;
    private bool _strict;
    private AddressFamily _family;
    private VrrpVersion _version;
    private LinkInfo? _link;

    private int AddressLength => _family == AddressFamily.InterNetwork ? InternetAddress.IPv4Length : InternetAddress.IPv6Length;

    /// <summary>Null when the instance is left out.</summary>
    public InstanceSettings? Complete()
    {
        if (draft.VirtualRouterId is not { } routerId)
        {
            Error(draft.Location, "has no virtual_router_id and is left out", "add virtual_router_id with a number 1..255");
            return null;
        }

        _strict = draft.Strict ?? globals.Strict;
        _family = FindFamily();
        _version = FindVersion();
        byte priority = draft.Priority?.Value ?? (draft.StateMaster is { Value: true } ? VirtualRouterParameters.OwnerPriority : (byte)100);
        bool isOwner = priority == VirtualRouterParameters.OwnerPriority;
        if (!CheckInterface())
        {
            return null;
        }

        InstanceSettings settings = new()
        {
            Name = draft.Name,
            Interface = draft.Interface?.Value,
            VirtualRouterId = routerId.Value,
            Family = _family,
            Version = _version,
            Priority = priority,
            StartsAsMaster = FindStartState(isOwner),
            AdvertisementInterval = FindInterval(),
            MulticastGroup = _family == AddressFamily.InterNetwork ? globals.GroupIPv4 : globals.GroupIPv6,
            OldUnicastChecksum = draft.OldUnicastChecksum,
            Version3ChecksumAsVersion2 = draft.Version3ChecksumAsVersion2 ?? globals.Version3ChecksumAsVersion2,
            Password = FindPassword(),
            TracksInterface = !draft.DontTrackPrimary,
            TracksSourceAddress = draft.TracksSourceAddress,
            PromotesSecondaries = draft.PromotesSecondaries,
            SkipsAddressCheck = draft.SkipsAddressCheck ?? globals.SkipsAddressCheck,
            Strict = _strict,
            ReceiveBufferBytes = draft.ReceiveBufferBytes,
            NotifiesPriorityChanges = draft.NotifiesPriorityChanges ?? globals.NotifiesPriorityChanges,
            SmtpAlert = draft.SmtpAlert ?? globals.SmtpAlert ?? false,
            Notify = CompleteNotify(),
        };
        settings = CompleteTransport(settings);
        settings = CompleteAddresses(settings);
        settings = CompleteElection(settings, isOwner);
        settings = settings with { Announcements = CompleteAnnouncements() };
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
            return known.Family;
        }

        return draft.NativeIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
    }

    private VrrpVersion FindVersion()
    {
        if (_family == AddressFamily.InterNetwork)
        {
            return draft.Version?.Value ?? globals.Version;
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

        string? reason =
            _strict ? "strict mode forbids it"
            : _version == VrrpVersion.Version3 ? "version 3 has none"
            : _family == AddressFamily.InterNetworkV6 ? "IPv6 has none"
            : null;
        if (reason is not null)
        {
            Warn(authentication.Location, $"runs without authentication: {reason}", "remove the authentication block");
            return null;
        }

        if (authentication.Value.IsAuthenticationHeader)
        {
            Fault(authentication.Location, "asks for auth_type AH, which does not exist yet; it stays in FAULT", "use auth_type PASS");
            return null;
        }

        if (string.IsNullOrEmpty(authentication.Value.Password))
        {
            Warn(authentication.Location, "has an authentication block without auth_pass and runs without authentication", "add auth_pass");
            return null;
        }

        return authentication.Value.Password;
    }

    private NotifyScripts CompleteNotify() => new()
    {
        Master = Usable(draft.NotifyMaster),
        Backup = Usable(draft.NotifyBackup),
        Fault = Usable(draft.NotifyFault),
        Stop = Usable(draft.NotifyStop),
        Deleted = Usable(draft.NotifyDeleted),
        LowerPriority = Usable(draft.NotifyLowerPriority),
        Any = Usable(draft.Notify),
        SaysDeleted = draft.SaysDeleted,
    };

    private ScriptCommand? Usable(Located<ScriptCommand>? script) =>
        script is { } s && session.Scripts.Validate(s.Value, s.Location, session) ? s.Value : null;

    private AnnouncementParameters CompleteAnnouncements()
    {
        AnnouncementParameters all = globals.Announcements;
        TimeSpan lowerDelay = draft.GarpLowerPriorityDelay?.Value ?? globals.GarpLowerPriorityDelay ?? draft.GarpMasterDelay ?? all.LowerPriorityDelay;
        int lowerRepeat = draft.GarpLowerPriorityRepeat?.Value ?? globals.GarpLowerPriorityRepeat ?? draft.GarpMasterRepeat ?? all.LowerPriorityRepeat;
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

    private void Fault(SourceLocation location, string message, string remedy)
    {
        _configurationFaults++;
        Error(location, message, remedy);
    }
}
