using System.Globalization;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Runtime;

/// <summary>
/// How long advertisements are neither heard nor sent: <c>vrrp_startup_delay</c> after the start of the process, and
/// <c>vrrp_delay_after_boot</c> after that of the machine, whichever ends later.
/// </summary>
internal static class StartupSilence
{
    private const string UptimeFile = "/proc/uptime";

    /// <summary>The silence that is still to be kept from now on.</summary>
    public static TimeSpan Of(GlobalSettings globals) =>
        globals.DelayAfterBoot == TimeSpan.Zero ? globals.StartupDelay : Of(globals, ReadUptime(File.ReadAllText(UptimeFile)));

    /// <summary>The same, on a machine that has been up for so long.</summary>
    public static TimeSpan Of(GlobalSettings globals, TimeSpan uptime)
    {
        TimeSpan untilBootIsOver = globals.DelayAfterBoot - uptime;
        return untilBootIsOver > globals.StartupDelay ? untilBootIsOver : globals.StartupDelay;
    }

    /// <summary>Reads proc(5)'s uptime: seconds since boot, a blank, idle seconds.</summary>
    public static TimeSpan ReadUptime(string text)
    {
        int end = text.IndexOf(' ', StringComparison.Ordinal);
        string seconds = end < 0 ? text : text[..end];
        return double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? TimeSpan.FromSeconds(value) : TimeSpan.MaxValue;
    }
}
