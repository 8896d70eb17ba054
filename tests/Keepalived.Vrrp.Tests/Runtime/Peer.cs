using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>Another router with the configuration of a lab's only instance, or a changed one, whose advertisements the lab hears.</summary>
internal sealed class Peer
{
    private readonly Lab _lab;
    private readonly AdvertisementFormat _format;
    private readonly InternetAddress _source;
    private readonly SecurityAssociation? _association;
    private readonly AdvertisementSigner? _signer;

    public Peer(Lab lab, string source = "10.0.0.2", Func<AdvertisementFormat, AdvertisementFormat>? change = null)
    {
        _lab = lab;
        AdvertisementFormat format = lab.Only.Settings.ToFormat();
        _format = change is null ? format : change(format);
        _source = InternetAddress.Parse(source);
        _association = _format.UsesAuthenticationHeader ? new SecurityAssociation(_format.Password!) : null;
        if (_format.IsSigned)
        {
            _signer = new AdvertisementSigner();
            _signer.Prepare(_format.Hmac!, _format, _source);
        }
    }

    /// <summary>How far this router's clock is ahead.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Sends an advertisement; what was sent.</summary>
    public byte[] Say(byte priority, byte ttl = 255, ChecksumCoverage coverage = ChecksumCoverage.Standard)
    {
        _signer?.Sign(priority, _lab.Loop.UtcNow + Ahead);
        InternetAddress destination = _lab.Only.Settings.IsUnicast ? _lab.Only.Router.Source!.Value : _lab.Only.Settings.MulticastGroup;
        AdvertisementImage image = new(_format, _source, destination, ttl, coverage, new(_association, _signer));
        byte[] packet = image.Prepare(priority, 1).ToArray();
        Repeat(packet);
        return packet;
    }

    /// <summary>Sends something that was sent before.</summary>
    public void Repeat(byte[] packet)
    {
        _lab.Channel.Deliver(packet);
        _lab.Advance(0);
    }
}
