using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Links;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Runtime;

// The instance and the kernel: interface, source address, sockets, packet images.
internal sealed partial class RunningInstance
{
    private GlobalSettings _globals;
    private AdvertisementPath? _path;
    private AdvertisementImage[] _images = [];
    private InternetAddress _imageSource;
    private AdvertisementSigner? _signer;
    private LinkInfo? _link;
    private string? _openFailure;
    private InstanceLinks? _links;

    /// <summary>The interface as last seen; null while absent.</summary>
    public LinkInfo? Link => _link;

    /// <summary>The sockets in use; null without.</summary>
    public AdvertisementPath? Path => _path;

    /// <summary>Something of it waits for the kernel.</summary>
    public bool IsUnsettled => _addresses.IsUnsettled || _links is { IsUnsettled: true };

    /// <summary>
    /// Looks at interface, source address and sockets and brings faults, sockets and images up to date. Called whenever the
    /// kernel has changed anything; without a change that matters here it does nothing.
    /// </summary>
    public void FollowKernel()
    {
        if (!_awaitsLinks && !MakesLinksNow())
        {
            Follow(makesLinks: false);
        }
    }

    /// <summary>Somebody else removed a static address whose track_group has this instance.</summary>
    public void OnStaticAddressLost() => OnAddressLost();

    private void Follow(bool makesLinks)
    {
        if (makesLinks)
        {
            _links?.MakeVirtualLinks();
        }

        _links?.Follow();
        _link = Settings.SendInterface is { } name ? _services.Interfaces.Find(name) : null;
        _addresses.Resolve();
        bool needsLink = Settings.SendInterface is not null;
        bool isAbsent = needsLink && (_link is null || (Settings.OwnLink is not null && !HasBothLinks()));
        bool isDown = isAbsent || (needsLink && Settings.TracksInterface && !IsOperational()) || _links is { IsDependencyDown: true };
        InternetAddress? source = isAbsent ? null : FindSource();

        // Faults that begin come first: a master says goodbye through the sockets it still has.
        RaiseFault(FaultReason.InterfaceDown, isDown);
        RaiseFault(FaultReason.NoSourceAddress, source is null);
        if (source != _router.Source)
        {
            _router.ChangeSource(source, Now);
        }

        bool isOpen = source is { } address && OpenPath(address);
        if (!isOpen)
        {
            LeavePath();
        }

        if (!isDown)
        {
            ClearFault(FaultReason.InterfaceDown);
        }

        if (isOpen)
        {
            ClearFault(FaultReason.NoSourceAddress);
        }
        else
        {
            RaiseFault(FaultReason.NoSourceAddress, true);
        }
    }

    private bool HasBothLinks() => _services.Interfaces.Find(Settings.Interface!) is not null && _services.Interfaces.Find(Settings.OwnLink!) is not null;

    // A macvlan is up with its base, but hears of it later, and knows nothing of changes that are waited out.
    private bool IsOperational() =>
        Settings.OwnLink is null
            ? _services.IsOperational(_link!)
            : _link!.IsUp && _services.Interfaces.Find(Settings.Interface!) is { } parent && _services.IsOperational(parent);

    private void ConfigureLinks(InstanceSettings settings)
    {
        if (_links is null && !settings.HasLinkNeeds && !_services.HasStaticDependencies)
        {
            return;
        }

        _links ??= new InstanceLinks(_services.UseLinks(), settings, OnLinksSettled);
        _links.Configure(settings, _globals);
    }

    private void OnLinksSettled()
    {
        if (!IsUnsettled)
        {
            _notifier.Release();
            NoticesReleased?.Invoke();
        }
    }

    private InternetAddress? FindSource()
    {
        // The addresses of a VRF are on the interfaces that belong to it.
        int index = Settings.Vrf is null ? _link?.Index ?? 0 : 0;
        if (Settings.OwnLink is not null && Settings.Family == AddressFamily.InterNetwork && Settings.Ipvlan is null)
        {
            // The virtual MAC's interface has none of its own in IPv4.
            index = _services.Interfaces.Find(Settings.Interface!)?.Index ?? 0;
        }

        if (Settings.Source is { } configured)
        {
            bool isThere = !Settings.TracksSourceAddress || _services.Interfaces.Has(configured.ToInetAddress(), index);
            return isThere ? configured : null;
        }

        bool isIPv6 = Settings.Family == AddressFamily.InterNetworkV6;
        InetAddress primary = _services.Interfaces.PrimaryAddress(index, isIPv6, _services.AddressIndex.Contains);
        return primary.IsNone ? null : primary.ToInternetAddress();
    }

    private bool OpenPath(InternetAddress source)
    {
        InternetAddress address = Settings.IsUnicast ? source : Settings.MulticastGroup;
        ChannelKey key = new(Settings.Family, _link?.Index ?? 0, Settings.IsUnicast, address) { Protocol = Settings.IpProtocol };
        if (_path is not null && _path.Key != key)
        {
            LeavePath();
        }

        if (_path is null && !JoinPath(key))
        {
            return false;
        }

        _path!.LogsUnknown = _globals.LogsUnknownRouterIds;
        if (_images.Length == 0 || _imageSource != source)
        {
            _imageSource = source;
            RebuildImages();
        }

        return true;
    }

    private bool JoinPath(in ChannelKey key)
    {
        ChannelOptions options = new(_link?.Name.ToString(), ReceiveBufferBytes(), Settings.IsUnicast ? Settings.UnicastTtl ?? -1 : VrrpAdvertisement.RequiredHopLimit);
        try
        {
            _path = _services.Paths.Join(key, options, Settings.VirtualRouterId, this);
            _openFailure = null;
            return true;
        }
        catch (LinuxException e)
        {
            if (_openFailure != e.Message)
            {
                _openFailure = e.Message;
                VrrpLog.NoSockets(_services.Logger, Settings.Name, e.Message);
            }

            return false;
        }
    }

    private void LeavePath()
    {
        if (_path is { } path)
        {
            _path = null;
            _images = [];
            _services.Paths.Leave(path, Settings.VirtualRouterId, this);
        }
    }

    private int ReceiveBufferBytes()
    {
        ulong advertisement = (ulong)(Settings.ToFormat().MessageLength + Settings.AuthenticationLength) + Ipv4Header.MinimumLength;
        ulong bytes = _globals.ReceiveBuffer switch
        {
            _ when Settings.ReceiveBufferBytes is { } own => own,
            ReceiveBufferPolicy.Mtu => (ulong)_globals.ReceiveBufferMultiplier * (_link?.Mtu ?? 1500),
            ReceiveBufferPolicy.Advertisement => _globals.ReceiveBufferMultiplier * advertisement,
            ReceiveBufferPolicy.Bytes => _globals.ReceiveBufferBytes,
            _ => 0,
        };
        return (int)Math.Min(bytes, int.MaxValue);
    }

    private void RebuildImages()
    {
        if (_path is null)
        {
            return;
        }

        AdvertisementFormat format = Settings.ToFormat();
        byte hopLimit = Settings.IsUnicast ? Settings.UnicastTtl ?? VrrpAdvertisement.RequiredHopLimit : VrrpAdvertisement.RequiredHopLimit;
        PrepareSigner(format);
        AdvertisementAuthentication authentication = new(_receiver.Association, _signer);
        _images = Settings.IsUnicast
            ? [.. Settings.Peers.Select(peer => new AdvertisementImage(format, _imageSource, peer.Address, hopLimit, _receiver.Coverage, authentication))]
            : [new AdvertisementImage(format, _imageSource, Settings.MulticastGroup, hopLimit, _receiver.Coverage, authentication)];
    }

    // While the link was down, switches and unicast peers may have forgotten where the source is.
    private void AnnounceRecoveredSource(VirtualRouterState previous, VirtualRouterState current)
    {
        if (previous == VirtualRouterState.Fault && current == VirtualRouterState.Backup && Settings.IsUnicast && Settings.Vrf is null && _link is { } link && _router.Source is { } source)
        {
            _services.Announcer.AnnounceSource(link.Index, source);
        }
    }

    private void PrepareSigner(AdvertisementFormat format)
    {
        if (format is { IsSigned: true, Hmac: { } hmac })
        {
            _signer ??= new AdvertisementSigner();
            _signer.Prepare(hmac, format, _imageSource);
        }
        else
        {
            _signer = null;
        }
    }

    private void SetFault(FaultReason reason, bool holds)
    {
        RaiseFault(reason, holds);
        if (!holds)
        {
            ClearFault(reason);
        }
    }

    private void RaiseFault(FaultReason reason, bool holds)
    {
        if (holds && !_router.HasFault(reason))
        {
            _router.AddFault(reason, Now);
        }
    }

    private void ClearFault(FaultReason reason)
    {
        if (_router.HasFault(reason))
        {
            _router.ClearFault(reason, Now);
        }
    }
}
