using Keepalived.Bfd.Protocol;

namespace Keepalived.Bfd.Runtime;

/// <summary>Reasons to drop a packet in words that tell an operator where to look.</summary>
internal static class DropReasonText
{
    public static string Describe(this BfdDropReason reason) => reason switch
    {
        BfdDropReason.Version => "it is not of version 1",
        BfdDropReason.Length or BfdDropReason.LengthBeyondPayload => "its length is wrong",
        BfdDropReason.DetectMultiplierZero => "its detection multiplier is 0",
        BfdDropReason.Multipoint => "it is of a multipoint session",
        BfdDropReason.MyDiscriminatorZero => "it has no discriminator of its sender",
        BfdDropReason.YourDiscriminatorZero => "it claims to hear us and does not say whom",
        BfdDropReason.PollAndFinal => "it asks and answers at once",
        BfdDropReason.UnknownDiscriminator => "it is for a session that there is not (any more)",
        BfdDropReason.UnknownNeighbor => "no bfd_instance has that neighbour",
        BfdDropReason.WrongPort => "it came to the port of the other kind of session; both sides must say multihop, or neither",
        BfdDropReason.TimeToLive => "it came over too many hops, or the neighbour sends with a lower ttl; see ttl and max_hops",
        BfdDropReason.AuthenticationUnexpected => "it is authenticated, and there is no auth_type here",
        BfdDropReason.AuthenticationMissing => "it is not authenticated",
        BfdDropReason.AuthenticationType => "it is authenticated in another way; compare auth_type",
        BfdDropReason.AuthenticationLength => "its authentication has a wrong length",
        BfdDropReason.AuthenticationKey => "its key id is not configured; compare auth_key",
        BfdDropReason.AuthenticationSequence => "its sequence number is not the next: a repetition",
        BfdDropReason.AuthenticationDigest => "its password or digest is wrong; compare auth_key",
        BfdDropReason.NotRunning => "the session is administratively down",
        _ => reason.ToString(),
    };
}
