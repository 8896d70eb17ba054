using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Processes;

namespace Keepalived.Vrrp.Tracking;

/// <summary>The processes of the machine; the seam for tests.</summary>
internal interface IProcessSource : IDisposable
{
    /// <summary>Begins to tell of processes.</summary>
    /// <returns>The descriptor that is readable when there is news, -1 for a fake; null, with the reason, when there will be none.</returns>
    int? TryListen(out string reason);

    /// <summary>The processes there are. Any thread.</summary>
    List<int> All();

    /// <summary>The kernel's name of a process; empty when it is gone. Any thread.</summary>
    ReadOnlySpan<byte> ReadName(int processId, Span<byte> buffer);

    /// <summary>The command line of a process, a NUL behind each word. Any thread.</summary>
    ReadOnlySpan<byte> ReadCommandLine(int processId, Span<byte> buffer);

    /// <summary>Hands over the news.</summary>
    void OnReadable(IProcessEventHandler handler);
}

/// <summary>The proc connector and /proc.</summary>
internal sealed class KernelProcesses(NetlinkReceiveBuffer receiveBuffer) : IProcessSource
{
    private ProcessEvents? _events;

    public int? TryListen(out string reason)
    {
        _events = ProcessEvents.TryOpen(receiveBuffer, out Errno error);
        reason = error.Text();
        return _events?.Descriptor;
    }

    /// <summary>Changes how much news may be queued.</summary>
    public void SetReceiveBuffer(NetlinkReceiveBuffer receiveBuffer) => _events?.SetReceiveBuffer(receiveBuffer);

    public List<int> All() => ProcessList.All();

    public ReadOnlySpan<byte> ReadName(int processId, Span<byte> buffer) => ProcessList.ReadName(processId, buffer);

    public ReadOnlySpan<byte> ReadCommandLine(int processId, Span<byte> buffer) => ProcessList.ReadCommandLine(processId, buffer);

    public void OnReadable(IProcessEventHandler handler) => _events?.OnReadable(handler);

    public void Dispose() => _events?.Dispose();
}
