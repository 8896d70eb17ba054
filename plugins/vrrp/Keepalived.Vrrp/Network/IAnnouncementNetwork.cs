using Keepalived.Linux;

namespace Keepalived.Vrrp.Network;

/// <summary>Sends link-layer frames; the seam for tests.</summary>
internal interface IAnnouncementNetwork : IDisposable
{
    /// <summary>Room for one frame in the batch; flushes first when the batch is full.</summary>
    /// <param name="interfaceIndex">Where it leaves.</param>
    /// <param name="length">Its length.</param>
    Span<byte> Reserve(int interfaceIndex, int length);

    /// <summary>Sends the batch.</summary>
    /// <returns>The first failure.</returns>
    Errno Flush();
}
