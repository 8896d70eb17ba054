namespace Keepalived.Bench.Checks;

/// <summary>What the probed side saw: how many probes came, and by how much each came later than a second after the last one of the same server.</summary>
/// <param name="Probes">Probes of all servers.</param>
/// <param name="Late">Distance to the last probe of the same server, minus 1 s, in ms.</param>
/// <param name="Servers">How many servers were probed at all.</param>
internal sealed record Lateness(int Probes, Quantiles Late, int Servers)
{
    public static Lateness Of(List<(long Time, uint Server)> connections)
    {
        var last = new Dictionary<uint, long>();
        var late = new List<double>(connections.Count);
        int probes = 0;
        foreach ((long time, uint server) in connections)
        {
            probes++;
            if (last.TryGetValue(server, out long before))
            {
                late.Add(((time - before) / 1e6) - 1000);
            }

            last[server] = time;
        }

        return new(probes, new Quantiles(late), last.Count);
    }
}
