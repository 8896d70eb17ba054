using System.Globalization;
using Keepalived.Bfd.Protocol;
using Keepalived.Bfd.Runtime;

namespace Keepalived.Bfd.Reporting;

/// <summary>The BFD part of the data dump: the sections and words of keepalived where it has them.</summary>
internal sealed class DataDump(TextWriter writer, MonotonicTime now)
{
    public void Write(BfdRuntime runtime)
    {
        Line(0, "------< BFD Data >------");
        Line(1, $"Packets of no session = {runtime.Dropped.Total}");
        Line(0, "------< BFD Topology >------");
        foreach (RunningSession session in runtime.Sessions)
        {
            WriteSettings(session.Settings);
            WriteState(session);
            WriteHistory(session.Core.History);
        }
    }

    private void WriteSettings(BfdSessionSettings settings)
    {
        Line(1, $"BFD Instance = {settings.Name}");
        Line(3, $"Neighbor IP = {settings.Neighbor}");
        if (settings.Source is { } source)
        {
            Line(3, $"Source IP = {source}");
        }

        Line(3, $"Required min RX interval = {Microseconds(settings.MinimumReceive)} us");
        Line(3, $"Desired min TX interval = {Microseconds(settings.MinimumTransmit)} us");
        Line(3, $"Desired idle TX interval = {Microseconds(settings.IdleTransmit)} us");
        Line(3, $"Detection multiplier = {settings.DetectMultiplier}");
        Line(3, $"TTL = {settings.TimeToLive}");
        Line(3, $"max_hops = {settings.LargestHops?.ToString(CultureInfo.InvariantCulture) ?? "any"}");
        Line(3, $"multihop = {Word(settings.IsMultihop)}");
        Line(3, $"passive = {Word(settings.IsPassive)}");
        Line(3, $"send event to VRRP process = {(settings.TellsVrrp ? "Yes" : "No")}");
        Line(3, $"send event to checker process = {(settings.TellsCheckers ? "Yes" : "No")}");
        WriteExtensions(settings);
    }

    // What keepalived does not have is there only where it is configured.
    private void WriteExtensions(BfdSessionSettings settings)
    {
        BfdSessionOptions options = settings.ToOptions();
        if (options.Authentication is { } authentication)
        {
            Line(3, $"authentication = {authentication.Type}, keys {string.Join(' ', authentication.Keys.Select(static key => key.Id))}, sends with {authentication.ActiveKey}");
        }

        if (options.MinimumEchoReceive > TimeSpan.Zero)
        {
            Line(3, $"Required min echo RX interval = {Microseconds(options.MinimumEchoReceive)} us");
        }

        if (options.EchoInterval is { } interval)
        {
            Line(3, $"Desired echo TX interval = {Microseconds(interval)} us");
        }
    }

    private void WriteState(RunningSession session)
    {
        BfdSession core = session.Core;
        Line(3, $"source port = {session.SourcePort}");
        Line(3, $"send error = {Word(session.HasSendError)}");
        Line(3, $"local state = {core.State}");
        Line(3, $"remote state = {core.RemoteState}");
        Line(3, $"local discriminator = 0x{core.LocalDiscriminator:x}");
        Line(3, $"remote discriminator = 0x{core.RemoteDiscriminator:x}");
        Line(3, $"local diag = {core.Diagnostic}");
        Line(3, $"remote diag = {core.RemoteDiagnostic}");
        Line(3, $"remote min tx intv = {Microseconds(core.RemoteMinimumTransmit)} us");
        Line(3, $"remote min rx intv = {Microseconds(core.RemoteMinimumReceive)} us");
        Line(3, $"remote demand = {(core.RemoteDemands ? 1 : 0)}");
        Line(3, $"remote detect multiplier = {core.RemoteMultiplier}");
        Line(3, $"local tx intv = {Microseconds(core.TransmitInterval)} us");
        Line(3, $"local detection time = {Microseconds(core.DetectionTime)} us");
        Line(3, core.LastReceived is { } last ? $"last seen = {Seconds(now - last)} s ago" : "last seen = never");
        if (core.IsEchoing)
        {
            Line(3, $"echo tx intv = {Microseconds(core.EchoInterval)} us");
            Line(3, $"echo detection time = {Microseconds(core.EchoDetectionTime)} us");
        }
    }

    private void WriteHistory(RecentEntries<BfdHistoryEntry> history)
    {
        if (history.Count == 0)
        {
            return;
        }

        Line(3, $"Transitions (last {history.Count}) :");
        for (int i = 0; i < history.Count; i++)
        {
            BfdHistoryEntry entry = history[i];
            Line(5, $"{Seconds(now - entry.At)} s ago {entry}");
        }
    }

    private static long Microseconds(TimeSpan interval) => (long)interval.TotalMicroseconds;

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Word(bool value) => value ? "true" : "false";

    private void Line(int indent, string text) => writer.Write($"{new string(' ', indent)}{text}\n");
}
