using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

// What it sends and receives: real bytes.
public sealed partial class SimulatedRouter
{
    internal void Receive(Frame frame)
    {
        if (_receiver is null || !TryOpen(frame, out VrrpDatagram datagram) || datagram.VirtualRouterId != Parameters.VirtualRouterId)
        {
            return;
        }

        ReceiveVerdict verdict = _receiver.Check(datagram, Core.ReceiverContext with { WallClock = Machine.WallClock });
        if (verdict.IsAccepted)
        {
            _oracle.Before();
            Feed(new(VirtualRouterInputKind.Advertisement, Now) { Advertisement = verdict.Advertisement });
            _oracle.After(verdict.Advertisement, Now);
        }
        else if (verdict.ToReport != ReceiveFinding.None && _network.Timeline.IsKept)
        {
            _network.Note($"{Name} drops an advertisement from {datagram.Source}: {verdict.DescribeDrop()}");
        }
    }

    private static void WriteHardware(Span<byte> bytes, ulong station)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((station >> (40 - (8 * i))) & 0xff);
        }
    }

    private static bool TryOpen(Frame frame, out VrrpDatagram datagram)
    {
        if (frame.Kind == FrameKind.AdvertisementIPv4)
        {
            return VrrpDatagram.TryOpenIPv4(frame.Bytes, out datagram);
        }

        return VrrpDatagram.TryOpenIPv6(
            frame.Bytes, frame.Source, frame.Destination, VrrpAdvertisement.RequiredHopLimit, isChecksumVerified: false, out datagram);
    }

    private void Transmit(byte priority, InternetAddress destination, NetworkPort? only)
    {
        AdvertisementImage image = _signer is null ? _network.Images.Get(_format!, Address, destination) : SignedImage(_signer, destination);
        ReadOnlySpan<byte> packet = image.Prepare(priority, _identification.Next());
        FrameKind kind = Service.Settings.Family == AddressFamily.InterNetwork ? FrameKind.AdvertisementIPv4 : FrameKind.AdvertisementIPv6;
        Frame frame = _network.Frames.Take();
        frame.Fill(kind, packet, Hardware, Address, destination);
        Port.Lan.Send(Port, frame, only);
    }

    private AdvertisementImage SignedImage(AdvertisementSigner signer, InternetAddress destination)
    {
        foreach (AdvertisementImage known in _signedImages)
        {
            if (known.Destination == destination)
            {
                return known;
            }
        }

        AdvertisementImage image = new(_format!, Address, destination, authentication: new(null, signer));
        _signedImages.Add(image);
        return image;
    }

    private void SendAnnouncements()
    {
        for (int i = 0; i < SimulatedService.AddressCount; i++)
        {
            if ((Installed & (1 << i)) != 0)
            {
                SendAnnouncement(Service.AddressOf(i));
            }
        }
    }

    private void SendAnnouncement(InternetAddress address)
    {
        Span<byte> hardware = stackalloc byte[6];
        WriteHardware(hardware, Hardware);
        Span<byte> bytes = stackalloc byte[UnsolicitedNeighborAdvertisement.EthernetFrameLength];
        int length = Service.Settings.Family == AddressFamily.InterNetwork
            ? GratuitousArp.WriteEthernetFrame(bytes, hardware, address)
            : UnsolicitedNeighborAdvertisement.WriteEthernetFrame(bytes, hardware, address, isRouter: true);
        Frame frame = _network.Frames.Take();
        frame.Fill(FrameKind.Announcement, bytes[..length], Hardware, Address, default);
        Port.Lan.Send(Port, frame, null);
    }

    private EquatableArray<UnicastPeer> Peers()
    {
        List<UnicastPeer> peers = [];
        foreach (SimulatedRouter peer in Service.Routers)
        {
            if (peer != this)
            {
                peers.Add(new UnicastPeer(peer.Address));
            }
        }

        return [.. peers];
    }

    private void Renew()
    {
        _format = new AdvertisementFormat
        {
            VirtualRouterId = Parameters.VirtualRouterId,
            Version = Parameters.Version,
            Family = Parameters.Family,
            Interval = Parameters.AdvertisementInterval,
            Addresses = Service.AddressesOf(AddressSet),
            Hmac = Service.Settings.Hmac,
        };
        _signedImages.Clear();
        if (_signer is not null)
        {
            _signer.Prepare(Service.Settings.Hmac!, _format, Address);
        }

        bool isUnicast = Service.Settings.IsUnicast;
        var rules = new ReceiveRules { Format = _format, IsUnicast = isUnicast, RequiresKnownPeer = isUnicast, Peers = isUnicast ? Peers() : [] };
        if (_receiver is null)
        {
            _receiver = new AdvertisementReceiver(rules, Core.Statistics);
        }
        else
        {
            _receiver.UpdateRules(rules);
        }
    }
}
