using Keepalived.Bfd.Protocol;
using Keepalived.Bfd.Runtime;

namespace Keepalived.Bfd.Reporting;

/// <summary>The counters of all sessions as text. keepalived has none of BFD: the form is that of its VRRP ones.</summary>
internal static class StatisticsDump
{
    public static void Write(TextWriter writer, BfdRuntime runtime, bool clears)
    {
        foreach (RunningSession session in runtime.Sessions)
        {
            Write(writer, session.Settings.Name, session.Core.Statistics);
            if (clears)
            {
                session.Core.Statistics.Clear();
            }
        }

        if (runtime.Dropped.Total > 0)
        {
            writer.Write("No BFD Instance:\n");
            WriteDropped(writer, runtime.Dropped);
            if (clears)
            {
                runtime.Dropped.Clear();
            }
        }
    }

    private static void Write(TextWriter writer, string name, BfdStatistics s)
    {
        writer.Write($"""
            BFD Instance: {name}
              Packets:
                Received: {s.Received}
                Sent: {s.Sent}
              Became up: {s.WentUp}
              Became down: {s.WentDown}
              Poll Sequences:
                Started: {s.PollsStarted}
                Completed: {s.PollsCompleted}
                Answered: {s.FinalsSent}
              Echo Packets:
                Sent: {s.EchoesSent}
                Returned: {s.EchoesReturned}

            """);
        WriteDropped(writer, s.Dropped);
    }

    private static void WriteDropped(TextWriter writer, BfdDropCounters dropped)
    {
        writer.Write($"  Packets Dropped: {dropped.Total}\n");
        for (BfdDropReason reason = BfdDropReason.None; reason <= BfdDropReason.EchoStale; reason++)
        {
            if (dropped[reason] > 0)
            {
                writer.Write($"    {reason}: {dropped[reason]}\n");
            }
        }
    }
}
