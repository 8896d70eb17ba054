using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>
/// Two sync groups of three instances each through start, takeover, loss of the link, recovery and stop: whoever is told by script, FIFO or mail
/// is told the same in the same order by ours as by C.
/// </summary>
public sealed class FailoverTranscriptTests : IAsyncLifetime
{
    private const int Port = 2525;

    // Far apart, so that the skews are: whose timer expires first must not hang on a busy machine.
    private static readonly int[] s_priorities = [250, 190, 130, 120, 70, 20];
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);
    private Lan _lan = null!;
    private Host _host = null!;

    public ValueTask InitializeAsync()
    {
        Prerequisites.Namespaces();
        _lan = Lan.Create();
        _host = _lan.AddHost("a", 1);
        _lan.AddHost("b", 2);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _lan?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Two_groups_of_three_instances_call_scripts_and_write_lines_and_mails_in_the_order_of_C()
    {
        Prerequisites.Peer();
        if (!Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"))
        {
            Assert.Skip("the package python3-aiosmtpd is missing");
        }

        var theirs = await Transcript(Software.C);
        var ours = await Transcript(Software.Ours);
        Assert.Equal(theirs.Fifo, ours.Fifo);
        Assert.Equal(theirs.Scripts, ours.Scripts);
        Assert.Equal(theirs.Mails, ours.Mails);
        Assert.Contains("GROUP \"G2\" FAULT 0\n", theirs.Fifo, StringComparison.Ordinal);
        Assert.Equal(40, theirs.Mails.Length);

        // C ends before the mails about its end have left. Ours are handed over first, in the order of the lines.
        Assert.Empty(theirs.LastMails);
        Assert.Equal(8, ours.LastMails.Length);
        Assert.Equal("Subject: [lb1] VRRP Group G2 - Stopping", ours.LastMails[^1]);
    }

    private async Task<(string Fifo, string[] Scripts, string[] Mails, string[] LastMails)> Transcript(Software software)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_lan.Folder, software.Name)).FullName;
        var mails = Directory.CreateDirectory(Path.Combine(folder, "mails")).FullName;
        var fifo = Path.Combine(folder, "fifo.txt");
        Script(Path.Combine(folder, "reader.sh"), "trap '' TERM\nexec cat \"$1\" >" + fifo);
        // Process numbers grow, so they tell in which order the scripts were started, whichever wrote first.
        Script(Path.Combine(folder, "call.sh"), $"printf '%s %s\\n' \"$$\" \"$*\" >>{folder}/calls.txt");
        using var server = StartServer(mails);
        string[] told;
        var director = Director.Start(_host, software, Configuration(folder));
        try
        {
            await Reach(fifo, director, "INSTANCE \"V6\" MASTER", "GROUP \"G2\" MASTER", "GROUP \"G1\" MASTER");
            _host.LinkDown();
            await Reach(fifo, director, "GROUP \"G1\" FAULT", "GROUP \"G2\" FAULT");
            await Rest(folder, mails, director);
            _host.LinkUp();
            await Reach(fifo, director, "\"V6\" MASTER", "GROUP \"G2\" MASTER", "GROUP \"G1\" MASTER", times: 2);
            await Rest(folder, mails, director);
            told = Subjects(mails);
            director.Stop();
            await Reach(fifo, director, "GROUP \"G1\" STOP", "GROUP \"G2\" STOP");
            await Rest(folder, mails, director);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }

        return (File.ReadAllText(fifo), Calls(folder), told, Subjects(mails)[told.Length..]);
    }

    private static Task<TimeSpan> Reach(string fifo, Director director, params string[] lines) => Reach(fifo, director, lines, 1);

    private static Task<TimeSpan> Reach(string fifo, Director director, string first, string second, string third, int times) =>
        Reach(fifo, director, [first, second, third], times);

    private static Task<TimeSpan> Reach(string fifo, Director director, string[] lines, int times) => Wait.Until(
        $"{director.Software.Name} says {string.Join(", ", lines)} {times} times", s_soon,
        () => File.Exists(fifo) && lines.All(line => File.ReadAllText(fifo).Split(line).Length > times),
        () => director.Log + "\n--- fifo\n" + (File.Exists(fifo) ? File.ReadAllText(fifo) : ""));

    // Until nothing new comes: scripts and mails of one step are over before the next begins.
    private static async Task Rest(string folder, string mails, Director director)
    {
        (int Calls, int Mails) last = (-1, -1);
        await Wait.UntilItRests(
            "scripts and mails have been written", s_soon, TimeSpan.FromSeconds(1.5),
            () =>
            {
                var now = (Calls(folder).Length, Directory.GetFiles(mails, "*.eml").Length);
                var same = now == last;
                last = now;
                return same;
            },
            () => director.Log);
    }

    private static string[] Calls(string folder)
    {
        var file = Path.Combine(folder, "calls.txt");
        return !File.Exists(file) ? [] : [.. File.ReadAllLines(file)
            .Select(line => line.Split(' ', 2))
            .OrderBy(words => int.Parse(words[0], CultureInfo.InvariantCulture))
            .Select(words => words[1])];
    }

    // C opens a connection for each mail at once, so that the order in which it does so is its order of mails; ours sends one after another.
    private static string[] Subjects(string mails) =>
    [
        .. Directory.GetFiles(mails, "*.eml")
            .Select(file => (Number: int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture), File: file))
            .Select(mail => (mail.Number, mail.File, Connection: JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(mail.File, ".json"))).RootElement.GetProperty("connection").GetInt32()))
            .OrderBy(mail => mail.Connection).ThenBy(mail => mail.Number)
            .Select(mail => File.ReadAllLines(mail.File).First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))),
    ];

    private static void Script(string path, string body)
    {
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ed); // 0755
    }

    private Process StartServer(string mails)
    {
        ProcessStartInfo start = new("ip") { RedirectStandardOutput = true };
        foreach (var argument in new[] { "netns", "exec", _host.Namespace, "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "smtp_server.py"), mails, $"port={Port}" })
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        Assert.StartsWith("port ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        return process;
    }

    private static string Configuration(string folder)
    {
        StringBuilder text = new($$"""
            global_defs {
                router_id lb1
                script_user root
                notification_email {
                    ops@example.net
                }
                notification_email_from k@example.net
                smtp_server 127.0.0.1 {{Port}}
                smtp_connect_timeout 5
                smtp_alert
                vrrp_notify_fifo {{folder}}/notify.fifo
                vrrp_notify_fifo_script {{folder}}/reader.sh
            }

            """);
        for (var group = 1; group <= 2; group++)
        {
            var members = Enumerable.Range((group * 3) - 2, 3).ToArray();
            text.Append(CultureInfo.InvariantCulture, $$"""
                vrrp_sync_group G{{group}} {
                    group {
                        {{string.Join("\n        ", members.Select(member => $"V{member}"))}}
                    }
                    notify_master "{{folder}}/call.sh group G{{group}} master"
                    notify_backup "{{folder}}/call.sh group G{{group}} backup"
                    notify_fault "{{folder}}/call.sh group G{{group}} fault"
                    notify_stop "{{folder}}/call.sh group G{{group}} stop"
                    notify {{folder}}/call.sh
                }

                """);
            foreach (var member in members)
            {
                text.Append(CultureInfo.InvariantCulture, $$"""
                    vrrp_instance V{{member}} {
                        state BACKUP
                        interface eth0
                        virtual_router_id {{member}}
                        priority {{s_priorities[member - 1]}}
                        version 3
                        advert_int 0.5
                        virtual_ipaddress {
                            10.77.0.{{100 + member}}
                        }
                        notify_master "{{folder}}/call.sh instance V{{member}} master"
                        notify_backup "{{folder}}/call.sh instance V{{member}} backup"
                        notify_fault "{{folder}}/call.sh instance V{{member}} fault"
                        notify_stop "{{folder}}/call.sh instance V{{member}} stop"
                        notify {{folder}}/call.sh
                    }

                    """);
            }
        }

        return text.ToString();
    }
}
