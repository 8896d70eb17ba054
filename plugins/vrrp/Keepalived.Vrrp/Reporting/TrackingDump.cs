using System.Globalization;
using Keepalived.Events;
using Keepalived.Scripts;
using Keepalived.Tracking;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Groups;
using Keepalived.Vrrp.Runtime;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Reporting;

/// <summary>The sections of the data dump about sync groups and trackers; each is there only when it has something to say.</summary>
internal sealed class TrackingDump(TextWriter writer, VirtualRouterSet routers)
{
    public void Write()
    {
        WriteGroups();
        if (routers.Trackers is { } trackers)
        {
            WriteTracked("VRRP Scripts", trackers.Scripts, WriteScript);
            WriteTracked("VRRP Track files", trackers.Files, WriteFile);
            WriteTracked("VRRP Track processes", trackers.Processes, WriteProcess);
            WriteTracked("VRRP Track BFDs", trackers.Sessions, WriteSession);
        }
    }

    /// <summary>The lines of one instance about what it tracks.</summary>
    public static void WritePoints(TextWriter writer, InstanceTracking tracking)
    {
        Write<TrackedInterface>("Tracked interfaces", (link, weight) => $"{link.Name} weight {weight}");
        Write<TrackedScript>("Tracked scripts", (script, weight) => $"{script.Settings.Name} weight {weight}");
        Write<FollowedFile>("Tracked files", (file, weight) => $"{file.Settings.Name}, weight {weight}");
        Write<FollowedProcess>("Tracked processes", (process, weight) => $"{process.Settings.Name}, weight {weight}");
        Write<TrackedBfdSession>("Tracked BFD instances", (session, weight) => $"{session.Name} weight {weight}");

        void Write<T>(string label, Func<T, TrackWeight, string> text)
            where T : TrackedObject
        {
            List<TrackPoint> points = [.. tracking.Points.Where(point => point.Tracked is T)];
            if (points.Count > 0)
            {
                writer.Write($"   {label} :\n");
                points.ForEach(point => writer.Write($"     {text((T)point.Tracked, point.Weight)}\n"));
            }
        }
    }

    private void WriteGroups()
    {
        if (routers.Groups.Count == 0)
        {
            return;
        }

        Line(0, "------< VRRP Sync groups >------");
        foreach (RunningGroup group in routers.Groups)
        {
            SyncGroupSettings settings = group.Settings;
            Line(1, $"VRRP Sync Group = {settings.Name}, {InstanceText.NameOf((VrrpState)group.Core.State)}");
            Line(3, $"Num member fault {group.Core.FaultyMembers}, num member init {group.Core.PendingMembers}");
            Line(3, "VRRP member instances :");
            foreach (RunningInstance member in group.Members)
            {
                Line(5, member.Settings.Name);
            }

            Line(3, $"Using smtp notification = {(settings.SmtpAlert ? "yes" : "no")}");
            Script("Backup state transition script", settings.Notify.Backup);
            Script("Master state transition script", settings.Notify.Master);
            Script("Fault state transition script", settings.Notify.Fault);
            Script("Stop state transition script", settings.Notify.Stop);
            Script("Generic state transition script", settings.Notify.Any);
        }
    }

    private void WriteTracked<T>(string title, IReadOnlyCollection<T> all, Action<T> write)
        where T : TrackedObject
    {
        if (all.Count == 0)
        {
            return;
        }

        Line(0, $"------< {title} >------");
        foreach (T tracked in all)
        {
            write(tracked);
        }
    }

    private void WriteScript(TrackedScript script)
    {
        ScriptTracker settings = script.Settings;
        Line(1, $"VRRP Script = {settings.Name}");
        Line(3, $"Command = {CommandText.Quote(settings.Command)}");
        Line(3, $"Interval = {Seconds(settings.Interval)} sec");
        Line(3, $"Timeout = {Seconds(settings.Timeout)} sec");
        Line(3, $"Weight = {settings.Weight}");
        Line(3, $"Rise = {settings.Rise}");
        Line(3, $"Fall = {settings.Fall}");
        Line(3, $"Result = {script.Verdict.Counter}");
        Line(3, $"Init state = {(script.Verdict.HasResult ? "done" : settings.StartsFailed ? "FAILED" : "INIT")}");
        Line(3, $"Status = {(script.Verdict.IsUp ? "GOOD" : "BAD")}");
        WriteTrackers(script);
        Line(3, $"State = {(script.IsRunning ? "running" : "idle")}");
    }

    private void WriteFile(FollowedFile file)
    {
        Line(1, $"Track file = {file.Settings.Name}");
        Line(3, $"File = {file.Settings.Path}");
        Line(3, $"Status = {file.State.Number}");
        Line(3, $"Weight = {file.Settings.Weight}");
        WriteTrackers(file);
    }

    private void WriteProcess(FollowedProcess process)
    {
        ProcessTracker settings = process.Settings;
        Line(1, $"VRRP Track process = {settings.Name}");
        Line(3, $"Process = {settings.Program}");
        if (settings.ComparesParameters)
        {
            Line(3, $"Parameters = {string.Join(' ', settings.Parameters)}");
        }

        Line(3, $"Min processes = {settings.Quorum}");
        if (settings.QuorumMaximum is { } most)
        {
            Line(3, $"Max processes = {most}");
        }

        Line(3, $"Current processes = {process.Quorum.Count}");
        Line(3, $"Have quorum = {(process.Quorum.IsUp ? "true" : "false")}");
        Line(3, $"Weight = {settings.Weight}");
        Line(3, $"Terminate delay = {settings.TerminateDelay.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture)}s");
        Line(3, $"Fork delay = {settings.ForkDelay.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture)}s");
        Line(3, $"Fork delay timer {(process.Quorum.WaitsForGain ? "" : "not ")}running");
        Line(3, $"Terminate delay timer {(process.Quorum.WaitsForLoss ? "" : "not ")}running");
        Line(3, $"Full command = {(settings.UsesFullCommand ? "true" : "false")}");
        WriteTrackers(process);
    }

    private void WriteSession(TrackedBfdSession session)
    {
        Line(1, $"VRRP Track BFD = {session.Name}");
        Line(3, $"Status = {(session.State.Condition == TrackedCondition.Up ? "Up" : "Down")}");
        WriteTrackers(session);
    }

    private void WriteTrackers(TrackedObject tracked)
    {
        Line(3, "Tracking instances :");
        foreach (RunningInstance instance in routers.Instances)
        {
            foreach (TrackPoint point in routers.Trackers?.Of(instance)?.Points ?? [])
            {
                if (point.Tracked == tracked)
                {
                    Line(5, $"{instance.Settings.Name}, weight {point.Weight}");
                }
            }
        }
    }

    private void Script(string label, ScriptCommand? command)
    {
        if (command is not null)
        {
            Line(3, $"{label} = {CommandText.Quote(command)}");
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);

    private void Line(int indent, string text) => writer.Write($"{new string(' ', indent)}{text}\n");
}
