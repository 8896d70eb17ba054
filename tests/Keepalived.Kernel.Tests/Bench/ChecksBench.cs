using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Bench;

/// <summary>
/// Checks beside C keepalived, in one boot of user-mode Linux: both directors live in the same slow kernel, one after the other, and probe the same
/// servers. Only on request (<c>bench/run --only checks-uml</c>): its figures are worth what the machine is quiet.
/// </summary>
public sealed class ChecksBench
{
    private const string Inside = "KEEPALIVED_BENCH_INSIDE";
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(25);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly StringBuilder _text = new();

    [Fact(Explicit = true)]
    public async Task Checks_of_ours_and_of_C()
    {
        if (Environment.GetEnvironmentVariable(Inside) != "1")
        {
            if (UserModeKernel.WhyNot is { } reason)
            {
                Assert.Skip(reason);
            }

            string set = Environment.GetEnvironmentVariable("KEEPALIVED_BENCH_QUICK") is { } quick ? $"KEEPALIVED_BENCH_QUICK={quick}" : "";
            XElement report = TestProgram.Find("Keepalived.Kernel.Tests").Report(s_limit, $"{Inside}=1 {set}", "-explicit", "only", "-class", typeof(ChecksBench).FullName!);
            Assert.Equal("0", report.Attribute("failed")?.Value);
            return;
        }

        bool isQuick = Environment.GetEnvironmentVariable("KEEPALIVED_BENCH_QUICK") == "1";
        Line($"{"",-34}{"C",14}{"ours",14}");
        foreach (int rate in isQuick ? (int[])[500] : [500, 2000, 5000])
        {
            await Rate($"TCP_CHECK, {rate} a second", rate, "TCP_CHECK {\n            connect_timeout 3\n        }", answersHttp: false);
        }

        if (!isQuick)
        {
            await Rate("HTTP_GET, 2000 a second", 2000, "HTTP_GET {\n            url {\n                path /\n            }\n            connect_timeout 3\n        }", answersHttp: true);
        }

        await Large(isQuick ? 100 : 2284, isQuick ? 1600 : 37298);
        Kernel.Tests.Inside.Print("bench-checks.txt", _text.ToString());
    }

    /// <summary>As many servers as checks a second, each checked once a second.</summary>
    private async Task Rate(string title, int rate, string check, bool answersHttp)
    {
        var figures = new Dictionary<string, double[]>();
        foreach (Software software in (Software[])[Software.C, Software.Ours])
        {
            await using var lan = new Bed();
            using var servers = new CheckedServers(lan.Servers, 80, answersHttp);
            using var victim = new CheckedServers(lan.Servers, 81, answersHttp);
            Director director = Director.Start(lan.Director, software, Configuration(rate / 50, rate, check, 1) + Victim());
            await Wait.Until("the table is there", s_patience, () => Lines(lan.Director) >= rate + (rate / 50), () => director.Log);
            Thread.Sleep(s_warmUp);
            servers.Count(begin: true);
            long cpu = ProcessorTime(director.ProcessId);
            long begin = Stopwatch.GetTimestamp();
            Thread.Sleep(10_000);
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            (int probes, List<double> intervals) = servers.Count(begin: false);
            double milliseconds = (ProcessorTime(director.ProcessId) - cpu) * 10.0;
            victim.Dispose();
            long death = Stopwatch.GetTimestamp();
            await Wait.Until("the dead server is removed", s_patience, () => !Table(lan.Director).Contains("0A4EFFFE:0051", StringComparison.Ordinal), () => director.Log);
            double removal = Stopwatch.GetElapsedTime(death).TotalSeconds;
            intervals.Sort();
            figures[software.Name] =
            [
                probes / seconds, milliseconds * 1000 / Math.Max(1, probes), At(intervals, 0.99) - 1, At(intervals, 1) - 1, removal,
            ];
            director.Stop();
        }

        double[] theirs = figures[Software.C.Name];
        double[] ours = figures[Software.Ours.Name];
        Line($"== {title}");
        string[] rows = ["checks done per second", "CPU ms per 1,000 checks", "lateness p99, s", "lateness max, s", "death to removal, s"];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i], theirs[i], ours[i]);
        }
    }

    /// <summary>The start with a large table, and the reload of the same with one changed weight.</summary>
    private async Task Large(int services, int servers)
    {
        var figures = new Dictionary<string, double[]>();
        foreach (Software software in (Software[])[Software.C, Software.Ours])
        {
            await using var lan = new Bed();
            using var listener = new CheckedServers(lan.Servers, 80, answersHttp: false);
            string text = Configuration(services, servers, "TCP_CHECK {\n            connect_timeout 3\n        }", 60);
            long begin = Stopwatch.GetTimestamp();
            Director director = Director.Start(lan.Director, software, text);
            await Wait.Until("the table is there", s_patience, () => Lines(lan.Director) >= services + servers, () => director.Log);
            double start = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            double startCpu = ProcessorTime(director.ProcessId) * 10.0;
            int last = text.LastIndexOf("weight 1", StringComparison.Ordinal);
            File.WriteAllText(director.ConfigurationFile, string.Concat(text.AsSpan(0, last), "weight 7", text.AsSpan(last + 8)));
            long cpu = ProcessorTime(director.ProcessId);
            begin = Stopwatch.GetTimestamp();
            director.Signal(Native.SigHup);
            await Wait.Until("the new weight is there", s_patience, () => Table(lan.Director).Contains(" 7 ", StringComparison.Ordinal), () => director.Log);
            figures[software.Name] = [start, startCpu, Stopwatch.GetElapsedTime(begin).TotalSeconds, (ProcessorTime(director.ProcessId) - cpu) * 10.0];
            director.Stop();
        }

        double[] theirs = figures[Software.C.Name];
        double[] ours = figures[Software.Ours.Name];
        Line($"== {services} virtual servers, {servers} real servers");
        string[] rows = ["start to whole table, s", "CPU of the start, ms", "reload to changed weight, s", "CPU of the reload, ms"];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i], theirs[i], ours[i]);
        }
    }

    private static string Victim() => """
        virtual_server 10.77.255.1 81 {
            delay_loop 1
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server 10.78.255.254 81 {
                TCP_CHECK {
                    connect_timeout 1
                    retry 0
                }
            }
        }

        """;

    private static string Configuration(int services, int servers, string check, int interval)
    {
        var text = new StringBuilder(servers * 120);
        for (int service = 0, written = 0; service < services; service++)
        {
            text.Append(CultureInfo.InvariantCulture, $"virtual_server 10.77.{100 + (service >> 8)}.{service & 255} 80 {{\n    delay_loop {interval}\n    protocol TCP\n    lvs_sched rr\n    lvs_method NAT\n");
            for (int end = (int)((long)(service + 1) * servers / services); written < end; written++)
            {
                text.Append(CultureInfo.InvariantCulture, $"    real_server 10.78.{1 + (written >> 8)}.{written & 255} 80 {{\n        weight 1\n        {check}\n    }}\n");
            }

            text.Append("}\n");
        }

        return text.ToString();
    }

    private static double At(List<double> sorted, double part) => sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * part)];

    /// <summary>The table in the kernel's own words, cheaper than ipvsadm.</summary>
    private static string Table(Host host)
    {
        string table = "";
        host.Enter(() => table = File.ReadAllText("/proc/thread-self/net/ip_vs"), "table").Join();
        return table;
    }

    private static int Lines(Host host) => Table(host).AsSpan().Count('\n') - 3;

    /// <summary>utime + stime of a process and its descendants, in ticks of 10 ms.</summary>
    private static long ProcessorTime(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture) + Command.ChildrenOf(process).Sum(ProcessorTime);
    }

    private void Row(string label, double theirs, double ours) =>
        Line(string.Create(CultureInfo.InvariantCulture, $"{label,-34}{theirs,14:0.###}{ours,14:0.###}"));

    private void Line(string line) => _text.Append(line).Append('\n');

    /// <summary>A director and, behind it, a host that is every server of 10.78.0.0/16.</summary>
    private sealed class Bed : IAsyncDisposable
    {
        private readonly Lan _lan = Lan.Create();

        public Bed()
        {
            Director = _lan.AddHost("d", 1);
            Servers = _lan.AddHost("s", 50);
            Command.Shell($"""
                ip -n {Director.Namespace} route add 10.78.0.0/16 via 10.77.0.50
                ip -n {Servers.Namespace} route add local 10.78.0.0/16 dev lo
                ip netns exec {Servers.Namespace} sysctl -q -w net.core.somaxconn=4096 net.ipv4.tcp_max_syn_backlog=8192
                """);
        }

        public Host Director { get; }

        public Host Servers { get; }

        public ValueTask DisposeAsync() => _lan.DisposeAsync();
    }
}
