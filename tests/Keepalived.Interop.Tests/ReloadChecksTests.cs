using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>
/// "A reload every second: checks go on in time", by the real clock with the live daemon and the bench's stand-in for IPVS, which writes down every
/// message; bench/run --only reload-checks is the long form. The bounds are those of a machine that does other things too.
/// </summary>
public sealed class ReloadChecksTests
{
    private const int Servers = 50;
    private const int Reloads = 10;
    private const double MostLate = 0.5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_reload_every_second_delays_no_check_by_half_a_second_and_tells_IPVS_of_changed_weights_alone()
    {
        Prerequisites.Namespaces();
        if (Command.Find("gcc") is null)
        {
            Assert.Skip("The package gcc is missing: the stand-in for IPVS is a library in C");
        }

        Command.Run(Repository.Path("bench/stand-in/build"));
        await using var lan = Lan.Create();
        Host director = lan.AddHost("d", 1);
        Host servers = lan.AddHost("s", 50);
        Command.Shell($"""
            ip -n {director.Namespace} route add 10.78.0.0/16 via {servers.Address4}
            ip -n {servers.Namespace} route add local 10.78.0.0/16 dev lo
            """);
        using Socket listener = Listen(servers);
        var record = Path.Combine(lan.Folder, "ipvs");
        var ours = new Software("ours", $"env LD_PRELOAD={Repository.Path("artifacts/stand-in/ipvs.so")} IPVS_RECORD={record} {Software.Ours.Path}");
        var capture = Capture.Start(lan);
        var daemon = Director.Start(director, ours, Configuration(1));
        await Wait.Until("every server was probed twice", s_patience, () => Probes(capture).Count(static times => times.Count > 1) == Servers, () => daemon.Log);

        var asked = Asked(record);
        long begin = Native.RealTime();
        for (int i = 0; i < Reloads; i++)
        {
            // In turn the same file and one with another weight.
            daemon.Reload(Configuration(1 + ((i + 1) / 2 % 2)));
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        long end = Native.RealTime();
        // Told by the parent and by the checker process.
        Assert.Equal(Reloads * 2, daemon.Log.Split("Reloading").Length - 1);
        double latest = Probes(capture).Max(times => Latest(times, begin, end));
        Assert.True(latest < MostLate, $"a probe was {latest:0.000} s late\n{daemon.Log}");
        Assert.Equal(Enumerable.Repeat("SET_DEST", Reloads / 2), Asked(record).Skip(asked.Length));
        daemon.Stop();
    }

    /// <summary>The names of the messages to IPVS, which follow time and process in each line of the record.</summary>
    private static string[] Asked(string record) =>
        [.. Command.Run(Repository.Path("artifacts/stand-in/ipvs-record"), record).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[2])];

    private static double Latest(List<long> times, long begin, long end)
    {
        double latest = 0;
        long last = times.Last(time => time < begin);
        foreach (long time in times.Where(time => time >= begin && time < end).Append(end))
        {
            latest = Math.Max(latest, ((time - last) / 1e9) - 1);
            last = time;
        }

        return latest;
    }

    /// <summary>When each server was probed: the first packets of its connections on the bridge, by the kernel's stamps.</summary>
    private static List<long>[] Probes(Capture capture)
    {
        List<long>[] times = [.. Enumerable.Range(0, Servers).Select(static _ => new List<long>())];
        foreach (Frame frame in capture.Frames)
        {
            ReadOnlySpan<byte> octets = frame.Bytes;
            // Ethernet, IPv4 without options, TCP with SYN and without ACK (RFC 791, RFC 9293).
            if (octets.Length > 47 && BinaryPrimitives.ReadUInt16BigEndian(octets[12..]) == 0x0800 && octets[23] == 6 && (octets[47] & 0x12) == 0x02)
            {
                times[octets[33]].Add(frame.Time);
            }
        }

        return times;
    }

    private static Socket Listen(Host host)
    {
        Socket? made = null;
        host.Enter(() =>
        {
            made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            made.Bind(new IPEndPoint(IPAddress.Any, 80));
            made.Listen(512);
        }, "listener").Join();
        Socket listener = made!;
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    listener.Accept().Dispose();
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        })
        {
            IsBackground = true,
        }.Start();
        return listener;
    }

    private static string Configuration(int weight)
    {
        var text = new StringBuilder("virtual_server 10.77.0.100 80 {\n    delay_loop 1\n    protocol TCP\n    lvs_sched rr\n    lvs_method NAT\n");
        for (int server = 0; server < Servers; server++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                    real_server 10.78.0.{{server}} 80 {
                        weight {{(server == 7 ? weight : 1)}}
                        TCP_CHECK {
                            connect_timeout 3
                        }
                    }

                """);
        }

        return text.Append("}\n").ToString();
    }
}
