using System.Globalization;

namespace Keepalived.Vrrp.Addresses;

/// <summary>
/// How often one address, route or rule was put back after others had removed it. Whoever removes it as often as it is put back costs a
/// change a second and, after the first lines, a line a minute.
/// </summary>
internal struct Restorations
{
    /// <summary>Least time between two.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Peace = TimeSpan.FromMinutes(10);

    private const int AlwaysLogged = 3;

    private MonotonicTime _first;
    private MonotonicTime _last;
    private MonotonicTime _logged;
    private int _count;

    /// <summary>When it may be put back: now, or when <see cref="Interval"/> has passed since the last time.</summary>
    public readonly MonotonicTime Earliest(MonotonicTime now) => _count == 0 || now >= _last + Interval ? now : _last + Interval;

    /// <summary>Counts one.</summary>
    /// <returns>Whether it is worth a line.</returns>
    public bool Count(MonotonicTime now)
    {
        if (_count == 0 || now >= _last + Peace)
        {
            (_count, _first) = (0, now);
        }

        _count = Math.Min(_count, int.MaxValue - 1) + 1;
        _last = now;
        if (_count > AlwaysLogged && now < _logged + LogInterval)
        {
            return false;
        }

        _logged = now;
        return true;
    }

    /// <summary>How often, for the end of the line: nothing for the first time.</summary>
    public override readonly string ToString() =>
        _count <= 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", for the {_count}. time in {(_last - _first).TotalSeconds:0.#} s");
}
