using System.Globalization;
using Keepalived.Checking;

namespace Keepalived.Ipvs;

/// <summary>The sections of <c>keepalived_check.data</c> that this plugin fills.</summary>
internal static class IpvsDump
{
    /// <summary>Writes configuration and state.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<VirtualServer> servers, MonotonicTime now)
    {
        writer.WriteLine("------< LVS Topology >------");
        foreach (VirtualServer server in servers)
        {
            WriteVirtualServer(writer, server);
        }

        writer.WriteLine("------< Health checkers >------");
        foreach (VirtualServer server in servers)
        {
            foreach (RealServer real in server.Servers)
            {
                foreach (CheckRunner checker in real.Checkers)
                {
                    WriteChecker(writer, checker, now);
                }
            }
        }
    }

    private static void WriteVirtualServer(TextWriter writer, VirtualServer server)
    {
        VirtualServerDefinition definition = server.Definition;
        Line(writer, 1, "VS", server.Name);
        Line(writer, 3, "Scheduler", definition.Service.Scheduler);
        Line(writer, 3, "Flags", definition.Service.Flags);
        Line(writer, 3, "Persistence timeout", definition.Service.PersistenceTimeout);
        Line(writer, 3, "Forwarding method", definition.Forwarding);
        Line(writer, 3, "delay_loop", Seconds(definition.DelayLoop));
        Line(writer, 3, "Quorum", definition.Quorum);
        Line(writer, 3, "Hysteresis", definition.Hysteresis);
        Line(writer, 3, "Quorum up", YesNo(server.HasQuorum));
        Line(writer, 3, "Live weight", server.LiveWeight);
        Line(writer, 3, "Alpha", OnOff(definition.Alpha));
        Line(writer, 3, "Omega", OnOff(definition.Omega));
        Optional(writer, "Virtual host", definition.VirtualHost);
        Optional(writer, "Quorum up notify", definition.QuorumUp?.ToString());
        Optional(writer, "Quorum down notify", definition.QuorumDown?.ToString());
        if (definition.SorryServer is { } sorry)
        {
            Line(writer, 3, "Sorry server", sorry.Name);
            Line(writer, 5, "Forwarding method", sorry.Forwarding);
            Line(writer, 5, "Alive", YesNo(server.IsSorry));
            Line(writer, 5, "Inhibit", OnOff(sorry.Inhibit));
        }

        foreach (RealServer real in server.Servers)
        {
            WriteRealServer(writer, real);
        }
    }

    private static void WriteRealServer(TextWriter writer, RealServer server)
    {
        RealServerDefinition definition = server.Definition;
        Line(writer, 3, "RIP", $"{definition.Destination.Address}, RPORT = {definition.Destination.Port}, WEIGHT = {server.EffectiveWeight}");
        Line(writer, 5, "Forwarding method", definition.Forwarding);
        Line(writer, 5, "Alive", YesNo(server.IsAlive));
        Line(writer, 5, "Initial weight", definition.Weight);
        Line(writer, 5, "Upper threshold", definition.UpperThreshold);
        Line(writer, 5, "Lower threshold", definition.LowerThreshold);
        Line(writer, 5, "Inhibit on failure", OnOff(definition.InhibitOnFailure));
        if (definition.NotifyUp is { } up)
        {
            Line(writer, 5, "Notify up", up);
        }

        if (definition.NotifyDown is { } down)
        {
            Line(writer, 5, "Notify down", down);
        }
    }

    private static void WriteChecker(TextWriter writer, CheckRunner checker, MonotonicTime now)
    {
        CheckOptions options = checker.Configured.Options;
        Line(writer, 1, "Checker", checker.Kind);
        Line(writer, 3, "Virtual server", checker.Server.Owner.Name);
        Line(writer, 3, "Real server", checker.Server.Name);
        Line(writer, 3, "Connect to", checker.Configured.Target.EndPoint);
        Line(writer, 3, "Connection timeout", Seconds(options.ConnectTimeout!.Value));
        Line(writer, 3, "Delay loop", Seconds(options.DelayLoop!.Value));
        Line(writer, 3, "Retry count", options.Retry!.Value);
        Line(writer, 3, "Retry delay", Seconds(options.DelayBeforeRetry!.Value));
        Line(writer, 3, "Warmup", Seconds(options.Warmup!.Value));
        Line(writer, 3, "Alpha", OnOff(options.Alpha!.Value));
        Line(writer, 3, "Log all failures", OnOff(options.LogAllFailures!.Value));
        Line(writer, 3, "Up", YesNo(checker.State.IsUp));
        Line(writer, 3, "Has run", YesNo(checker.State.HasRun));
        Line(writer, 3, "Current retry", checker.State.RetriesUsed);
        Line(writer, 3, "Probe under way", YesNo(checker.IsProbing));
        if (checker.NextAction != MonotonicTime.Never)
        {
            Line(writer, 3, "Next check in", Seconds(checker.NextAction - now));
        }
    }

    private static void Optional(TextWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            Line(writer, 3, name, value);
        }
    }

    private static void Line<T>(TextWriter writer, int indent, string name, T value) =>
        writer.WriteLine($"{new string(' ', indent)}{name} = {value}");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string OnOff(bool value) => value ? "enabled" : "disabled";
}
