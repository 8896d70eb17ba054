using System.Globalization;
using System.Text;
using Keepalived.Checking;

namespace Keepalived.Ipvs.Tests.Simulation;

/// <summary>What can be wrong on purpose, to see that the simulation finds it.</summary>
internal enum PlantedMistake
{
    None,

    /// <summary>The kernel's side loses changes of weights.</summary>
    WeightChangesLost,

    /// <summary>A reload makes everything anew.</summary>
    ReloadStartsOver,

    /// <summary>A reload forgets inhibit_on_failure.</summary>
    InhibitForgottenAtReload,
}

/// <summary>
/// The engine in virtual time with random results, configurations, reloads and addresses that come and go. After every step the table is what
/// who is alive makes of the configuration; at every quiet point (results have been what they are for longer than it takes to
/// believe them) who is alive is what the results say; a reload sends nothing about services that did not change; no check is
/// ever late, however often it is reloaded. All of it holds whether probes are shared or not, which a reload may change.
/// </summary>
internal sealed class EngineSimulation
{
    // 1 s and then: 2 retries up to 3 s apart, a whole interval of 10 s before and after.
    private const double SettlingSeconds = 30;

    private readonly Chance _chance;
    private readonly PlantedMistake _mistake;
    private readonly List<RandomPool> _pools = [];
    private readonly Dictionary<string, (string Name, double At, double Loop)> _lastRun = [];
    private readonly Director _director;
    private IpvsConfiguration _configuration;
    private string _text;
    private int _steps;
    private int _nextPool;
    private bool _shares;

    private EngineSimulation(ulong seed, PlantedMistake mistake)
    {
        _chance = new Chance(seed);
        _mistake = mistake;
        _shares = _chance.OneIn(2);
        for (int i = _chance.Between(1, 4); i > 0; i--)
        {
            _pools.Add(new RandomPool(_nextPool++, _chance));
        }

        _text = Text();
        _configuration = ConfigurationText.ReadClean(_text);
        _director = new Director(_text, new FakeKernel { LosesWeights = mistake == PlantedMistake.WeightChangesLost });
    }

    /// <summary>Plays one seed.</summary>
    /// <returns>What went wrong first, with the step; null when nothing did.</returns>
    public static string? Play(ulong seed, int steps, PlantedMistake mistake = PlantedMistake.None)
    {
        var simulation = new EngineSimulation(seed, mistake);
        for (simulation._steps = 0; simulation._steps < steps; simulation._steps++)
        {
            if (simulation.Step() is { } wrong)
            {
                return $"seed {seed}, step {simulation._steps}: {wrong}\n{simulation._text}";
            }
        }

        return null;
    }

    private string? Step()
    {
        switch (_chance.Below(12))
        {
            case 0:
                return Reload() ?? LookAtTable();
            case 1:
                string address = _pools[_chance.Below(_pools.Count)].VirtualAddress;
                (_director.Addresses.Has(System.Net.IPAddress.Parse(address)) ? (Action<string>)_director.Addresses.Remove : _director.Addresses.Add)(address);
                break;
            case 2:
                return Advance(SettlingSeconds) ?? LookAtResults();
            case < 8:
                ChangeResult();
                break;
        }

        return Advance(_chance.Below(4000) / 1000.0) ?? LookAtTable();
    }

    private void ChangeResult()
    {
        string[] probes = [.. _pools[_chance.Below(_pools.Count)].Probes];
        if (probes.Length > 0)
        {
            _director.Probes.Set(probes[_chance.Below(probes.Length)], _chance.Below(6) switch
            {
                0 or 1 or 2 => CheckResult.Down("no answer"),
                3 => CheckResult.Up() with { Weight = _chance.Below(9) },
                4 => CheckResult.Up() with { AddedWeight = _chance.Between(-3, 3) },
                _ => CheckResult.Up(),
            });
        }
    }

    private string? Reload()
    {
        _shares ^= _chance.OneIn(8);
        switch (_chance.Below(6))
        {
            case 0 when _pools.Count > 1: _pools.RemoveAt(_chance.Below(_pools.Count)); break;
            case 1 when _pools.Count < 5: _pools.Add(new RandomPool(_nextPool = (_nextPool + 1) % 90, _chance)); break;
            case < 5: _pools[_chance.Below(_pools.Count)].Change(_chance); break;
        }

        string text = Text();
        IpvsConfiguration next = ConfigurationText.ReadClean(text);
        string[] untouched = [.. next.VirtualServers.Where(server => _configuration.VirtualServers.Contains(server)).SelectMany(server => server.Services).Select(service => service.Key.ToString())];
        _director.Kernel.Requests.Clear();
        if (_mistake == PlantedMistake.ReloadStartsOver)
        {
            _director.Runtime.Apply(IpvsConfiguration.Empty);
        }

        _director.Runtime.Apply(_mistake == PlantedMistake.InhibitForgottenAtReload ? WithoutInhibit(next) : next);
        (_text, _configuration) = (text, next);
        LookForLateChecks();
        foreach (string request in _director.Kernel.Requests)
        {
            if (Array.Find(untouched, service => request.EndsWith(service, StringComparison.Ordinal)) is { } service)
            {
                return $"a reload that did not change {service} asked the kernel to {request}";
            }
        }

        return null;
    }

    private string? Advance(double seconds)
    {
        _director.Probes.Log.Clear();
        _director.Advance(seconds);
        foreach ((string checker, (string name, double at, double loop)) in _lastRun)
        {
            if (_director.Probes.LastRuns.TryGetValue((name, loop), out double ran) && ran > at)
            {
                _lastRun[checker] = (name, ran, loop);
            }
        }

        return LookForTwins() ?? LookForLateChecks();
    }

    /// <summary>Where probes are shared nothing is asked of one place twice at a time, but by checkers whose times differ.</summary>
    private string? LookForTwins()
    {
        if (!_shares)
        {
            return null;
        }

        var ran = new HashSet<string>();
        foreach (string probe in _director.Probes.Log)
        {
            if (!ran.Add(probe) && TimesOf(probe[..probe.IndexOf('@', StringComparison.Ordinal)]) == 1)
            {
                return $"{probe} was asked twice though probes are shared";
            }
        }

        return null;
    }

    private int TimesOf(string name) => _director.Runtime.Servers.SelectMany(static server => server.Servers).SelectMany(static real => real.Checkers)
        .Where(checker => ExpectedTable.NameOf(checker) == name)
        .Select(static checker => (checker.Configured.Options.DelayLoop, checker.Configured.Options.DelayBeforeRetry)).Distinct().Count();

    /// <summary>From the moment that a checker is there it runs within an interval, and within one again each time.</summary>
    private string? LookForLateChecks()
    {
        double now = _director.Scheduler.Seconds;
        var there = new HashSet<string>();
        foreach (VirtualServer server in _director.Runtime.Servers)
        {
            foreach (CheckRunner checker in server.Servers.SelectMany(real => real.Checkers))
            {
                string name = ExpectedTable.NameOf(checker);
                string place = $"{name} for {checker.Server.Name} of {server.Name}";
                there.Add(place);
                double loop = checker.Configured.Options.DelayLoop!.Value.TotalSeconds;
                if (server.IsSuspended || !_lastRun.TryGetValue(place, out (string Name, double At, double Loop) last) || last.Loop != loop)
                {
                    // New, or of a new interval, which begins at the reload.
                    _lastRun[place] = (name, now, loop);
                }
                else if (now - last.At > Math.Max(loop, checker.Configured.Options.DelayBeforeRetry!.Value.TotalSeconds) + 1.01)
                {
                    return $"{place} ran {now - last.At:0.###} s ago though its delay_loop is {loop} s";
                }
            }
        }

        foreach (string gone in _lastRun.Keys.Where(name => !there.Contains(name)).ToArray())
        {
            _lastRun.Remove(gone);
        }

        return null;
    }

    private string? LookAtTable() => Compare(static server => server.Checkers.All(static checker => checker.State.IsUp), static server => server.EffectiveWeight);

    private string? LookAtResults()
    {
        foreach (VirtualServer server in _director.Runtime.Servers)
        {
            if (server.IsSuspended)
            {
                continue;
            }

            foreach (RealServer real in server.Servers)
            {
                if (real.IsAlive != IsAlive(real))
                {
                    return $"{real.Name} of {server.Name} is {(real.IsAlive ? "alive" : "dead")} though its results say otherwise";
                }
            }

            VirtualServerDefinition definition = _configuration.VirtualServers.First(wanted => wanted.Address == server.Definition.Address);
            long weight = server.Servers.Where(IsAlive).Sum(Weight);
            if (ExpectedTable.QuorumOf(definition, weight) is { } must && must != server.HasQuorum)
            {
                return $"{server.Name} with live weight {weight} has {(must ? "no" : "a")} quorum";
            }
        }

        return Compare(server => server.Owner.IsSuspended ? server.IsAlive : IsAlive(server), server => server.Owner.IsSuspended ? server.EffectiveWeight : Weight(server));
    }

    private bool IsAlive(RealServer server) => server.Checkers.All(checker => Board(ExpectedTable.NameOf(checker)).IsUp);

    private long Weight(RealServer server) => ExpectedTable.WeightOf(server, Board);

    private CheckResult Board(string name) => _director.Probes[name];

    private string? Compare(Func<RealServer, bool> isAlive, Func<RealServer, long> weightOf)
    {
        string[] wanted = ExpectedTable.Of(_director.Runtime.Servers, _configuration, isAlive, weightOf);
        string[] found = _director.Kernel.Lines();
        return wanted.AsSpan().SequenceEqual(found)
            ? null
            : $"the table has {string.Join(" | ", found.Except(wanted))} and lacks {string.Join(" | ", wanted.Except(found))}";
    }

    private static IpvsConfiguration WithoutInhibit(IpvsConfiguration configuration) => configuration with
    {
        VirtualServers = configuration.VirtualServers.Select(static server => server with
        {
            RealServers = server.RealServers.Select(real => new RealServerDefinition(
                real.Destination, real.Traits with { InhibitOnFailure = false }, server.Address.Protocol, real.ProbedPort)).ToEquatableArray(),
        }).ToEquatableArray(),
    };

    private string Text()
    {
        var text = new StringBuilder(_shares ? "global_defs {\n  checker_share_probes\n}\n" : "");
        foreach (RandomPool pool in _pools)
        {
            pool.Write(text);
        }

        return text.ToString();
    }
}
