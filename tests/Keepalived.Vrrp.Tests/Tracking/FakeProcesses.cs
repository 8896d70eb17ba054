using System.Text;
using Keepalived.Linux.Processes;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary>Processes that exist only in a test: each is a command line.</summary>
internal sealed class FakeProcesses : IProcessSource
{
    private readonly Queue<Action<IProcessEventHandler>> _news = new();

    public SortedDictionary<int, string> Running { get; } = [];

    /// <summary>The kernel tells of processes.</summary>
    public bool Tells { get; init; } = true;

    public Action? Ready { get; set; }

    public int Descriptor => 3100;

    public int? TryListen(out string reason)
    {
        reason = "ECONNREFUSED";
        return Tells ? Descriptor : null;
    }

    public List<int> All() => [.. Running.Keys];

    public ReadOnlySpan<byte> ReadName(int processId, Span<byte> buffer) =>
        Running.TryGetValue(processId, out string? line) ? Encoding.UTF8.GetBytes(Path.GetFileName(line.Split(' ')[0])) : default;

    public ReadOnlySpan<byte> ReadCommandLine(int processId, Span<byte> buffer) =>
        Running.TryGetValue(processId, out string? line) ? Encoding.UTF8.GetBytes(line.Replace(' ', '\0') + "\0") : default;

    public void OnReadable(IProcessEventHandler handler)
    {
        while (_news.TryDequeue(out Action<IProcessEventHandler>? news))
        {
            news(handler);
        }
    }

    public void Fork(int parent, int child)
    {
        Running[child] = Running[parent];
        Tell(handler => handler.Forked(parent, child));
    }

    public void Execute(int process, string line)
    {
        Running[process] = line;
        Tell(handler => handler.Executed(process));
    }

    public void Exit(int process)
    {
        Running.Remove(process);
        Tell(handler => handler.Exited(process));
    }

    public void Overrun() => Tell(handler => handler.Overrun());

    public void Dispose()
    {
    }

    private void Tell(Action<IProcessEventHandler> news)
    {
        if (Tells)
        {
            _news.Enqueue(news);
            Ready?.Invoke();
        }
    }
}
