using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Notifications;

/// <summary>
/// A director with 250 instances of which ten are quiet; the others follow one file: 80 alone and 80 in eight sync groups fail and recover with it,
/// and the priority of 80 moves. Whoever could listen does not: scripts sleep, one FIFO has no reader, the reader of the other can be halted,
/// and the mail server accepts connections and says nothing.
/// </summary>
internal sealed class FloodNetwork : IAsyncDisposable
{
    public const int Quiet = 10;
    public const int Instances = 250;

    public const double Interval = 0.2;
    private const int MailPort = 2525;
    private readonly Lan _lan;
    private readonly Host _host;
    private readonly string _folder;
    private Socket? _mailServer;

    public FloodNetwork()
    {
        _lan = Lan.Create();
        _host = _lan.AddHost("a", 1);
        _lan.AddHost("b", 2);
        _folder = _lan.Folder;
        Script("sleep.sh", "exec sleep 3");
        Script("reader.sh", $"echo $$ >{_folder}/reader.pid\nexec cat \"$1\" >{_folder}/read");
        File.WriteAllText(Tracked, "0");
    }

    public Capture Capture { get; private set; } = null!;

    public Director Director { get; private set; } = null!;

    /// <summary>What the reader of the VRRP FIFO has read.</summary>
    public string[] Read => [.. File.ReadAllText(Path.Combine(_folder, "read")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private string Tracked => Path.Combine(_folder, "tracked");

    private string DumpFile => Path.Combine(_folder, "dump.data");

    /// <summary>Starts the director and waits until all instances are masters.</summary>
    public async Task Start()
    {
        _host.Enter(Listen, "mail server").Join();
        Capture = Capture.Start(_lan);
        Director = Director.Start(_host, Software.Ours, Configuration());
        await Wait.Until(
            "all instances advertise and the reader runs", TimeSpan.FromSeconds(60),
            () => File.Exists(Path.Combine(_folder, "read")) && Capture.Advertisements.Select(advertisement => advertisement.VirtualRouter).Distinct().Count() == Instances,
            () => Director.Log);
    }

    /// <summary>Stops or continues the reader of the VRRP FIFO.</summary>
    public void HaltReader(bool halted) =>
        _ = Native.Kill(int.Parse(File.ReadAllText(Path.Combine(_folder, "reader.pid")), CultureInfo.InvariantCulture), halted ? Native.SigStop : Native.SigCont);

    /// <summary>Changes the file for a time, and leaves it at 0.</summary>
    /// <returns>How often.</returns>
    public async Task<int> Flood(TimeSpan time, TimeSpan pause)
    {
        var watch = Stopwatch.StartNew();
        var changes = 0;
        while (watch.Elapsed < time || changes % 2 == 1)
        {
            changes++;
            File.WriteAllText(Tracked + ".new", changes % 2 == 1 ? "1" : "0");
            File.Move(Tracked + ".new", Tracked, overwrite: true);
            var next = changes * pause;
            if (next > watch.Elapsed)
            {
                await Task.Delay(next - watch.Elapsed);
            }
        }

        return changes;
    }

    /// <summary>The counters of a fresh dump by name; those of FIFOs have the path's last part before them.</summary>
    public async Task<Dictionary<string, long>> Dump()
    {
        File.Delete(DumpFile);
        _ = Native.Kill(Director.Child("vrrp"), Native.SigUsr1);
        await Wait.Until("the dump is written", TimeSpan.FromSeconds(20), () => File.Exists(DumpFile), () => Director.Log);
        Dictionary<string, long> counters = [];
        var fifo = "";
        foreach (var words in File.ReadAllLines(DumpFile).Select(line => line.Split(" = ", 2)).Where(words => words.Length == 2))
        {
            var name = words[0].Trim();
            fifo = name == "Notify FIFO" ? Path.GetFileName(words[1]) + " " : name.StartsWith("Lines ", StringComparison.Ordinal) ? fifo : "";
            if (long.TryParse(words[1], CultureInfo.InvariantCulture, out var value))
            {
                counters[fifo + name] = value;
            }
        }

        return counters;
    }

    public async ValueTask DisposeAsync()
    {
        _mailServer?.Dispose();
        await _lan.DisposeAsync();
    }

    // Connections are made by the kernel; nobody accepts them, so nobody greets.
    private void Listen()
    {
        _mailServer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _mailServer.Bind(new IPEndPoint(IPAddress.Loopback, MailPort));
        _mailServer.Listen(64);
    }

    private void Script(string name, string body)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ed); // 0755
    }

    private string Configuration()
    {
        StringBuilder text = new($$"""
            global_defs {
                router_id lb1
                script_user root
                state_dump_file {{_folder}}/dump.data
                notification_email {
                    ops@example.net
                }
                smtp_server 127.0.0.1 {{MailPort}}
                smtp_connect_timeout 5
                notify_fifo {{_folder}}/unread.fifo
                vrrp_notify_fifo {{_folder}}/halted.fifo
                vrrp_notify_fifo_script {{_folder}}/reader.sh
                log_event_limit 5 2
            }
            track_file flood {
                file {{Tracked}}
            }

            """);
        for (var group = 0; group < 8; group++)
        {
            var members = Enumerable.Range(91 + (group * 10), 10).Select(id => $"        V{id}\n");
            text.Append(CultureInfo.InvariantCulture, $$"""
                vrrp_sync_group G{{group}} {
                    group {
                {{string.Concat(members)}}    }
                    notify {{_folder}}/sleep.sh
                    smtp_alert
                }

                """);
        }

        for (var id = 1; id <= Instances; id++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                vrrp_instance V{{id}} {
                    state BACKUP
                    interface eth0
                    version 3
                    virtual_router_id {{id}}
                    priority {{(id <= Quiet ? 100 + (id * 10) : 1 + (id * 3 % 200) + 40)}}
                    advert_int {{(id <= Quiet ? Interval : 1).ToString(CultureInfo.InvariantCulture)}}
                    virtual_ipaddress {
                        10.78.0.{{id}}/32
                    }
                {{Extra(id)}}}

                """);
        }

        return text.ToString();
    }

    private string Extra(int id)
    {
        var track = id switch
        {
            <= Quiet => null,
            <= 90 => "flood weight 0",
            <= 170 => id % 10 == 1 ? "flood weight 0" : "",
            _ => "flood weight -20",
        };
        return track is null ? ""
            : $"    notify {_folder}/sleep.sh\n    notify_priority_changes\n    smtp_alert\n" + (track.Length == 0 ? "" : $"    track_file {{\n        {track}\n    }}\n");
    }
}
