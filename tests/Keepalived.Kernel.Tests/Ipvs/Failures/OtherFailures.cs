using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>What can befall the checks that do not speak over TCP.</summary>
internal static class OtherFailures
{
    private const string Question = "type A\n name www.example.org";

    public static IEnumerable<FailureRow> All() => [.. Dns(), .. Udp(), .. Ping(), .. Misc(), .. Files(), .. Bfd()];

    private static IEnumerable<FailureRow> Dns() =>
    [
        Ask("refused: the server stopped", new Fault.Killed("dnsmasq"), @"answer: nobody listens at the port \(ICMP\)") with { Port = 5353 },
        Ask("black hole", new Fault.BlackHole(), "answer: no answer in time"),
        Ask("no route", new Fault.NoRoute(), "open a socket: unreachable, No route to host"),
        Ask("ICMP host unreachable", new Fault.RouterRefuses(), "answer: unreachable, No route to host"),
        Ask("silence", new Fault.Datagrams(static _ => null), "answer: no answer in time"),
        Ask("another identifier", new Fault.Datagrams(static query => [(byte)(query[0] ^ 1), query[1], 0x81, .. query.AsSpan(3)]), "answer: none in time; datagrams passed over: 1, the last one as it has another identifier") with { IsOpenWithC = true },
        Ask("the query sent back", new Fault.Datagrams(static query => query), "answer: none in time; datagrams passed over: 1, the last one as it is no response") with { IsOpenWithC = true },
        Ask("half a header", new Fault.Datagrams(static query => query[..7]), "answer: none in time; datagrams passed over: 1, the last one as it is shorter than a header") with { IsOpenWithC = true },
        Ask("SERVFAIL", new Fault.Named("broken"), @"answer: error code 2 \(SERVFAIL\)"),
        Ask("NXDOMAIN", new Fault.Named("empty"), @"answer: error code 3 \(NXDOMAIN\)"),
        Ask("REFUSED", new Fault.Named("closed"), @"answer: error code 5 \(REFUSED\)"),
        Ask("NOTIMP", new Fault.Datagrams(static query => [query[0], query[1], 0x81, 0x84, .. query.AsSpan(4)]), @"answer: error code 4 \(NOTIMP\)"),
        Ask("truncated, without an error code", new Fault.Datagrams(static query => [query[0], query[1], 0x83, 0x80, .. query.AsSpan(4)]), null),
    ];

    private static IEnumerable<FailureRow> Udp() =>
    [
        Echo("nobody at the port", new Fault.Nobody(), @"reply: nobody listens at the port \(ICMP\)", ""),
        Echo("ICMP host unreachable", new Fault.RouterRefuses(), "reply: unreachable, No route to host", ""),
        Echo("no route", new Fault.NoRoute(), "open a socket: unreachable, No route to host", ""),
        Echo("black hole, no reply required", new Fault.BlackHole(), null, ""),
        Echo("black hole", new Fault.BlackHole(), "reply: no answer in time"),
        Echo("wrong reply", new Fault.Datagrams(static _ => [0xbe, 0xef]), "reply: begins with beef, not abcX"),
        Echo("empty reply", new Fault.Datagrams(static _ => []), "reply: 0 octets, fewer than 2"),
        Echo("reply too short", new Fault.Datagrams(static _ => [0xab]), "reply: 1 octets, fewer than 2"),
        Echo("reply too long", new Fault.Datagrams(static _ => new byte[9]), "reply: longer than 8 octets"),
    ];

    private static IEnumerable<FailureRow> Ping() =>
    [
        new("PING_CHECK", "black hole", new Fault.BlackHole(), "echo: no answer in time"),
        new("PING_CHECK", "ICMP host unreachable", new Fault.RouterRefuses(), "echo: unreachable, No route to host"),
        new("PING_CHECK", "no route", new Fault.NoRoute(), "echo: unreachable, No route to host"),
    ];

    private static IEnumerable<FailureRow> Misc() =>
    [
        Script("exit code 3", "exit 3", "the script ended with exit code 3"),
        Script("exit code 1, misc_dynamic", "exit 1", "the script ended with exit code 1") with { Options = "misc_dynamic" },
        Script("killed by a signal", "kill -KILL $$", "the script ended with signal 9"),
        Script("does not end in time", "exec sleep 30", "the script did not end within 3 s and was ended"),
        Script("not executable any more", path => File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite), "the script could not be run: .+") with { WhyCDiffers = "takes a script that cannot be run for one that succeeded" },
        Script("gone", File.Delete, "the script could not be run: .+") with { WhyCDiffers = "takes a script that cannot be run for one that succeeded" },
        Script("its interpreter is gone", path => Replace(path, "#!/nowhere/sh\nexit 0\n"), "the script could not be run: .+") with { WhyCDiffers = "takes a script that cannot be run for one that succeeded" },
    ];

    // Not in place: the script may run at this moment, and a program that runs cannot be written.
    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.SetUnixFileMode(path + ".new", File.GetUnixFileMode(path));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static IEnumerable<FailureRow> Files() =>
    [
        Number("not 0", path => File.WriteAllText(path, "7\n"), "ROW says 7, and has no weight: any number but 0 takes the server out") with { Options = "weight 0" },
        Number("the product takes it out", path => File.WriteAllText(path, "-2000000000\n"), "ROW says -2000000000, which with weight 2 takes the server out") with { Options = "weight 2" },
        Number("garbage", path => File.WriteAllText(path, "well\n"), null),
        Number("gone", File.Delete, null),
    ];

    private static IEnumerable<FailureRow> Bfd() =>
    [
        new("BFD_CHECK", "the neighbour's program is killed", new Fault.Killed("bird"), "BFD session killed is down: no packet within [0-9.]+ ms.*") { Options = "name killed" },
        new("BFD_CHECK", "the neighbour is cut off", new Fault.Unplugged("n"), "BFD session cut is down: no packet within [0-9.]+ ms.*") { Options = "name cut" },
    ];

    private static FailureRow Ask(string failure, Fault fault, string? cause) => new("DNS_CHECK", failure, fault, cause) { Options = Question, Port = 53 };

    private static FailureRow Echo(string failure, Fault fault, string? cause, string reply = "require_reply abcX\n min_reply_length 2\n max_reply_length 8") =>
        new("UDP_CHECK", failure, fault, cause) { Options = $"payload abcd\n {reply}", Port = 7 };

    private static FailureRow Script(string failure, string body, string cause) => Script(failure, path => File.WriteAllText(path, $"#!/bin/sh\n{body}\n"), cause);

    private static FailureRow Script(string failure, Action<string> spoil, string cause) => new("MISC_CHECK", failure, new Fault.Change(spoil), cause);

    private static FailureRow Number(string failure, Action<string> spoil, string? cause) => new("FILE_CHECK", failure, new Fault.Change(spoil), cause);
}
