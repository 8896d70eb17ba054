using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// How this router's checksums are made and believed: the standard, or one of the two ways of old peers. Remembers whether
/// a peer was seen that only knows the old unicast way.
/// </summary>
internal struct ChecksumCompatibility
{
    private bool _sawOldUnicast;

    /// <summary>What the checksums of sent packets cover, and those of received ones at first try.</summary>
    public readonly ChecksumCoverage Coverage(ReceiveRules rules)
    {
        AdvertisementFormat format = rules.Format;
        if (!HasOptionalPseudoHeader(format))
        {
            return ChecksumCoverage.Standard;
        }

        if (format.Version3ChecksumAsVersion2)
        {
            return ChecksumCoverage.WithoutPseudoHeader;
        }

        bool isOld = format.OldUnicastChecksum == OldUnicastChecksum.Always
            || (format.OldUnicastChecksum == OldUnicastChecksum.Automatic && _sawOldUnicast);
        return rules.IsUnicast && isOld ? ChecksumCoverage.MulticastPseudoHeader : ChecksumCoverage.Standard;
    }

    /// <summary>Is the checksum right? Adds a warning when it is right in a way not seen before.</summary>
    public bool Verify(ReceiveRules rules, in VrrpDatagram datagram, ReadOnlySpan<byte> message, ref ReceiveFinding warnings)
    {
        ChecksumCoverage coverage = Coverage(rules);
        if (coverage == ChecksumCoverage.WithoutPseudoHeader || Matches(rules, datagram, message, coverage))
        {
            return true;
        }

        bool triesOtherWay = rules.IsUnicast
            && rules.Format.OldUnicastChecksum == OldUnicastChecksum.Automatic
            && HasOptionalPseudoHeader(rules.Format);
        if (!triesOtherWay)
        {
            return false;
        }

        if (_sawOldUnicast)
        {
            // The peer was upgraded, or there are peers of both kinds. We go on in the old way, which both understand.
            return Matches(rules, datagram, message, ChecksumCoverage.Standard);
        }

        _sawOldUnicast = Matches(rules, datagram, message, ChecksumCoverage.MulticastPseudoHeader);
        warnings |= _sawOldUnicast ? ReceiveFinding.OldUnicastChecksum : ReceiveFinding.None;
        return _sawOldUnicast;
    }

    private static bool Matches(ReceiveRules rules, in VrrpDatagram datagram, ReadOnlySpan<byte> message, ChecksumCoverage coverage) =>
        AdvertisementChecksum.Verify(message, rules.Format.Version, datagram.Source, datagram.Destination, coverage);

    private static bool HasOptionalPseudoHeader(AdvertisementFormat format) =>
        format.Version == VrrpVersion.Version3 && format.Family == AddressFamily.InterNetwork;
}
