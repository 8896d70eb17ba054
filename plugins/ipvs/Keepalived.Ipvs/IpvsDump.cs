using System.Globalization;
using System.Net.Sockets;
using Keepalived.Checking;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scheduling;

namespace Keepalived.Ipvs;

/// <summary>
/// The sections of <c>keepalived_check.data</c> that this plugin fills, in keepalived's layout: people's scripts read them. Thousands of virtual
/// servers take half a second, so it is written in pieces, between which the loop has its turns: each server stands there as it was at its moment.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="scheduler">The loop.</param>
/// <param name="share">As long as one piece keeps the loop.</param>
internal sealed class IpvsDump(TextWriter writer, IScheduler scheduler, TimeSpan share)
{
    private MonotonicTime _pieceEnds;

    /// <summary>Writes configuration and state.</summary>
    /// <param name="servers">The virtual servers.</param>
    /// <param name="kernel">Whose counters are added, 64 bits wide where it has them; null while there is none.</param>
    public async Task WriteAsync(IReadOnlyList<VirtualServer> servers, Func<IKernelTable?> kernel)
    {
        _pieceEnds = scheduler.ReadClock() + share;
        writer.WriteLine("------< LVS Topology >------");
        bool refuses = false;
        foreach (VirtualServer server in servers)
        {
            IpvsCounterText? counters = refuses || kernel() is null ? null : await ReadCountersAsync(server, kernel);
            refuses |= counters is null;
            writer.WriteLine(" ------< Virtual server >------");
            WriteVirtualServer(writer, server);
            counters?.Write(writer, server);
            foreach (RealServer real in server.Servers)
            {
                writer.WriteLine("   ------< Real server >------");
                WriteRealServer(writer, real);
                counters?.Write(writer, real);
                await LetTheLoopWork();
            }
        }

        writer.WriteLine("------< Health checkers >------");
        foreach (VirtualServer server in servers)
        {
            foreach (RealServer real in server.Servers)
            {
                foreach (CheckRunner checker in real.Checkers)
                {
                    WriteChecker(writer, checker);
                }

                await LetTheLoopWork();
            }
        }
    }

    /// <summary>The kernel's counters of a virtual server; null when it refuses or is gone. A group may have thousands of services.</summary>
    private async Task<IpvsCounterText?> ReadCountersAsync(VirtualServer server, Func<IKernelTable?> kernel)
    {
        var counters = new IpvsCounterText();
        foreach (IpvsService service in server.Definition.Services)
        {
            // Changes under way would have to be waited for.
            while (kernel() is { IsIdle: false })
            {
                await NextTurn();
            }

            if (kernel() is not { } table || !counters.Read(table, service.Key))
            {
                return null;
            }

            await LetTheLoopWork();
        }

        return counters;
    }

    private ValueTask LetTheLoopWork() => scheduler.ReadClock() < _pieceEnds ? ValueTask.CompletedTask : NextTurn();

    private async ValueTask NextTurn()
    {
        var turn = new TaskCompletionSource();
        scheduler.Post(turn.SetResult);
        await turn.Task;
        _pieceEnds = scheduler.ReadClock() + share;
    }

    private static void WriteVirtualServer(TextWriter writer, VirtualServer server)
    {
        VirtualServerDefinition definition = server.Definition;
        ServiceAddress address = definition.Address;
        writer.WriteLine(address.IsGroup ? $" VS GROUP = {address.Group}" : address.IsMark ? $" VS FWMARK = {address.FirewallMark}" : $" VS VIP = {address.Address}, VPORT = {address.Port}");
        Line(writer, 3, "Address family", address.Family == AddressFamily.InterNetworkV6 ? "inet6" : "inet");
        Optional(writer, 3, "VirtualHost", definition.VirtualHost);
        Line(writer, 3, "delay_loop", Seconds(definition.DelayLoop));
        WriteService(writer, definition.Service);
        Line(writer, 3, "protocol", address.Protocol == IpvsProtocol.None ? "none" : address.Protocol.ToString().ToUpperInvariant());
        writer.WriteLine($"   alpha is {OnOff(definition.Alpha)}");
        writer.WriteLine($"   omega is {OnOff(definition.Omega)}");
        Line(writer, 3, "quorum", $"{definition.Quorum}, hysteresis = {definition.Hysteresis}");
        Optional(writer, 3, "Quorum up notify script", definition.QuorumUp?.ToString());
        Optional(writer, 3, "Quorum down notify script", definition.QuorumDown?.ToString());
        Line(writer, 3, "default forwarding method", Method(definition.Forwarding));
        if (definition.SorryServer is { } sorry)
        {
            Line(writer, 3, "sorry server", sorry.Name);
            Line(writer, 5, "forwarding method", Method(sorry.Forwarding));
            writer.WriteLine($"     Inhibit on failure is {OnOff(sorry.Inhibit)}");
            Line(writer, 5, "alive", Digit(server.IsSorry));
        }

        Line(writer, 3, "alive", "1");
        Line(writer, 3, "quorum_state_up", Digit(server.HasQuorum));
        Line(writer, 3, "live weight", server.LiveWeight);
    }

    private static void WriteService(TextWriter writer, in IpvsService service)
    {
        string scheduler = service.Scheduler.ToString();
        bool isHash = scheduler is "sh" or "mh";
        string prefix = isHash ? scheduler + "-" : "flag-";
        Line(writer, 3, "lvs_sched", scheduler);
        if (isHash)
        {
            Line(writer, 3, prefix + "port", Enabled(service.Flags.HasFlag(IpvsServiceFlags.Scheduler2)));
            Line(writer, 3, prefix + "fallback", Enabled(service.Flags.HasFlag(IpvsServiceFlags.Scheduler1)));
        }
        else
        {
            Line(writer, 3, prefix + "1", Enabled(service.Flags.HasFlag(IpvsServiceFlags.Scheduler1)));
            Line(writer, 3, prefix + "2", Enabled(service.Flags.HasFlag(IpvsServiceFlags.Scheduler2)));
            Line(writer, 3, prefix + "3", Enabled(service.Flags.HasFlag(IpvsServiceFlags.Scheduler3)));
        }

        Line(writer, 3, "One packet scheduling", Enabled(service.Flags.HasFlag(IpvsServiceFlags.OnePacket)));
        if (service.PersistenceTimeout > 0)
        {
            Line(writer, 3, "persistence timeout", service.PersistenceTimeout);
        }

        if (service.PersistencePrefixLength != service.Key.AddressBits)
        {
            Line(writer, 3, "persistence granularity", service.Key.IsIPv6
                ? service.PersistencePrefixLength.ToString(CultureInfo.InvariantCulture)
                : InetAddress.FromIPv4(uint.MaxValue).Network(service.PersistencePrefixLength).ToString());
        }

        if (!service.PersistenceEngine.IsEmpty)
        {
            Line(writer, 3, "persistence engine", service.PersistenceEngine);
        }
    }

    private static void WriteRealServer(TextWriter writer, RealServer server)
    {
        RealServerDefinition definition = server.Definition;
        int weight = server.EffectiveWeight;
        writer.WriteLine(
            $"   RIP = {definition.Destination.Address}, RPORT = {definition.Destination.Port}, WEIGHT = {definition.Weight} EFF WEIGHT = {weight}");
        Line(writer, 3, "forwarding method", Method(definition.Forwarding));
        Optional(writer, 3, "VirtualHost", definition.VirtualHost);
        Line(writer, 3, "connection limit range", $"{definition.LowerThreshold} -> {definition.UpperThreshold}");
        writer.WriteLine($"   Inhibit on failure is {OnOff(definition.InhibitOnFailure)}");
        Optional(writer, 3, "RS up notify script", definition.NotifyUp?.ToString());
        Optional(writer, 3, "RS down notify script", definition.NotifyDown?.ToString());
        Line(writer, 3, "initial weight", definition.Weight);
        Line(writer, 3, "effective weight", weight);
        Line(writer, 3, "alive", Digit(server.IsAlive));
        Line(writer, 3, "num failed checkers", FailedCheckers(server));
    }

    private static void WriteChecker(TextWriter writer, CheckRunner checker)
    {
        CheckOptions options = checker.Configured.Options;
        RealServer server = checker.Server;
        writer.WriteLine($" {server.Owner.Name} -> {server.Name}");
        Line(writer, 3, "Enabled", "yes");
        Line(writer, 3, "Up", YesNo(checker.State.IsUp));
        Line(writer, 3, "Has run", YesNo(checker.State.HasRun));
        Line(writer, 3, "Current weight", (checker.DynamicWeight is { } weight ? (long)weight - server.Definition.Weight : 0) + checker.AddedWeight);
        Line(writer, 3, "Alpha", YesNo(options.Alpha!.Value));
        Line(writer, 3, "Delay loop", Microseconds(options.DelayLoop!.Value));
        Line(writer, 3, "Warmup", Microseconds(options.Warmup!.Value));
        Line(writer, 3, "Retries", options.Retry!.Value);
        Line(writer, 3, "Delay before retry", Microseconds(options.DelayBeforeRetry!.Value));
        Line(writer, 3, "Retries iterations", checker.State.RetriesUsed);
        Line(writer, 3, "Log all failures", YesNo(options.LogAllFailures!.Value));
        writer.WriteLine("   Connection");
        Line(writer, 5, "Dest", $"[{options.ConnectAddress}]:{options.ConnectPort}");
        Line(writer, 5, "Timeout", Seconds(options.ConnectTimeout!.Value));
        Optional(writer, 5, "Bind to", options.BindAddress?.ToString());
        Optional(writer, 5, "Bind i/f", options.BindInterface);
        Line(writer, 3, "Keepalive method", checker.Kind);
    }

    private static int FailedCheckers(RealServer server)
    {
        int failed = 0;
        foreach (CheckRunner checker in server.Checkers)
        {
            failed += checker.State.IsUp ? 0 : 1;
        }

        return failed;
    }

    private static string Method(ForwardingMethod method) =>
        method.Kind == IpvsForwarding.Tunnel ? $"TUN, type = {method.Tunnel.ToString().ToUpperInvariant()}" : method.ToString();

    private static void Optional(TextWriter writer, int indent, string name, string? value)
    {
        if (value is not null)
        {
            Line(writer, indent, name, value);
        }
    }

    private static void Line<T>(TextWriter writer, int indent, string name, T value) =>
        writer.WriteLine($"{new string(' ', indent)}{name} = {value}");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);

    private static string Microseconds(TimeSpan time) => $"{time.Ticks / TimeSpan.TicksPerMicrosecond} us";

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string OnOff(bool value) => value ? "ON" : "OFF";

    private static string Enabled(bool value) => value ? "enabled" : "disabled";

    private static string Digit(bool value) => value ? "1" : "0";
}
