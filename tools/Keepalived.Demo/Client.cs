using System.Collections.Concurrent;
using Keepalived.Lab;

namespace Keepalived.Demo;

/// <summary>An answered request: when the answer was complete, and who gave it.</summary>
internal readonly record struct Answer(long Time, string Who);

/// <summary>A client that asks the virtual address again and again, from a namespace of its own, and remembers who answered when.</summary>
internal sealed class Client : IAsyncDisposable
{
    private readonly ConcurrentQueue<Answer> _answers = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private int _failures;

    public Client(Host host, string address)
    {
        _thread = host.Enter(
            () =>
            {
                while (!_stopping)
                {
                    // A short limit: a request that meets the gap is given up at once and asked anew.
                    if (WebClient.Fetch(address, 80, TimeSpan.FromMilliseconds(60)) is { Length: > 0 } who)
                    {
                        _answers.Enqueue(new Answer(Native.RealTime(), who));
                    }
                    else
                    {
                        Interlocked.Increment(ref _failures);
                    }

                    Thread.Sleep(4);
                }
            },
            "client");
        host.Lan.Own(this);
    }

    public int Count => _answers.Count;

    public int Failures => _failures;

    /// <summary>The answers complete at or after <paramref name="time"/>, oldest first.</summary>
    public List<Answer> Since(long time) => [.. _answers.Where(answer => answer.Time >= time)];

    /// <summary>Waits until somebody called <paramref name="who"/> has answered after <paramref name="time"/>.</summary>
    public Task Hears(string who, long time) => Wait.Until(
        $"the client gets an answer from {who}", TimeSpan.FromSeconds(15), () => Since(time).Any(answer => answer.Who == who));

    /// <summary>The change to <paramref name="winner"/> after <paramref name="time"/>: the last answer before it and the winner's first.</summary>
    public (Answer Before, Answer After) ChangeTo(string winner, long time)
    {
        var answers = Since(time - 500_000_000);
        var first = answers.FindIndex(answer => answer.Time >= time && answer.Who == winner);
        return (answers[first - 1], answers[first]);
    }

    public ValueTask DisposeAsync()
    {
        _stopping = true;
        _thread.Join(3000);
        return ValueTask.CompletedTask;
    }
}
