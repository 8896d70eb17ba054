using Keepalived.Bfd.Protocol;
using Keepalived.Linux;

namespace Keepalived.Bfd.Network;

/// <summary>Told of datagrams. The bytes are valid during the call only.</summary>
internal interface IBfdDatagramHandler
{
    /// <summary>A datagram came to the port of control packets.</summary>
    void Received(ReadOnlySpan<byte> payload, NeighborPath source, BfdArrival arrival);

    /// <summary>A datagram came back to, or was sent for the first time to, the port of echo packets (RFC 5881 section 4).</summary>
    void EchoReceived(ReadOnlySpan<byte> payload);

    /// <summary>Whether echo packets of this neighbour are returned to it.</summary>
    bool ReturnsEchoOf(NeighborPath neighbor);
}

/// <summary>The sockets that sessions need; the seam for tests in virtual time.</summary>
internal interface IBfdNetwork : IDisposable
{
    /// <summary>Set before the first path is opened.</summary>
    IBfdDatagramHandler? Handler { set; }

    /// <summary>Opens what a session sends through, and the socket that it is heard on unless another session has it already.</summary>
    /// <param name="settings">The session.</param>
    /// <param name="trouble">Why there is none.</param>
    IBfdPath? Open(BfdSessionSettings settings, out string? trouble);
}

/// <summary>What one session sends through.</summary>
internal interface IBfdPath : IDisposable
{
    /// <summary>The source port of control packets, 49152..65535 (RFC 5881 section 4).</summary>
    int SourcePort { get; }

    /// <summary>Sends a control packet.</summary>
    Errno Send(ReadOnlySpan<byte> packet);

    /// <summary>Sends an echo packet.</summary>
    Errno SendEcho(ReadOnlySpan<byte> packet);

    /// <summary>Echo packets end; when they begin again the way may be another one.</summary>
    void ForgetEcho();
}
