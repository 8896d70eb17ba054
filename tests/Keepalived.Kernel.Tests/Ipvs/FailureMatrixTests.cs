using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Keepalived.Kernel.Tests.Ipvs.Failures;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// Every checker beside a real server of its kind that is well, breaks in each way that the checker can meet, and is well again; with the daemon as
/// installed, IPVS, and C keepalived 2.2.7 beside it, which asks the same servers from the same file. All rows at once.
/// </summary>
public sealed class FailureMatrixTests
{
    [Fact]
    public Task Every_failure_of_every_check_removes_the_server_and_names_itself_in_log_and_event() => Inside.RunAlone(async () =>
    {
        Assert.SkipWhen(RealServers.WhyNot is not null, RealServers.WhyNot ?? "");
        FailureRow[] rows = [.. StreamFailures.All(), .. OtherFailures.All()];
        await using var lab = new FailureLab(rows);
        var watch = Stopwatch.StartNew();
        // One processor inside: who waits for a command must not keep the broken servers, which answer from here, waiting.
        ThreadPool.SetMinThreads(16, 16);
        RealServers.Start(lab);
        lab.Heal();
        // A mail that is refused is tried again only much later.
        await Wait.Until("the mailbox listens", Balancer.Patience, () => lab.Healthy.Run("ss", "-Hltn").Contains(":26 ", StringComparison.Ordinal), lab.Outputs);
        Director ours = Director.Start(lab.Ours, Software.Ours, FailureConfiguration.For(lab, lab.Ours), "--log-format", "json");
        Director theirs = Director.Start(lab.Theirs, Software.C, FailureConfiguration.For(lab, lab.Theirs));
        var record = new FailureRecord(lab, ours);
        await Wait.Until("our daemon has made its FIFO", Balancer.Patience, () => File.Exists(FailureConfiguration.Fifo(lab)), () => ours.Log);
        record.Listen();
        Tables well = await Settle(lab, static _ => true, static _ => true, TimeSpan.FromSeconds(120));
        TimeSpan started = watch.Elapsed;
        Assert.True(well.AreAs(static _ => true, static _ => true, row => rows[row].IsOpenWithC, out string wrong), $"Not well at first: {wrong}\n{lab.Outputs()}\n{Tail(ours.Log)}\n--- C\n{Tail(theirs.Log)}");

        record.Skip();
        lab.Break();
        Tables broken = await Settle(lab, row => rows[row].IsUnseen, row => rows[row].IsUnseenByC, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3));
        TimeSpan broke = watch.Elapsed;
        await Mails(record, rows);
        record.Take();
        string[] remarks = [.. Enumerable.Range(0, rows.Length).Select(row => Judge(rows, row, record, broken))];

        lab.Heal();
        Tables healed = await Settle(lab, static _ => true, static _ => true, TimeSpan.FromSeconds(60));
        for (int row = 0; row < rows.Length; row++)
        {
            remarks[row] += (healed.Ours[row] ? "" : " NOT BACK") + (healed.Theirs[row] || rows[row].IsOpenWithC ? "" : " NOT BACK WITH C");
        }

        Print(rows, record, broken, remarks, $"well after {started.TotalSeconds:0} s, broken after {broke.TotalSeconds:0} s, healed after {watch.Elapsed.TotalSeconds:0} s");
        string[] failed = [.. Enumerable.Range(0, rows.Length).Where(row => remarks[row].Length > 0).Select(row => $"{rows[row].Check}, {rows[row].Failure} ({row}):{remarks[row]}")];
        Assert.True(failed.Length == 0, string.Join('\n', failed));
    }, typeof(FailureMatrixTests));

    /// <summary>Who serves by the tables of both; a server with weight 0 does not.</summary>
    private sealed record Tables(bool[] Ours, bool[] Theirs, bool[] AreShown)
    {
        private static readonly IPAddress s_virtual = IPAddress.Parse(Balancer.VirtualAddress);

        /// <summary>As <c>ipvsadm -Ln</c> shows them.</summary>
        public static Tables Read(FailureLab lab) => Of(Weights(lab, lab.Ours), Weights(lab, lab.Theirs));

        /// <summary>The same at little cost: for waiting.</summary>
        public static Tables Glance(FailureLab lab) => Of(Weights(lab, lab.OurTable), Weights(lab, lab.TheirTable));

        public bool AreAs(Func<int, bool> ours, Func<int, bool> theirs, Func<int, bool> isOpen, out string differences)
        {
            differences = string.Join(", ", Enumerable.Range(0, Ours.Length).Where(row => Ours[row] != ours(row)).Select(static row => $"ours {row}")
                .Concat(Enumerable.Range(0, Ours.Length).Where(row => !isOpen(row) && Theirs[row] != theirs(row)).Select(static row => $"C {row}")));
            return differences.Length == 0;
        }

        private static Tables Of(int[] ours, int[] theirs) =>
            new([.. ours.Select(static weight => weight > 0)], [.. theirs.Select(static weight => weight > 0)], [.. ours.Select(static weight => weight >= 0)]);

        private static int[] Weights(FailureLab lab, TableGlance table) =>
            [.. Enumerable.Range(0, lab.Rows.Count).Select(row => table.WeightOf(s_virtual, FailureConfiguration.PortOf(row)))];

        /// <summary>The weight of each row's server as <c>ipvsadm -Ln</c> shows it; -1 for one that it does not show.</summary>
        private static int[] Weights(FailureLab lab, Host host)
        {
            Dictionary<string, int> shown = IpvsTable.Raw(host).Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(static words => words is ["->", _, "Masq", _, ..]).ToDictionary(static words => words[1], static words => int.Parse(words[3], CultureInfo.InvariantCulture));
            return [.. lab.Rows.Select((row, i) => shown.GetValueOrDefault($"{FailureLab.AddressOf(i)}:{row.Port}", -1))];
        }
    }

    /// <summary>Waits until both tables are as wanted and stay so for a while, or the time is up.</summary>
    private static async Task<Tables> Settle(FailureLab lab, Func<int, bool> ours, Func<int, bool> theirs, TimeSpan limit, TimeSpan rest = default)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan since = TimeSpan.Zero;
        while (true)
        {
            Tables tables = Tables.Glance(lab);
            if (!tables.AreAs(ours, theirs, row => lab.Rows[row].IsOpenWithC, out _))
            {
                since = watch.Elapsed;
            }
            else if (watch.Elapsed - since >= rest)
            {
                return Tables.Read(lab);
            }

            if (watch.Elapsed > limit)
            {
                return Tables.Read(lab);
            }

            await Task.Delay(1000);
        }
    }

    private static async Task Mails(FailureRecord record, FailureRow[] rows)
    {
        var watch = Stopwatch.StartNew();
        do
        {
            record.Take();
            await Task.Delay(1000);
        }
        while (watch.Elapsed < TimeSpan.FromSeconds(15) &&
            !Enumerable.Range(0, rows.Length).All(row => rows[row].Cause is null || ((record.WasNotified(row) || !FailureConfiguration.Notifies(rows, row)) && record.EventsOf(row) is [var told] && record.WasMailed(told.Cause, told.Detail))));
    }

    /// <summary>What is not as it should be; empty when nothing is.</summary>
    private static string Judge(FailureRow[] rows, int number, FailureRecord record, Tables tables)
    {
        FailureRow row = rows[number];
        var remarks = new StringBuilder();
        string[] causes = record.CausesOf(number);
        (string Cause, string Detail)[] events = record.EventsOf(number);
        bool shallServe = row.IsUnseen;
        Remark(tables.Ours[number] == shallServe, shallServe ? "REMOVED" : "NOT REMOVED");
        Remark(row.IsOpenWithC || tables.Theirs[number] == row.IsUnseenByC, row.WhyCDiffers is null ? "C DECIDES OTHERWISE" : "C DECIDES THE SAME");
        Remark(tables.AreShown[number] == (shallServe || row.Inhibits), row.Inhibits ? "NOT KEPT WITH WEIGHT 0" : "STILL SHOWN");
        if (row.Cause is null)
        {
            Remark(causes.Length == 0 && events.Length == 0, "COMPLAINED OF");
            return remarks.ToString();
        }

        string expected = row.Cause.Replace("ROW", $"row{number}", StringComparison.Ordinal);
        Remark(causes is [var cause] && Regex.IsMatch(cause, $"^(?:{expected})$"), $"LOG: {(causes.Length == 0 ? "nothing" : string.Join(" / ", causes))}");
        Remark(events is [var told] && causes is [var same] && told.Detail == same && told.Cause.Length > 0, $"EVENT: {(events.Length == 0 ? "nothing" : string.Join(" / ", events))}");
        Remark(record.WasWritten(number), "NOT ON THE FIFO");
        Remark(record.WasNotified(number) || !FailureConfiguration.Notifies(rows, number), "notify_down DID NOT RUN");
        Remark(events.Length == 1 && record.WasMailed(events[0].Cause, events[0].Detail), "NOT IN THE MAIL");
        return remarks.ToString();

        void Remark(bool isWell, string words) => remarks.Append(isWell ? "" : " " + words);
    }

    private static void Print(FailureRow[] rows, FailureRecord record, Tables broken, string[] remarks, string times)
    {
        var matrix = new StringBuilder();
        int agreed = 0;
        int seen = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            bool agrees = broken.Ours[i] == broken.Theirs[i];
            agreed += agrees ? 1 : 0;
            seen += rows[i].Cause is null ? 0 : 1;
            matrix.Append(CultureInfo.InvariantCulture,
                $"{(remarks[i].Length == 0 ? "ok  " : "FAIL")} {rows[i].Check,-10} {rows[i].Failure,-50} {(broken.Ours[i] ? "serves" : rows[i].Inhibits ? "weight 0" : "removed"),-8} {(agrees ? "C: same  " : "C: serves")} {string.Join(" / ", record.CausesOf(i))}{(rows[i].WhyCDiffers is { } why ? $" [C {why}]" : "")}{remarks[i]}\n");
        }

        matrix.Append(CultureInfo.InvariantCulture, $"{rows.Length} rows, {seen} seen by the checks, in {agreed} C keepalived decides the same; {times}\n");
        Inside.Print("checker-failures-matrix.txt", matrix.ToString());
    }

    private static string Tail(string log) => string.Join('\n', log.Split('\n').TakeLast(60));
}
