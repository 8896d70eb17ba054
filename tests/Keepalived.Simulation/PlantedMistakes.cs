using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>A mistake to plant.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Plant">Makes what stands before a core and spoils it.</param>
public sealed record PlantedMistake(string Name, Func<RouterInterposer> Plant);

/// <summary>Mistakes that a core could have, made by whoever stands before it: what the simulation must find.</summary>
public static class PlantedMistakes
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlantedMistake> All { get; } =
    [
        new("the skew left out of the down timer", static () => new SkewLeftOut()),
        new("equal priority decided the wrong way", static () => new TieBrokenTheWrongWay()),
        new("the timer not reset when a master leaves", static () => new TimerNotResetOnPriorityZero()),
        new("a member of a sync group left in BACKUP", static () => new MemberLeftInBackup()),
        new("no announcement after a conflict", static () => new NoAnnouncementAfterConflict()),
    ];

    /// <summary>Plants a mistake and looks for it.</summary>
    /// <param name="mistake">The mistake.</param>
    /// <param name="most">Seeds to try, from 0 on.</param>
    /// <returns>The first run that found it; null for none. The times are those of all runs so far.</returns>
    public static FoundMistake? Find(PlantedMistake mistake, long most)
    {
        ArgumentNullException.ThrowIfNull(mistake);
        TimeSpan virtualTime = TimeSpan.Zero;
        for (long seed = 0; seed < most; seed++)
        {
            ScenarioResult result = ScenarioRunner.Play(seed, machine => machine.Interposer = mistake.Plant());
            virtualTime += result.VirtualTime;
            if (result.Violation is not null)
            {
                return new FoundMistake(result, virtualTime);
            }
        }

        return null;
    }

    /// <summary>The down timer is three intervals, without the skew: told that its time has come when it has not.</summary>
    private sealed class SkewLeftOut : RouterInterposer
    {
        private readonly Dictionary<VirtualRouter, MonotonicTime> _deadlines = [];

        public override MonotonicTime? Wake(VirtualRouter core, MonotonicTime? deadline)
        {
            _deadlines[core] = deadline ?? MonotonicTime.Never;
            return deadline is { } time && core.State == VirtualRouterState.Backup ? time - Skew(core) : deadline;
        }

        public override void Input(VirtualRouter core, in VirtualRouterInput input)
        {
            bool isEarly = input.Kind == VirtualRouterInputKind.Clock
                && core.State == VirtualRouterState.Backup
                && _deadlines.TryGetValue(core, out MonotonicTime deadline)
                && deadline != MonotonicTime.Never
                && input.Now >= deadline - Skew(core);
            core.Apply(isEarly ? input with { Now = MonotonicTime.Max(_deadlines[core], input.Now) } : input);
        }

        private static TimeSpan Skew(VirtualRouter core) =>
            VirtualRouterTimers.Skew(core.Parameters.Version, core.EffectivePriority, core.MasterInterval);
    }

    /// <summary>Of two masters with one priority the one with the lower address stays.</summary>
    private sealed class TieBrokenTheWrongWay : RouterInterposer
    {
        private static readonly InternetAddress _lowest = InternetAddress.Parse("0.0.0.1");
        private static readonly InternetAddress _highest = InternetAddress.Parse("255.255.255.255");
        private static readonly InternetAddress _lowestIPv6 = InternetAddress.Parse("::1");
        private static readonly InternetAddress _highestIPv6 = InternetAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

        public override void Input(VirtualRouter core, in VirtualRouterInput input)
        {
            bool isTie = input.Kind == VirtualRouterInputKind.Advertisement
                && core.State == VirtualRouterState.Master
                && input.Advertisement.Priority == core.EffectivePriority;
            core.Apply(isTie ? input with { Advertisement = input.Advertisement with { Source = Mirrored(input.Advertisement.Source, core) } } : input);
        }

        private static InternetAddress Mirrored(InternetAddress source, VirtualRouter core)
        {
            bool isIPv4 = source.Length == InternetAddress.IPv4Length;
            bool isHigher = source > core.Source!.Value;
            return isHigher ? (isIPv4 ? _lowest : _lowestIPv6) : (isIPv4 ? _highest : _highestIPv6);
        }
    }

    /// <summary>A backup that hears its master leave waits as if it had not.</summary>
    private sealed class TimerNotResetOnPriorityZero : RouterInterposer
    {
        public override void Input(VirtualRouter core, in VirtualRouterInput input)
        {
            bool isLeave = input is { Kind: VirtualRouterInputKind.Advertisement, Advertisement.Priority: 0 };
            if (!isLeave || core.State != VirtualRouterState.Backup)
            {
                core.Apply(input);
            }
        }
    }

    /// <summary>When a member becomes master the sync group does not take the others along.</summary>
    private sealed class MemberLeftInBackup : RouterInterposer
    {
        public override ITakeoverGate? Gate(VirtualRouter core, ITakeoverGate? gate) => gate is null ? null : new Deaf(gate);

        private sealed class Deaf(ITakeoverGate group) : ITakeoverGate
        {
            public bool PermitsTakeover(VirtualRouter router) => group.PermitsTakeover(router);

            public void InputEnded(VirtualRouter router, MonotonicTime now)
            {
                if (router.State != VirtualRouterState.Master)
                {
                    group.InputEnded(router, now);
                }
            }

            public void LowerPriorityHeard(VirtualRouter router, MonotonicTime now) => group.LowerPriorityHeard(router, now);
        }
    }

    /// <summary>A master that won a conflict does not tell the neighbours, whom the loser has misled.</summary>
    private sealed class NoAnnouncementAfterConflict : RouterInterposer
    {
        public override bool Announces(VirtualRouter core, AnnouncementReason reason) => reason != AnnouncementReason.LowerPriorityMaster;
    }
}

/// <summary>How a planted mistake was found.</summary>
/// <param name="Result">The scenario that found it.</param>
/// <param name="VirtualTime">Of all scenarios up to it, it included.</param>
public sealed record FoundMistake(ScenarioResult Result, TimeSpan VirtualTime);
