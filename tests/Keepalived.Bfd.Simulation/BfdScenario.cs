using System.Text;
using Keepalived.Bfd.Protocol;
using Keepalived.Simulation;

namespace Keepalived.Bfd.Simulation;

/// <summary>A network and a sequence of misfortunes, all from one seed, with a settled network in the end.</summary>
public sealed class BfdScenario
{
    private static readonly int[] Intervals = [10, 20, 50, 50, 100, 100, 200, 300];
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly long _seed;
    private readonly bool _reloads;

    /// <summary>Builds it.</summary>
    /// <param name="seed">Where everything comes from.</param>
    /// <param name="prepare">Called for every machine before it starts.</param>
    public BfdScenario(long seed, Action<BfdMachine>? prepare = null)
    {
        _seed = seed;
        Network = new(seed);
        _reloads = Dice.OneIn(2);
        int machines = Dice.Between(2, 4);
        for (int i = 0; i < machines; i++)
        {
            BfdMachine machine = Network.AddMachine($"m{i}");
            prepare?.Invoke(machine);
        }

        for (int i = 1; i < machines; i++)
        {
            Connect(Network.Machines[i], Network.Machines[Dice.Below(i)]);
        }
    }

    /// <summary>The network.</summary>
    public BfdNetwork Network { get; }

    private Dice Dice => Network.Dice;

    /// <summary>Plays it to the end or to the first broken promise.</summary>
    public ScenarioResult Play()
    {
        foreach (BfdMachine machine in Network.Machines)
        {
            Network.Queue.After(Dice.PartOf(TimeSpan.FromSeconds(1)), machine.StartProcess);
        }

        Run(Start);
        CheckUp("in the beginning");
        for (int misfortunes = Dice.Between(1, 5); misfortunes > 0 && Network.Violation is null; misfortunes--)
        {
            Misfortune();
            Run(Dice.PartOf(TimeSpan.FromSeconds(3)));
        }

        // The longest misfortune lasts this long.
        Run(TimeSpan.FromSeconds(3));
        Calm();
        Run(Settling);
        CheckUp("in the end");
        Run(Quiet);
        CheckUp("in the end");
        return new(_seed, Network.Violation, Network.Queue.Elapsed, Network.Queue.Steps, Network.Queue.Fingerprint, Network.Timeline.Lines);
    }

    /// <summary>The configuration in words.</summary>
    public IEnumerable<string> Describe() => Network.Sides.Select(side =>
        $"{side.Name} to {side.Peer.Name}: tx {side.Options.MinimumTransmit.TotalMilliseconds} rx {side.Options.MinimumReceive.TotalMilliseconds} x{side.Options.DetectMultiplier}"
        + $"{(side.Options.IsPassive ? " passive" : "")} auth {side.Options.Authentication?.Type.ToString() ?? "none"} echo {side.Options.EchoInterval?.TotalMilliseconds.ToString("0") ?? "none"};"
        + $" delay {side.Outgoing.Delay.TotalMilliseconds:0.###}+{side.Outgoing.Variation.TotalMilliseconds:0.###} loss {side.Outgoing.Loss}% twice {side.Outgoing.Duplication}%");

    /// <summary>Plays a seed.</summary>
    public static ScenarioResult Play(long seed, Action<BfdMachine>? prepare = null) => new BfdScenario(seed, prepare).Play();

    /// <summary>Plays a seed again and writes down what happened.</summary>
    public static string Explain(long seed, bool hasPackets = false, Action<BfdMachine>? prepare = null)
    {
        BfdScenario scenario = new(seed, prepare);
        scenario.Network.Timeline.IsKept = true;
        scenario.Network.Timeline.HasPackets = hasPackets;
        string configuration = string.Join('\n', scenario.Describe());
        ScenarioResult result = scenario.Play();
        string verdict = result.Violation is { } violation ? $"violated at {violation.At.TotalSeconds:0.000000} s: {violation.What}" : "nothing was violated";
        return $"seed {seed}: {verdict}\n{configuration}\n{string.Join('\n', result.Timeline)}\n";
    }

    private void Connect(BfdMachine one, BfdMachine other)
    {
        BfdAuthentication? authentication = Authentication();
        bool echoes = Dice.OneIn(4);
        BfdSessionOptions left = Options(authentication, echoes), right = Options(authentication, echoes);
        int passive = Dice.Below(6);
        left = left with { IsPassive = passive == 0 };
        right = right with { IsPassive = passive == 1 };
        // A gap of all that is tolerated lasts 90 % of the detection time; what a packet may be late on top of it must fit in the rest.
        TimeSpan shortest = Shortest(left, right);
        Network.Connect(one, left, other, right, direction =>
        {
            direction.Delay = TimeSpan.FromMicroseconds(Dice.Between(20, 5000));
            direction.Variation = Dice.PartOf((_reloads ? TimeSpan.FromMilliseconds(Intervals[0]) : shortest) / 15);
            direction.Loss = Dice.OneIn(3) ? 0 : Dice.Between(1, 40);
            direction.Duplication = Dice.OneIn(2) ? 0 : Dice.Between(1, 30);
        });
    }

    private BfdSessionOptions Options(BfdAuthentication? authentication, bool echoes) => new()
    {
        MinimumTransmit = Interval(),
        MinimumReceive = Interval(),
        DetectMultiplier = (byte)Dice.Between(Dice.OneIn(4) ? 1 : 2, 5),
        Authentication = authentication,
        MinimumEchoReceive = echoes ? Interval() : TimeSpan.Zero,
        EchoInterval = echoes && Dice.OneIn(2) ? Interval() : null,
    };

    // Echo packets take both ways.
    private static TimeSpan Shortest(params ReadOnlySpan<BfdSessionOptions> sides)
    {
        TimeSpan shortest = TimeSpan.MaxValue;
        foreach (BfdSessionOptions side in sides)
        {
            shortest = TimeSpan.FromTicks(Math.Min(Math.Min(shortest.Ticks, (side.EchoInterval ?? TimeSpan.MaxValue).Ticks / 2), Math.Min(side.MinimumTransmit.Ticks, side.MinimumReceive.Ticks)));
        }

        return shortest;
    }

    private TimeSpan Interval() => TimeSpan.FromMilliseconds(Intervals[Dice.Below(Intervals.Length)]);

    private BfdAuthentication? Authentication()
    {
        BfdAuthenticationType type = (BfdAuthenticationType)Math.Max(0, Dice.Between(-5, 5));
        // A password has no digest, and a sequence that does not move would let duplicates in: all types are worth playing.
        return type == BfdAuthenticationType.None ? null : new()
        {
            Type = type,
            Keys = EquatableArray.Create<BfdKey>([new(1, EquatableArray.Create<byte>(Encoding.ASCII.GetBytes("secret")))]),
            ActiveKey = 1,
        };
    }

    private void Misfortune()
    {
        BfdSide side = Network.Sides[Dice.Below(Network.Sides.Count)];
        BfdMachine machine = side.Machine;
        TimeSpan duration = TimeSpan.FromMilliseconds(Dice.Between(1, Dice.OneIn(2) ? 100 : 2500));
        switch (Dice.Below(_reloads ? 10 : 8))
        {
            case 0 or 1:
                Last(duration, $"{side.Name} is cut towards {side.Peer.Name}", side.Outgoing.Cut, side.Outgoing.Mend);
                break;
            case 2:
                Last(duration, $"{side.Name} and {side.Peer.Name} are cut", () => CutBoth(side), () => MendBoth(side));
                break;
            case 3:
                Last(duration, $"storm from {side.Name}", side.Outgoing.BeginStorm, side.Outgoing.EndStorm);
                break;
            case 4:
                Last(duration, $"{machine.Name} is paused", machine.Pause, machine.Resume);
                break;
            case 5 when machine is { IsAlive: true, IsAwake: true }:
                Last(duration, $"{machine.Name} is killed", machine.KillProcess, machine.StartProcess);
                break;
            case 6 when machine is { IsAlive: true, IsAwake: true }:
                Last(duration, $"{machine.Name} is suspended, its clock stands still", machine.Suspend, machine.WakeUp);
                break;
            case 7 when machine.Runs:
                Last(duration, $"{side.Name} is taken down", side.TakeDown, side.PutBack);
                break;
            case 8 or 9 when machine.Runs:
                BfdSessionOptions options = side.Options with { MinimumTransmit = Interval(), MinimumReceive = Interval() };
                Network.Note($"{side.Name} reloads: tx {options.MinimumTransmit.TotalMilliseconds} rx {options.MinimumReceive.TotalMilliseconds}");
                side.Reconfigure(options);
                break;
        }
    }

    private void Last(TimeSpan duration, string what, Action begin, Action end)
    {
        Network.Note($"{what} for {duration.TotalMilliseconds} ms");
        begin();
        Network.Queue.After(duration, () =>
        {
            Network.Note($"no longer: {what}");
            end();
        });
    }

    private static void CutBoth(BfdSide side)
    {
        side.Outgoing.Cut();
        side.Peer.Outgoing.Cut();
    }

    private static void MendBoth(BfdSide side)
    {
        side.Outgoing.Mend();
        side.Peer.Outgoing.Mend();
    }

    private void Calm()
    {
        Network.Note("calm");
        foreach (BfdSide side in Network.Sides)
        {
            side.Outgoing.Loss = 0;
        }
    }

    private void Run(TimeSpan duration)
    {
        for (TimeSpan done = TimeSpan.Zero; done < duration && Network.Violation is null; done += Step)
        {
            Network.Queue.Run(Step);
        }
    }

    private void CheckUp(string when)
    {
        foreach (BfdSide side in Network.Sides)
        {
            if (Network.Violation is not null || side.Session is not { } session || side.Peer.Session is not { } peer)
            {
                return;
            }

            if (session.State != BfdState.Up)
            {
                Network.Violate($"{side.Name} is {session.State} {when}");
            }
            else if (when == "in the end" && !session.IsEchoing && !peer.IsEchoing)
            {
                CheckAgreed(side, session);
            }
        }
    }

    // After all polls: what each wants, and what follows from it for the other (RFC 5880 sections 6.8.2 to 6.8.4).
    private void CheckAgreed(BfdSide side, BfdSession session)
    {
        TimeSpan transmit = TimeSpan.FromTicks(Math.Max(side.Options.MinimumTransmit.Ticks, side.Peer.Options.MinimumReceive.Ticks));
        TimeSpan detection = TimeSpan.FromTicks(Math.Max(side.Options.MinimumReceive.Ticks, side.Peer.Options.MinimumTransmit.Ticks)) * side.Peer.Options.DetectMultiplier;
        if (session.IsPolling || session.TransmitInterval != transmit || session.DetectionTime != detection)
        {
            Network.Violate($"{side.Name} sends every {session.TransmitInterval} and detects in {session.DetectionTime}, polls: {session.IsPolling}; agreed is {transmit} and {detection}");
        }
    }
}
