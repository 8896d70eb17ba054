using System.Globalization;

namespace Keepalived.Vrrp.Addresses;

/// <summary>
/// Who removed something of ours, as far as the kernel tells: its news carry the netlink port of who asked (not for IPv6 addresses, nor
/// for what is done by ioctl). A program's first socket has its process id for a port, and libnl puts a number above it.
/// </summary>
internal static class RemovalAuthor
{
    private const uint LargestProcessId = (1 << 22) - 1;
    private const uint FirstRandomPort = 0x80000000;

    /// <summary>Words for the log. Reads a file of /proc.</summary>
    public static string Describe(uint senderPort)
    {
        uint process = senderPort & LargestProcessId;
        if (senderPort == 0)
        {
            return "somebody else (the kernel does not say who)";
        }

        if (senderPort >= FirstRandomPort || process == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"a process with netlink port {senderPort}");
        }

        string name = NameOf(process) is { } found ? $"({found})" : "(which has ended)";
        return string.Create(CultureInfo.InvariantCulture, $"process {process} {name}");
    }

    private static string? NameOf(uint process)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/comm")).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
