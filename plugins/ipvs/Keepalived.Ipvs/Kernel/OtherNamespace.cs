using System.Globalization;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Linux.Resources;

namespace Keepalived.Ipvs;

/// <summary>
/// <c>net_namespace_ipvs</c>: opens what belongs to another network namespace. A socket stays where it was opened, so the loop's thread goes
/// there for the moment of opening only; checks and everything else stay at home.
/// </summary>
internal static class OtherNamespace
{
    private const string Own = "/proc/thread-self/ns/net";

    /// <summary>Opens something in a namespace.</summary>
    /// <param name="name">Name of the namespace; empty = the one that the daemon was started in; null = this process's own.</param>
    /// <param name="open">What opens it.</param>
    /// <exception cref="LinuxException">No such namespace, or no permission; or whatever <paramref name="open"/> throws.</exception>
    public static T Open<T>(string? name, Func<T> open)
    {
        if (name is null || (name.Length > 0 ? $"/run/netns/{name}" : StartingNamespace()) is not { } path)
        {
            return open();
        }

        using LinuxFile home = LinuxFile.Open(Own, OpenFlags.ReadOnly);
        NetworkNamespace.Enter(path);
        try
        {
            return open();
        }
        finally
        {
            NetworkNamespace.Enter(home.Descriptor, "of this process");
        }
    }

    /// <summary>
    /// The namespace that the daemon was started in; null when that is this one. With <c>net_namespace</c> the parent moves only the thread that
    /// starts children: its other threads have never left.
    /// </summary>
    private static string? StartingNamespace()
    {
        string own = Identity(Own);
        string tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{ParentProcess()}/task");
        foreach (string task in Directory.EnumerateDirectories(tasks))
        {
            string path = $"{task}/ns/net";
            if (Identity(path) != own)
            {
                return path;
            }
        }

        return null;
    }

    private static string Identity(string path) => new FileInfo(path).LinkTarget ?? "";

    private static int ParentProcess()
    {
        // The second field, the name, may hold blanks and brackets; what follows the last bracket may not.
        string status = File.ReadAllText("/proc/self/stat");
        string[] rest = status[(status.LastIndexOf(')') + 2)..].Split(' ');
        return int.Parse(rest[1], CultureInfo.InvariantCulture);
    }
}
