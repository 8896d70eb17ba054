using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// For every keyword: the same file, C keepalived's table and ours, as <c>ipvsadm</c> shows both. Printed as a matrix; the one file
/// of all rows keeps it at one start of each.
/// </summary>
public sealed partial class MatrixTests
{
    private static readonly string[] s_views = ["-Ln --exact", "-Ln --persistent-conn", "-Ln --thresholds", "-Sn"];

    [Fact]
    public Task Every_keyword_makes_the_table_that_C_makes_of_it() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        Command.Shell($"ip -n {balancer.Other.Namespace} addr add {Balancer.VirtualAddress}/32 dev lo");
        IReadOnlyList<MatrixCase> cases = MatrixCases.All();
        string configuration = string.Join('\n', cases.Select(one => one.Text)) + "\n";
        var ours = Director.Start(balancer.Director, Software.Ours, configuration);
        var theirs = Director.Start(balancer.Other, Software.C, configuration);
        await Rests(balancer.Other, theirs);
        await Rests(balancer.Director, ours);

        Dictionary<string, string>[] wanted = [.. s_views.Select(view => View(balancer.Other, view))];
        Dictionary<string, string>[] found = [.. s_views.Select(view => View(balancer.Director, view))];
        var matrix = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{"keyword",-40} {string.Join(' ', s_views.Select(view => $"{view,-22}"))}\n");
        var differences = new StringBuilder();
        foreach (MatrixCase one in cases)
        {
            matrix.Append(CultureInfo.InvariantCulture, $"{one.Keyword,-40}");
            for (int i = 0; i < s_views.Length; i++)
            {
                string theirsText = Of(wanted[i], one);
                string oursText = Of(found[i], one);
                matrix.Append(CultureInfo.InvariantCulture, $" {(theirsText == oursText ? theirsText.Length == 0 ? "equal: no service" : "equal" : "DIFFERS"),-22}");
                if (theirsText != oursText)
                {
                    differences.Append(CultureInfo.InvariantCulture, $"--- {one.Keyword}: {s_views[i]}\nC:\n{theirsText}\nours:\n{oursText}\n");
                }
            }

            matrix.Append('\n');
        }

        Inside.Print("ipvs-matrix.txt", matrix.ToString());
        Assert.True(differences.Length == 0, differences.ToString());
    });

    private static string Of(Dictionary<string, string> view, MatrixCase one) =>
        string.Join('\n', one.Services.Where(view.ContainsKey).Select(service => view[service]));

    /// <summary>Waits until the table has been the same for three seconds: longer than the first round of checks takes.</summary>
    private static async Task Rests(Host host, Director director)
    {
        string last = string.Empty;
        int times = 0;
        await Wait.Until($"{director.Software.Name}'s table rests", Balancer.Patience, () =>
        {
            string now = string.Join('\n', IpvsTable.Of(host));
            times = now.Length > 0 && now == last ? times + 1 : 0;
            last = now;
            Thread.Sleep(500);
            return times >= 6;
        }, () => director.Log);
    }

    /// <summary>What a view shows of each service, with its servers in order.</summary>
    private static Dictionary<string, string> View(Host host, string arguments)
    {
        string output = Command.Try("ip", ["netns", "exec", host.Namespace, "ipvsadm", .. arguments.Split(' ')]).Output;
        var services = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string>? current = null;
        foreach (string raw in output.Split('\n'))
        {
            string line = Blanks().Replace(raw.Trim(), " ");
            if (ServiceLine().Match(line) is { Success: true } match)
            {
                string name = Name(match.Groups["kind"].Value, match.Groups["address"].Value, line.Contains(" IPv6", StringComparison.Ordinal) || line.Contains(" -6", StringComparison.Ordinal));
                current = services.TryGetValue(name, out List<string>? known) ? known : services[name] = [];
                current.Add(line);
            }
            else if (line.StartsWith("->", StringComparison.Ordinal))
            {
                current?.Add(Counts().Replace(line, string.Empty));
            }
        }

        return services.ToDictionary(pair => pair.Key, pair => string.Join('\n', pair.Value.Take(1).Concat(pair.Value.Skip(1).Order(StringComparer.Ordinal))), StringComparer.Ordinal);
    }

    private static string Name(string kind, string address, bool isIPv6) => kind switch
    {
        "-t" or "TCP" => $"TCP {address}",
        "-u" or "UDP" => $"UDP {address}",
        "--sctp-service" or "SCTP" => $"SCTP {address}",
        _ => isIPv6 ? $"FWM {address} IPv6" : $"FWM {address}",
    };

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^(-[AaeE] )?(?<kind>TCP|UDP|SCTP|FWM|-t|-u|--sctp-service|-f) (?<address>\S+)")]
    private static partial Regex ServiceLine();

    [GeneratedRegex(@" \d+ \d+$")]
    private static partial Regex Counts();
}
