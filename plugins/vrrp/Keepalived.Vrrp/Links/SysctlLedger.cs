using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Links;

/// <summary>The kernel's settings of interfaces under <c>/proc/sys/net</c>; the seam for tests.</summary>
internal interface ISysctls
{
    /// <summary>Reads a setting; null when there is none.</summary>
    string? Read(string name);

    /// <summary>Writes a setting; null when that worked, else why not.</summary>
    string? Write(string name, string value);

    /// <summary>The interfaces that <c>net/ipv4/conf</c> has, <c>all</c> and <c>default</c> among them.</summary>
    IEnumerable<string> Interfaces();
}

/// <summary>Over the files.</summary>
internal sealed class KernelSysctls : ISysctls
{
    private const string Root = "/proc/sys/net/";

    public string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Root + name).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public string? Write(string name, string value)
    {
        try
        {
            File.WriteAllText(Root + name, value);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    public IEnumerable<string> Interfaces()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(Root + "ipv4/conf").Select(path => Path.GetFileName(path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>
/// Settings of the kernel that instances need changed for as long as they run. Each is saved before the first change and restored when the
/// last instance that needs it has gone.
/// </summary>
internal sealed class SysctlLedger(ISysctls sysctls, ILogger logger)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private bool _reverseFilterMoved;

    /// <summary>Sets something on an interface of our own, which goes and takes it along.</summary>
    public void Set(string name, string value)
    {
        if (sysctls.Read(name) is { } old && old != value && sysctls.Write(name, value) is { } reason)
        {
            VrrpLog.SysctlFailed(logger, name, value, reason);
        }
    }

    /// <summary>Sets something until <see cref="Release"/> has been called as often as this.</summary>
    public void Hold(string name, string value)
    {
        if (_entries.TryGetValue(name, out Entry? entry))
        {
            entry.Users++;
        }
        else if (sysctls.Read(name) is { } old)
        {
            _entries.Add(name, new Entry(old) { Users = 1 });
        }

        // Also when it is held: the interface may have been made anew.
        Set(name, value);
    }

    /// <summary>Gives up what <see cref="Hold"/> asked for.</summary>
    public void Release(string name)
    {
        if (_entries.TryGetValue(name, out Entry? entry) && --entry.Users == 0)
        {
            _entries.Remove(name);
            Set(name, entry.Original);
        }
    }

    /// <summary>
    /// Moves a reverse path filter of the whole system to each interface, where the larger of the two holds anyway: only then can an interface
    /// of our own do without.
    /// </summary>
    public void MoveReverseFilter()
    {
        const string All = "ipv4/conf/all/rp_filter";
        if (_reverseFilterMoved || sysctls.Read(All) is not { } all || all == "0")
        {
            return;
        }

        _reverseFilterMoved = true;
        foreach (string name in sysctls.Interfaces())
        {
            string own = $"ipv4/conf/{name}/rp_filter";
            if (name != "all" && sysctls.Read(own) is { } value && string.CompareOrdinal(value, all) < 0)
            {
                Hold(own, all);
            }
        }

        Hold(All, "0");
    }

    /// <summary>Restores everything.</summary>
    public void RestoreAll()
    {
        foreach ((string name, Entry entry) in _entries)
        {
            Set(name, entry.Original);
        }

        _entries.Clear();
        _reverseFilterMoved = false;
    }

    private sealed class Entry(string original)
    {
        public string Original { get; } = original;

        public int Users { get; set; }
    }
}
