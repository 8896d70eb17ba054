using System.Globalization;
using System.Text.RegularExpressions;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Notifications;

/// <summary>Nothing else runs beside it: it takes the whole machine.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Ten thousand events in a second told to scripts that sleep, FIFOs that nobody reads and a mail server that hangs, in one run of the daemon:
/// advertisements keep their time, memory is bounded, and every event is accounted for with each of those who were to be told.
/// </summary>
[Collection("alone")]
public sealed partial class FloodTests
{
    private static readonly TimeSpan s_quietTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_floodTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Ten_thousand_events_a_second_that_nobody_takes_delay_no_advertisement_grow_no_memory_and_are_all_accounted_for()
    {
        Prerequisites.Namespaces();
        await using var network = new FloodNetwork();
        await network.Start();
        var process = network.Director.Child("vrrp");
        using MemoryLine memory = new(process);
        var earlier = await network.Dump();

        var began = Native.RealTime();
        await Task.Delay(s_quietTime);
        network.HaltReader(true);
        var calm = memory.Mark();
        var floodBegan = Native.RealTime();
        var changes = await network.Flood(s_floodTime, s_pause);
        var floodEnded = Native.RealTime();
        var atEnd = await network.Dump();
        memory.Mark();
        network.HaltReader(false);
        await Settled(network);
        memory.Mark();
        await Task.Delay(s_quietTime);
        var after = memory.Mark();
        var ended = Native.RealTime();

        Gaps before = new(network.Capture, began, floodBegan), during = new(network.Capture, floodBegan, floodEnded), later = new(network.Capture, floodEnded, ended);
        var dump = await network.Dump();
        var events = atEnd["Events published"] - earlier["Events published"];
        var seconds = (floodEnded - floodBegan) / 1e9;
        var report = string.Create(CultureInfo.InvariantCulture, $"""
            {changes} changes in {seconds:0.0} s, {events} events until their end: {events / seconds:0} a second
            advertisements before {before}
                           during {during}
                           after  {later}
            memory of the VRRP process, anonymous MB: {memory}
            {string.Join('\n', dump.Where(counter => Counter().IsMatch(counter.Key)).Select(counter => $"{counter.Key} = {counter.Value}"))}
            """);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.Equal(process, network.Director.Child("vrrp"));

        Assert.True(events >= 10_000, report);

        // A peer waits for three intervals and its skew time; whoever is that late loses its addresses.
        Assert.True(during.Count >= 0.9 * FloodNetwork.Quiet * seconds / FloodNetwork.Interval, report);
        Assert.True(during.Longest < 3 * FloodNetwork.Interval && later.Longest < 3 * FloodNetwork.Interval, report);

        // The queues have their bounds (4,096 events, 4,096 scripts, 1,000 mails), and nothing grows once they are full.
        Assert.True(memory.Peak < calm + (64 << 20), report);
        Assert.True(after < calm + (64 << 20), report);

        Account account = new(network.Director.Log);
        CheckAccounts(account, dump, network.Read, report + "\n" + account);
        memory.Dispose();
        network.Director.Stop();
        CheckLog(network.Director.Log, account, dump);
    }

    /// <summary>The log has the losses in sum: at once, every ten seconds, and at the end. Mails about the stop find the queue full too.</summary>
    private static void CheckLog(string log, Account account, Dictionary<string, long> dump)
    {
        Assert.Equal(dump["unread.fifo Lines dropped"] + new Account(log).Lines - account.Lines, Last(log, @"unread\.fifo is full, nobody reads it: (\d+) lines"));
        Assert.Equal(dump["halted.fifo Lines dropped"], Last(log, @"halted\.fifo is full, nobody reads it: (\d+) lines"));
        Assert.InRange(Last(log, @"(\d+) scripts have not been run"), dump["Scripts lost"], long.MaxValue);
        Assert.InRange(Last(log, @"The queue of mail is full \(1000 wait\): (\d+)"), dump["Mails lost"], long.MaxValue);
        Assert.InRange(Regex.Count(log, "is full|is read again|have not been run|have been lost"), 4, 20);
        Assert.DoesNotContain("sleep.sh: too many", log, StringComparison.Ordinal);
    }

    private static long Last(string log, string pattern) =>
        Regex.Matches(log, pattern) is { Count: > 0 } matches ? long.Parse(matches[^1].Groups[1].Value, CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex("^(Events|Scripts|Mails|.* ?Lines)")]
    private static partial Regex Counter();

    // Until all are masters again, the lines have been read and the log has said what it kept back: then scripts that sleep are all that is left.
    private static async Task Settled(FloodNetwork network)
    {
        Dictionary<string, long> dump = [];
        for (var i = 0; i < 40 && !IsSettled(); i++)
        {
            await Task.Delay(500);
            dump = await network.Dump();
        }

        bool IsSettled() => dump.Count > 0 && dump["Events waiting"] == 0 && network.Read.Length == dump["halted.fifo Lines written"]
            && new Account(network.Director.Log).Lines == dump["unread.fifo Lines written"] + dump["unread.fifo Lines dropped"];
    }

    /// <summary>With each of those who were to be told: what happened is what was delivered, what waits and what was lost.</summary>
    private static void CheckAccounts(Account account, Dictionary<string, long> dump, string[] read, string report)
    {
        Assert.True(dump["Events published"] == dump["Events delivered"] + dump["Events waiting"] + dump["Events lost"], report);
        Assert.True(account.Lines == dump["unread.fifo Lines written"] + dump["unread.fifo Lines dropped"], report);
        Assert.True(account.Lines == dump["halted.fifo Lines written"] + dump["halted.fifo Lines dropped"], report);
        Assert.True(read.Length == dump["halted.fifo Lines written"], report);
        Assert.InRange(dump["Scripts asked for"] - 1 - account.Scripts, 0, dump["Events lost"]); // the reader is one; what the bus lost was not logged
        Assert.True(dump["Scripts asked for"] == dump["Scripts ended"] + dump["Scripts not started"] + dump["Scripts running"] + dump["Scripts waiting"] + dump["Scripts lost"], report);
        Assert.True(account.Mails == dump["Mails asked for"], report);
        Assert.True(dump["Mails asked for"] == dump["Mails delivered"] + dump["Mails refused"] + dump["Mails waiting"] + dump["Mails lost"], report);

        // Each of them was in fact too slow.
        Assert.True(dump["Scripts lost"] > 0 && dump["Mails lost"] > 0 && dump["unread.fifo Lines dropped"] > 0 && dump["halted.fifo Lines dropped"] > 0, report);
    }
}
