using System.Globalization;
using System.Text.RegularExpressions;
using Keepalived.Lab;
using Capture = Keepalived.Lab.Capture;

namespace Keepalived.Interop.Tests.Notifications;

/// <summary>Distances between successive advertisements of the quiet instances in a part of the run, in seconds.</summary>
internal sealed class Gaps
{
    private readonly (double Length, double At)[] _gaps;

    public Gaps(Capture capture, long from, long until) => _gaps =
    [
        .. capture.Advertisements.Where(advertisement => advertisement.VirtualRouter <= FloodNetwork.Quiet && advertisement.Time >= from && advertisement.Time < until)
            .GroupBy(advertisement => advertisement.VirtualRouter)
            .SelectMany(router => router.Zip(router.Skip(1), (earlier, later) => ((later.Time - earlier.Time) / 1e9, (later.Time - from) / 1e9)))
            .Order(),
    ];

    public int Count => _gaps.Length;

    public double Longest => _gaps[^1].Length;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} gaps, ms: shortest {At(0):0.00} median {At(0.5):0.00} p99 {At(0.99):0.00} longest {At(1):0.00} ({_gaps[^1].At:0.00} s after the beginning)");

    private double At(double share) => _gaps[(int)(share * (_gaps.Length - 1))].Length * 1e3;
}

/// <summary>Anonymous memory of a process over time, from /proc/PID/smaps_rollup.</summary>
internal sealed class MemoryLine : IDisposable
{
    private readonly string _file;
    private readonly Timer _timer;
    private readonly List<long> _samples = [];

    public MemoryLine(int process)
    {
        _file = $"/proc/{process}/smaps_rollup";
        _timer = new Timer(_ => Mark(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    /// <summary>The most so far, in octets.</summary>
    public long Peak
    {
        get
        {
            lock (_samples)
            {
                return _samples.Max();
            }
        }
    }

    /// <summary>Takes a sample.</summary>
    public long Mark()
    {
        lock (_samples)
        {
            var line = File.ReadLines(_file).First(line => line.StartsWith("Pss_Anon:", StringComparison.Ordinal));
            _samples.Add(1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
            return _samples[^1];
        }
    }

    public override string ToString()
    {
        lock (_samples)
        {
            return string.Join(' ', _samples.Select(bytes => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Takes no more samples from here on.</summary>
    public void Dispose()
    {
        using ManualResetEvent last = new(false);
        if (_timer.Dispose(last))
        {
            last.WaitOne();
        }
    }
}

/// <summary>What the log says was told: its lines of events, and how many more it kept back.</summary>
internal sealed partial class Account
{
    private readonly Dictionary<string, long> _counts = [];

    public Account(string log)
    {
        foreach (Match line in Line().Matches(log))
        {
            Add(line.Groups["kind"].Value, line.Groups["name"].Value, 1);
        }

        foreach (Match line in Kept().Matches(log))
        {
            Add(line.Groups["kind"].Value, line.Groups["name"].Value, long.Parse(line.Groups["count"].Value, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Events that FIFOs are told of.</summary>
    public long Lines => Count("vrrp_instance") + Count("vrrp_group") + Count("vrrp_priority");

    /// <summary>Events that scripts are told of.</summary>
    public long Scripts => Lines - Count("quiet");

    /// <summary>Events that mail is about.</summary>
    public long Mails => Scripts - Count("vrrp_priority");

    public override string ToString() => string.Join(", ", _counts.Select(count => $"{count.Key} {count.Value}"));

    [GeneratedRegex(@"event=(?<kind>vrrp_\w+) sequence=\d+ (instance|group)=(?<name>\w+)")]
    private static partial Regex Line();

    [GeneratedRegex(@"(?<count>\d+) more events (?<kind>vrrp_\w+) of (?<name>\w+)")]
    private static partial Regex Kept();

    private void Add(string kind, string name, long count)
    {
        _counts[kind] = Count(kind) + count;
        if (name[0] == 'V' && int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture) <= FloodNetwork.Quiet)
        {
            _counts["quiet"] = Count("quiet") + count;
        }
    }

    private long Count(string kind) => _counts.GetValueOrDefault(kind);
}
