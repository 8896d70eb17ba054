using System.Globalization;
using System.Text.RegularExpressions;

namespace Keepalived.Lab;

/// <summary>
/// What <c>ipvsadm -Ln</c> shows, without what differs from second to second: the connection counts, and the order, which follows
/// a hash of a kernel address.
/// </summary>
internal static partial class IpvsTable
{
    /// <summary>The table of a host, service by service, each followed by its real servers.</summary>
    public static IReadOnlyList<string> Of(Host host) =>
        Normalise(Command.Try("ip", ["netns", "exec", host.Namespace, "ipvsadm", "-Ln"]).Output);

    /// <summary>As <c>ipvsadm</c> printed it.</summary>
    public static string Raw(Host host) => Command.Try("ip", ["netns", "exec", host.Namespace, "ipvsadm", "-Ln"]).Both;

    /// <summary>The weights of a service's real servers by address; empty when the service is not there.</summary>
    public static IReadOnlyDictionary<string, int> RealServers(Host host, string service)
    {
        var block = Of(host).FirstOrDefault(block => block.Contains($" {service} ", StringComparison.Ordinal));
        return (block ?? string.Empty).Split('\n').Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[1], words => int.Parse(words[3], CultureInfo.InvariantCulture));
    }

    private static List<string> Normalise(string text)
    {
        var services = new List<List<string>>();
        foreach (var line in text.Split('\n').Skip(3).Select(line => Blanks().Replace(line.Trim(), " ")).Where(line => line.Length > 0))
        {
            if (!line.StartsWith("->", StringComparison.Ordinal))
            {
                services.Add([line + " "]);
                continue;
            }

            services[^1].Add(Counts().Replace(line, string.Empty));
        }

        return [.. services.Select(lines => string.Join('\n', lines.Take(1).Concat(lines.Skip(1).Order(StringComparer.Ordinal)))).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();

    [GeneratedRegex(@" \d+ \d+$")]
    private static partial Regex Counts();
}
