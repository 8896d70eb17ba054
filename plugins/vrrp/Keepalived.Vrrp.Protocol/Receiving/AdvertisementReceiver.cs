using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// Judges the packets of one virtual router: every check of RFC 9568 section 7.1 (RFC 3768 section 7.1) and of the
/// configuration, in the order keepalived makes them, because the order decides which counter a bad packet is charged to.
/// No I/O, nothing allocated. A trailer is recognised by length, where auth_hmac is configured; elsewhere it is a wrong length.
/// </summary>
public sealed class AdvertisementReceiver
{
    /// <summary>Payload bytes of the shortest Ethernet frame: below it the link pads, and a raw socket may show the padding.</summary>
    private const int MinimumEthernetPayload = 46;

    private readonly VrrpStatistics _statistics;
    private readonly byte[] _authenticationData = new byte[VrrpAdvertisement.AuthenticationLength];
    private byte[] _addresses = [];
    private ReceiveFinding _reported;
    private int _reportEpoch;
    private ChecksumCompatibility _checksums;
    private SecurityAssociation? _association;
    private TrailerVerifier? _verifier;

    /// <summary>Makes a receiver.</summary>
    /// <param name="rules">What is demanded.</param>
    /// <param name="statistics">The router's counters.</param>
    public AdvertisementReceiver(ReceiveRules rules, VrrpStatistics statistics)
    {
        _statistics = statistics;
        Rules = rules;
        Prepare();
    }

    /// <summary>The rules in force.</summary>
    public ReceiveRules Rules { get; private set; }

    /// <summary>What checksums of sent packets shall cover: the configured way, or the old one once a peer was seen to use it.</summary>
    public ChecksumCoverage Coverage => _checksums.Coverage(Rules);

    /// <summary>Password and sequence of <c>auth_type AH</c>, which sending shares; null without.</summary>
    public SecurityAssociation? Association => _association;

    /// <summary>Takes new rules after a reload; what was learned about the peers (checksum, sequence, stamps) stays.</summary>
    public void UpdateRules(ReceiveRules rules)
    {
        Rules = rules;
        Prepare();
    }

    /// <summary>Judges one packet and counts it.</summary>
    public ReceiveVerdict Check(in VrrpDatagram datagram, in ReceiverContext context)
    {
        ReceiveVerdict verdict = Judge(datagram, context);
        Count(verdict.Dropped);
        if (_reportEpoch != context.ReportEpoch)
        {
            _reportEpoch = context.ReportEpoch;
            _reported = ReceiveFinding.None;
        }

        ReceiveFinding findings = verdict.Dropped | verdict.Warnings;
        ReceiveFinding news = findings & ~_reported;
        _reported |= findings;
        return verdict with { ToReport = news };
    }

    private ReceiveVerdict Judge(in VrrpDatagram datagram, in ReceiverContext context)
    {
        AdvertisementFormat format = Rules.Format;
        // 1
        if (datagram.AuthenticationHeader.IsEmpty == format.UsesAuthenticationHeader)
        {
            return Drop(ReceiveFinding.AuthenticationHeader, expected: format.UsesAuthenticationHeader ? 1 : 0);
        }

        // 2: measured as a packet of our own version, so that the counters agree with keepalived's.
        int length = VrrpAdvertisement.LengthOf(
            format.Version, format.Family, datagram.Message[VrrpAdvertisement.AddressCountOffset]);
        int packetLength = datagram.Packet.Length;
        int expectedLength = packetLength - datagram.Message.Length + length;
        // 3: a trailer is recognised by length; one that nobody asked for is a wrong length.
        bool hasTrailer = format.Hmac is not null && packetLength == expectedLength + AuthenticationTrailer.Length;
        expectedLength += hasTrailer ? AuthenticationTrailer.Length : 0;
        bool isPadded = format.Family == AddressFamily.InterNetwork
            && packetLength > expectedLength && packetLength <= MinimumEthernetPayload;
        if (packetLength != expectedLength && !isPadded)
        {
            return Drop(ReceiveFinding.Length, packetLength, expectedLength);
        }

        VrrpAdvertisement advertisement = VrrpAdvertisement.Measured(datagram.Message[..length], format.Family);
        // 4
        if (datagram.Destination.IsMulticast && datagram.HopLimit != VrrpAdvertisement.RequiredHopLimit)
        {
            return Drop(ReceiveFinding.HopLimit, datagram.HopLimit, VrrpAdvertisement.RequiredHopLimit);
        }

        // 5
        if (advertisement.Version != format.Version)
        {
            return Drop(ReceiveFinding.Version, (int)advertisement.Version, (int)format.Version);
        }

        // 6
        ReceiveFinding warnings = ReceiveFinding.None;
        if (format.Hmac is { } hmac
            && JudgeTrailer(hmac, datagram, advertisement, hasTrailer, context, ref warnings) is { IsAccepted: false } unsigned)
        {
            return unsigned;
        }

        // 7, 8
        if (format.Version == VrrpVersion.Version2 && JudgeVersion2(datagram, advertisement) is { IsAccepted: false } refused)
        {
            return refused;
        }

        return JudgeContent(datagram, advertisement, expectedLength, warnings, context);
    }

    private ReceiveVerdict JudgeTrailer(
        HmacSettings hmac,
        in VrrpDatagram datagram,
        in VrrpAdvertisement advertisement,
        bool hasTrailer,
        in ReceiverContext context,
        ref ReceiveFinding warnings)
    {
        if (!hasTrailer)
        {
            return hmac.Mode == HmacMode.Enforce ? Drop(ReceiveFinding.TrailerMissing) : default;
        }

        ReadOnlySpan<byte> trailer = datagram.Message[^AuthenticationTrailer.Length..];
        ReceiveFinding finding = _verifier!.Judge(advertisement.Message, trailer, datagram.Source, context.WallClock, out TimeSpan skew);
        if (finding != ReceiveFinding.None)
        {
            return finding == ReceiveFinding.TrailerStale
                ? Drop(finding, Milliseconds(skew), Milliseconds(hmac.TimeWindow ?? default))
                : Drop(finding, trailer[AuthenticationTrailer.KeyIdOffset]);
        }

        if (hmac.TimeWindow is { } window && skew.Duration() > window / 2)
        {
            warnings |= ReceiveFinding.ClockSkew;
        }

        return default;
    }

    private ReceiveVerdict JudgeVersion2(in VrrpDatagram datagram, in VrrpAdvertisement advertisement)
    {
        AdvertisementFormat format = Rules.Format;
        VrrpAuthenticationType type = advertisement.AuthenticationType;
        if (type > VrrpAuthenticationType.AuthenticationHeader)
        {
            return Drop(ReceiveFinding.InvalidAuthenticationType, (int)type, (int)format.AuthenticationType);
        }

        if (type != format.AuthenticationType)
        {
            return Drop(ReceiveFinding.AuthenticationTypeMismatch, (int)type, (int)format.AuthenticationType);
        }

        if (type == VrrpAuthenticationType.Password && !advertisement.AuthenticationData.SequenceEqual(_authenticationData))
        {
            return Drop(ReceiveFinding.AuthenticationFailure);
        }

        if (_association?.Judge(datagram, Rules.IsUnicast) is { } finding and not ReceiveFinding.None)
        {
            return Drop(finding);
        }

        return advertisement.Interval == format.Interval
            ? default
            : Drop(ReceiveFinding.Interval, Milliseconds(advertisement.Interval), Milliseconds(format.Interval));
    }

    private ReceiveVerdict JudgeContent(
        in VrrpDatagram datagram, in VrrpAdvertisement advertisement, int expectedLength, ReceiveFinding warnings, in ReceiverContext context)
    {
        // 9
        int type = advertisement.Message[0] & 0x0F;
        if (type != VrrpAdvertisement.TypeAdvertisement)
        {
            return Drop(ReceiveFinding.Type, type, VrrpAdvertisement.TypeAdvertisement);
        }

        // 10
        if (datagram.StatedLength != expectedLength)
        {
            return Drop(ReceiveFinding.StatedLength, datagram.StatedLength, expectedLength);
        }

        // 11
        if (advertisement.Interval != Rules.Format.Interval)
        {
            warnings |= ReceiveFinding.DifferentInterval;
        }

        // 12: over the trailer too in IPv6, where the kernel makes the checksum.
        ReadOnlySpan<byte> covered = datagram.Family == AddressFamily.InterNetworkV6 ? datagram.Message : advertisement.Message;
        if (!datagram.IsChecksumVerified && !_checksums.Verify(Rules, datagram, covered, ref warnings))
        {
            return Drop(ReceiveFinding.Checksum);
        }

        // 13
        if (datagram.Destination.IsMulticast == Rules.IsUnicast)
        {
            return Drop(ReceiveFinding.Destination, expected: Rules.IsUnicast ? 1 : 0);
        }

        // 14
        if (Rules.OwnerIgnoresAdvertisements)
        {
            return Drop(ReceiveFinding.OwnerIgnores);
        }

        _statistics.AdvertisementsReceived++;
        return JudgeSender(datagram, advertisement, warnings, context);
    }

    private ReceiveVerdict JudgeSender(
        in VrrpDatagram datagram, in VrrpAdvertisement advertisement, ReceiveFinding warnings, in ReceiverContext context)
    {
        // 15
        bool isTrusted = Rules.TrustsAddressListOfKnownMaster && !context.IsMaster && context.KnownMaster == datagram.Source;
        if (!isTrusted && !MatchesAddresses(advertisement))
        {
            _statistics.AddressListErrors++;
            warnings |= ReceiveFinding.AddressList;
        }

        // 16
        if (Rules.IsUnicast && Rules.RequiresKnownPeer && JudgePeer(datagram) is { IsAccepted: false } refused)
        {
            return refused;
        }

        return new ReceiveVerdict
        {
            Warnings = warnings,
            Advertisement = new ReceivedAdvertisement(datagram.Source, advertisement.Priority, advertisement.Interval),
        };
    }

    private ReceiveVerdict JudgePeer(in VrrpDatagram datagram)
    {
        foreach (UnicastPeer peer in Rules.Peers.AsSpan())
        {
            if (peer.Address == datagram.Source)
            {
                return datagram.HopLimit >= peer.MinimumTtl && datagram.HopLimit <= peer.MaximumTtl
                    ? default
                    : Drop(ReceiveFinding.PeerHopLimit, datagram.HopLimit, peer.MinimumTtl);
            }
        }

        return Drop(ReceiveFinding.UnknownPeer);
    }

    // The same addresses in any order. Peers mostly have the same order, so one comparison of bytes settles it.
    private bool MatchesAddresses(in VrrpAdvertisement advertisement)
    {
        ReadOnlySpan<byte> received = advertisement.Addresses;
        if (received.SequenceEqual(_addresses))
        {
            return true;
        }

        if (received.Length != _addresses.Length)
        {
            return false;
        }

        foreach (InternetAddress own in Rules.Format.Addresses.AsSpan())
        {
            if (!Contains(advertisement, own))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Contains(in VrrpAdvertisement advertisement, InternetAddress address)
    {
        for (int i = 0; i < advertisement.AddressCount; i++)
        {
            if (advertisement.AddressAt(i) == address)
            {
                return true;
            }
        }

        return false;
    }

    private void Prepare()
    {
        AdvertisementFormat format = Rules.Format;
        _addresses = new byte[format.Addresses.Count * VrrpAdvertisement.AddressLengthOf(format.Family)];
        format.WriteAddresses(_addresses);
        format.WriteAuthenticationData(_authenticationData);
        PrepareAuthentication(format);
    }

    // Both come to life where they are configured, and only there: most routers never load what they need.
    private void PrepareAuthentication(AdvertisementFormat format)
    {
        if (format is { UsesAuthenticationHeader: true, Password: { } password })
        {
            _association ??= new SecurityAssociation(password);
            _association.UpdatePassword(password);
        }
        else
        {
            _association = null;
        }

        if (format.Hmac is { } hmac)
        {
            _verifier ??= new TrailerVerifier();
            _verifier.Prepare(hmac, Rules);
        }
        else
        {
            _verifier = null;
        }
    }

    private void Count(ReceiveFinding dropped)
    {
        switch (dropped)
        {
            case ReceiveFinding.Length or ReceiveFinding.StatedLength: _statistics.LengthErrors++; break;
            case ReceiveFinding.HopLimit or ReceiveFinding.PeerHopLimit: _statistics.TtlErrors++; break;
            case ReceiveFinding.Version: _statistics.VersionErrors++; break;
            case ReceiveFinding.InvalidAuthenticationType: _statistics.InvalidAuthenticationTypes++; break;
            case ReceiveFinding.TrailerMissing: _statistics.TrailersMissing++; break;
            case ReceiveFinding.TrailerMalformed: _statistics.TrailersMalformed++; break;
            case ReceiveFinding.TrailerStale: _statistics.TrailersStale++; break;
            case ReceiveFinding.TrailerUnknownKey: _statistics.TrailersOfUnknownKeys++; break;
            case ReceiveFinding.TrailerDigest: _statistics.TrailersWithWrongDigest++; break;
            case ReceiveFinding.TrailerReplay: _statistics.TrailersReplayed++; break;
            case ReceiveFinding.AuthenticationHeader or ReceiveFinding.AuthenticationTypeMismatch: _statistics.AuthenticationTypeMismatches++; break;
            case ReceiveFinding.AuthenticationFailure or ReceiveFinding.AuthenticationSequence or ReceiveFinding.AuthenticationDigest: _statistics.AuthenticationFailures++; break;
            case ReceiveFinding.Interval: _statistics.IntervalErrors++; break;
            case ReceiveFinding.Type: _statistics.InvalidTypes++; break;
            case ReceiveFinding.Checksum: _statistics.ChecksumErrors++; break;
            case ReceiveFinding.Destination: _statistics.DestinationErrors++; break;
            case ReceiveFinding.OwnerIgnores: _statistics.OwnerIgnored++; break;
            case ReceiveFinding.UnknownPeer: _statistics.UnknownPeers++; break;
            default: break;
        }
    }

    private static ReceiveVerdict Drop(ReceiveFinding reason, int found = 0, int expected = 0) =>
        new() { Dropped = reason, Found = found, Expected = expected };

    // Time stamps may be decades off.
    private static int Milliseconds(TimeSpan interval) =>
        (int)Math.Clamp(interval.Ticks / TimeSpan.TicksPerMillisecond, int.MinValue, int.MaxValue);
}
