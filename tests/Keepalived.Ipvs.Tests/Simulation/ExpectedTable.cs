using Keepalived.Checking;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs.Tests.Simulation;

/// <summary>
/// What the kernel's table must be: a function of the configuration and of who is alive, written down once more and apart from the engine,
/// from section 14 of keepalived's behaviour.
/// </summary>
internal static class ExpectedTable
{
    /// <summary>The table, a sorted line for each service and destination.</summary>
    /// <param name="servers">The virtual servers, for their quorum, which has a memory, and for those whose checks are suspended.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="isAlive">Whether a real server is alive.</param>
    /// <param name="weightOf">Its weight while it is.</param>
    public static string[] Of(
        IReadOnlyList<VirtualServer> servers, IpvsConfiguration configuration, Func<RealServer, bool> isAlive, Func<RealServer, long> weightOf)
    {
        var lines = new List<string>();
        foreach (VirtualServerDefinition definition in configuration.VirtualServers)
        {
            VirtualServer server = servers.First(candidate => candidate.Definition.Address == definition.Address);
            bool sorryServes = definition.SorryServer is not null && !server.HasQuorum;
            foreach (IpvsService service in definition.Services)
            {
                string name = service.Key.ToString();
                lines.Add($"{name} {service.Scheduler}");
                if (definition.SorryServer is { } sorry && !definition.RealServers.Any(real => real.Destination == sorry.Destination) && (sorryServes || sorry.Inhibit))
                {
                    lines.Add(Line(name, sorry.Destination, sorryServes ? 1 : 0, 0));
                }

                foreach (RealServerDefinition real in definition.RealServers)
                {
                    RealServer running = server.Servers.First(candidate => candidate.Definition.Destination == real.Destination);
                    bool standsIn = sorryServes && definition.SorryServer!.Destination == real.Destination;
                    bool serves = !sorryServes && isAlive(running);
                    if (standsIn || serves || real.InhibitOnFailure)
                    {
                        lines.Add(Line(name, real.Destination, standsIn ? 1 : serves ? weightOf(running) : 0, real.UpperThreshold));
                    }
                }
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    /// <summary>Whether a pool of this weight must have its quorum (true), must not (false), or may go on as it was (null).</summary>
    public static bool? QuorumOf(VirtualServerDefinition definition, long liveWeight) =>
        liveWeight >= definition.Quorum + definition.Hysteresis ? true
        : liveWeight == 0 || liveWeight < definition.Quorum - definition.Hysteresis ? false
        : null;

    /// <summary>The weight that results give a server: each that names one adds its distance from the configured weight.</summary>
    public static long WeightOf(RealServer server, Func<string, CheckResult> board)
    {
        long weight = server.Definition.Weight;
        foreach (CheckRunner checker in server.Checkers)
        {
            CheckResult result = board(NameOf(checker));
            weight += (result.Weight is { } named ? named - server.Definition.Weight : 0) + (result.AddedWeight ?? 0);
        }

        return Math.Clamp(weight, 0, int.MaxValue);
    }

    /// <summary>The name under which a checker asks the board.</summary>
    public static string NameOf(CheckRunner checker) => checker.Configured.Target.EndPoint.Address + ((BoardCheckDefinition)checker.Configured.Definition).Label;

    /// <summary>A destination as <see cref="FakeKernel.Lines"/> writes it.</summary>
    public static string Line(string service, DestinationAddress destination, long weight, uint upper) => $"{service}  {destination.Address}:{destination.Port} {weight} {upper}";
}
