using System.Net;
using Keepalived.Lab;

namespace Keepalived.Demo;

/// <summary>Part one: the master is killed, returns, and is stopped politely, while a client keeps asking.</summary>
internal sealed class FailoverPart(Screen screen, Lan lan, Software peer)
{
    private const string VirtualAddress = "10.77.0.100";
    private const int Interval = 100;
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);

    // RFC 5798 6.1 for a backup of priority 100: skew is 156/256 of an interval, and a dead master is missed after three more.
    private const double Skew = Interval * 156 / 256.0;
    private const double MasterDown = (3 * Interval) + Skew;

    private Host _a = null!;
    private Host _b = null!;
    private Director _first = null!;
    private Capture _capture = null!;
    private Client _client = null!;

    public async Task Run()
    {
        await Start();
        await Kill();
        await Restore("a comes back", "its machine has booted and its daemon starts; it has the higher priority and takes the address again");
        await StopPolitely();
        await Restore("a comes back once more", "as before");
        screen.Good($"the client got {_client.Count} answers; {_client.Failures} requests fell into the gaps and were repeated");
    }

    private async Task Start()
    {
        screen.Title($"Two directors share {VirtualAddress}: a ({Software.Ours.Name}, priority 200) and b ({peer.Name}, priority 100)");
        screen.Say($"VRRP version 3, an advertisement every {Interval} ms; a client asks http://{VirtualAddress}/ about 200 times a second.");
        _a = lan.AddHost("a", 1);
        _b = lan.AddHost("b", 2);
        var clientHost = lan.AddHost("client", 9);
        _capture = Capture.Start(lan);
        WebServer.Start(_a, "0.0.0.0", 80, "a");
        WebServer.Start(_b, "0.0.0.0", 80, "b");
        _first = StartFirst();
        await Wait.Until("a becomes master", s_soon, () => _a.Has(VirtualAddress), () => _first.Log);
        var second = Director.Start(_b, peer, Configuration("b", 100));
        await Wait.Until("b is backup", s_soon, () => second.Log.Contains("BACKUP", StringComparison.Ordinal), () => second.Log);
        _client = new Client(clientHost, VirtualAddress);
        await _client.Hears("a", 0);
        screen.Good("a is master and answers the client");
        await Task.Delay(500);
    }

    private async Task Kill()
    {
        screen.Title("The master's machine dies: SIGKILL to all its processes, and its cable is cut");
        var killed = Native.RealTime();
        _first.PullThePlug();
        _a.CableCut(true);
        await Becomes(_b, killed);

        var last = Advertisements(_a).Last(advertisement => advertisement.Time < killed + 5_000_000);
        var first = Advertisements(_b).First(advertisement => advertisement.Time > killed);
        Timeline(killed, "a is dead", [(last.Time, "the last advertisement of a")], "b", first);
        screen.Good($"takeover {Milliseconds(last.Time, first.Time):0.0} ms after the last advertisement; the RFC's minimum is {MasterDown:0.0} ms (3 intervals + skew)");
        await Task.Delay(500);
    }

    private async Task StopPolitely()
    {
        screen.Title("The master is stopped politely (SIGTERM: it says goodbye with priority 0)");
        var asked = Native.RealTime();
        _first.Stop();
        await Becomes(_b, asked);

        var farewell = Advertisements(_a).FirstOrDefault(advertisement => advertisement.Time > asked && advertisement.Priority == 0)
            ?? throw new InvalidOperationException("a sent no advertisement with priority 0");
        var first = Advertisements(_b).First(advertisement => advertisement.Time > farewell.Time);
        Timeline(asked, "a is asked to stop", [(farewell.Time, "a says priority 0")], "b", first);
        screen.Good($"takeover {Milliseconds(farewell.Time, first.Time):0.0} ms after the goodbye; the RFC's minimum is {Skew:0.0} ms (the skew)");
        await Task.Delay(300);
    }

    private async Task Restore(string title, string why)
    {
        screen.Title($"{char.ToUpperInvariant(title[0])}{title[1..]}: {why}");
        // A machine that has booted has lost the address that nobody was left to remove.
        _a.Forget(VirtualAddress + "/24");
        _a.CableCut(false);
        var started = Native.RealTime();
        _first = StartFirst();
        await Becomes(_a, started);
        await Wait.Until("b gives the address up", s_soon, () => !_b.Has(VirtualAddress));

        var first = Advertisements(_a).First(advertisement => advertisement.Time > started && advertisement.Priority == 200);
        Timeline(started, "a is started", [], "a", first);
        screen.Good("a alone has the address again");
        await Task.Delay(500);
    }

    /// <summary>Prints what happened in order, and how long the client had no answer.</summary>
    private void Timeline(long from, string what, (long Time, string Text)[] before, string winner, Advertisement first)
    {
        var (lastAnswer, firstAnswer) = _client.ChangeTo(winner, from);
        var announced = _capture.Frames.Where(frame => frame.Time > from).FirstOrDefault(IsAnnouncement);
        List<(long Time, string Text)> moments =
        [
            (from, what),
            .. before,
            (first.Time, $"the first advertisement of {winner}, priority {first.Priority}"),
            (lastAnswer.Time, $"client: the last answer from {lastAnswer.Who}"),
            (firstAnswer.Time, $"client: the first answer from {firstAnswer.Who}"),
        ];
        if (announced.Bytes is not null)
        {
            moments.Add((announced.Time, $"{winner} announces {VirtualAddress} (gratuitous ARP)"));
        }

        foreach (var (time, text) in moments.OrderBy(moment => moment.Time))
        {
            screen.At(Milliseconds(from, time), text);
        }

        screen.Good($"the client's gap: {Milliseconds(lastAnswer.Time, firstAnswer.Time):0.0} ms");
    }

    // A gratuitous ARP: EtherType 0x0806, sender and target protocol address are the virtual one (RFC 5227 3).
    private static bool IsAnnouncement(Frame frame) =>
        frame.Bytes.Length >= 42 && frame.Bytes[12] == 8 && frame.Bytes[13] == 6
        && new IPAddress(frame.Bytes.AsSpan(28, 4)).ToString() == VirtualAddress && frame.Bytes.AsSpan(28, 4).SequenceEqual(frame.Bytes.AsSpan(38, 4));

    private static double Milliseconds(long from, long to) => (to - from) / 1e6;

    private async Task Becomes(Host host, long since)
    {
        await Wait.Until($"{host.Name} has {VirtualAddress}", s_soon, () => host.Has(VirtualAddress));
        await Wait.Until($"{host.Name} advertises", s_soon, () => Advertisements(host).Any(advertisement => advertisement.Time > since));
        await _client.Hears(host.Name, since);
    }

    private IEnumerable<Advertisement> Advertisements(Host host)
    {
        var source = IPAddress.Parse(host.Address4);
        return _capture.Advertisements.Where(advertisement => advertisement.Source.Equals(source));
    }

    private Director StartFirst() => Director.Start(_a, Software.Ours, Configuration("a", 200));

    private static string Configuration(string name, int priority) => $$"""
        global_defs {
            router_id {{name}}
        }
        vrrp_instance web {
            state BACKUP
            interface eth0
            virtual_router_id 51
            priority {{priority}}
            version 3
            advert_int 0.1
            virtual_ipaddress {
                {{VirtualAddress}}/24
            }
        }

        """;
}
