using System.Globalization;
using System.Net;
using Keepalived.Checking;
using Keepalived.Configuration;

namespace Keepalived.Ipvs;

/// <summary>
/// Looks at completed virtual servers for what is legal and rarely meant. Only under <c>-t</c>: a running daemon has no use for it. Probes
/// are counted twice, first by a hash, so that only the few that can be probed often are counted each for itself.
/// </summary>
internal sealed class VirtualServerLint(IConfigurationSession session)
{
    private const string ProbedOften = "probed-often";
    private const string LongProbe = "check-longer-than-interval";
    private const string LateDetection = "late-detection";
    private const string QuorumOutOfReach = "quorum-out-of-reach";
    private const string UncheckedServer = "unchecked-server";

    /// <summary>From so many checks of one target on, they are worth a word.</summary>
    private const int Often = 5;

    /// <summary>A server that is dead for longer than this and still gets connections surprises its operator.</summary>
    private static readonly TimeSpan _late = TimeSpan.FromMinutes(5);

    private const int HashedProbes = 1 << 16;

    private readonly List<(VirtualServerBuilder Builder, VirtualServerDefinition Server)> _looked = [];
    private readonly Dictionary<Probe, int> _probes = [];
    private byte[] _hashed = [];
    private bool _anyOften;

    /// <summary>Makes the rules known.</summary>
    public static void Register(IKeywordTree keywords)
    {
        keywords.LintRule(ProbedOften, "The same server is probed by many virtual servers, each on its own.");
        keywords.LintRule(LongProbe, "A probe may take longer than the interval from one to the next.");
        keywords.LintRule(LateDetection, "A server can be dead for minutes before its check says so.");
        keywords.LintRule(QuorumOutOfReach, "A quorum once lost is never gained again, as quorum and hysteresis are more than all weights.");
        keywords.LintRule(UncheckedServer, "A real server without a check stands beside others that have one.");
    }

    /// <summary>Looks at one virtual server.</summary>
    public void Look(VirtualServerBuilder builder, VirtualServerDefinition server)
    {
        if (!session.IsTest)
        {
            return;
        }

        LookAtQuorum(builder, server);
        LookAtGaps(builder, server);
        ServerTraits? seen = null;
        foreach (RealServerDefinition real in server.RealServers)
        {
            if (!ReferenceEquals(real.Traits, seen))
            {
                seen = real.Traits;
                LookAtTimes(builder, server, real);
            }

            CountByHash(real);
        }

        _looked.Add((builder, server));
    }

    /// <summary>Says what only all virtual servers together show.</summary>
    public void Finish()
    {
        if (!_anyOften)
        {
            return;
        }

        foreach ((VirtualServerBuilder builder, VirtualServerDefinition server) in _looked)
        {
            foreach (RealServerDefinition real in server.RealServers)
            {
                Count(builder, real);
            }
        }
    }

    private void CountByHash(RealServerDefinition real)
    {
        if (_hashed.Length == 0)
        {
            _hashed = new byte[HashedProbes];
        }

        foreach (ResolvedChecker checker in real.Traits.Checkers)
        {
            ref byte count = ref _hashed[HashOf(Probe.Of(checker, real))];
            count = (byte)Math.Min(count + 1, Often);
            _anyOften |= count == Often;
        }
    }

    private static int HashOf(Probe probe) => probe.GetHashCode() & (HashedProbes - 1);

    private void LookAtQuorum(VirtualServerBuilder builder, VirtualServerDefinition server)
    {
        long weights = 0;
        foreach (RealServerDefinition real in server.RealServers)
        {
            weights += real.Weight;
        }

        if (weights > 0 && server.Quorum + server.Hysteresis > weights)
        {
            session.Lint(QuorumOutOfReach, builder.Location,
                $"virtual server {server.Address} needs a weight of {server.Quorum}+{server.Hysteresis} to gain its quorum, but all its servers weigh {weights}",
                "lower quorum or hysteresis, or raise weights");
        }
    }

    private void LookAtGaps(VirtualServerBuilder builder, VirtualServerDefinition server)
    {
        int without = 0;
        RealServerDefinition? first = null;
        foreach (RealServerDefinition real in server.RealServers)
        {
            if (real.Traits.Checkers.Count == 0)
            {
                without++;
                first ??= real;
            }
        }

        if (first is not null && without < server.RealServers.Count)
        {
            session.Lint(UncheckedServer, builder.Location,
                $"real server {first.Name} of virtual server {server.Address} has no check and always counts as up, while others have one", "add a check");
        }
    }

    private void LookAtTimes(VirtualServerBuilder builder, VirtualServerDefinition server, RealServerDefinition real)
    {
        foreach (ResolvedChecker checker in real.Traits.Checkers)
        {
            CheckOptions options = checker.Options;
            TimeSpan loop = options.DelayLoop!.Value;
            TimeSpan timeout = options.ConnectTimeout!.Value;
            if (timeout > loop)
            {
                session.Lint(LongProbe, builder.Location,
                    $"{checker.Definition.Kind} of {real.Name} of virtual server {server.Address} may take {Show(timeout)} s (connect_timeout) and is due every {Show(loop)} s (delay_loop)",
                    "lower connect_timeout or raise delay_loop");
            }

            double detection = loop.TotalSeconds + (timeout.TotalSeconds * (options.Retry!.Value + 1.0)) + (options.DelayBeforeRetry!.Value.TotalSeconds * options.Retry.Value);
            if (detection > _late.TotalSeconds)
            {
                session.Lint(LateDetection, builder.Location,
                    $"{checker.Definition.Kind} of {real.Name} of virtual server {server.Address} notices a dead server after up to {detection.ToString("0.#", CultureInfo.InvariantCulture)} s",
                    "lower delay_loop, retry, delay_before_retry or connect_timeout");
            }
        }
    }

    private void Count(VirtualServerBuilder builder, RealServerDefinition real)
    {
        foreach (ResolvedChecker checker in real.Traits.Checkers)
        {
            var probe = Probe.Of(checker, real);
            if (_hashed[HashOf(probe)] < Often)
            {
                continue;
            }

            int count = _probes.GetValueOrDefault(probe) + 1;
            _probes[probe] = count;
            if (count == Often)
            {
                session.Lint(ProbedOften, builder.Location,
                    $"{probe.Kind} probes {new IPEndPoint(probe.Address, probe.Port)} for the {Often}th time, on its own for each virtual server",
                    "let one virtual_server_group stand for several addresses of the same pool");
            }
        }
    }

    private static string Show(TimeSpan time) => time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);

    private readonly record struct Probe(string Kind, IPAddress Address, int Port)
    {
        public static Probe Of(ResolvedChecker checker, RealServerDefinition real) => new(
            checker.Definition.Kind, checker.Options.ConnectAddress ?? real.Destination.Address, checker.Options.ConnectPort ?? real.ProbedPort);
    }
}
