using System.Globalization;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Notifications;

/// <summary>
/// Two sync groups of three instances each through start, takeover, loss of the link, recovery and stop: whoever is told by script, FIFO or mail
/// is told the same in the same order by ours as by C.
/// </summary>
public sealed class FailoverTranscriptTests : TwoHostTests
{
    // Far apart, so that the skews are: whose timer expires first must not hang on a busy machine.
    private static readonly int[] s_priorities = [250, 190, 130, 120, 70, 20];
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Two_groups_of_three_instances_call_scripts_and_write_lines_and_mails_in_the_order_of_C()
    {
        Prerequisites.Peer();
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
        Assert.Equal("[lb1] VRRP Group G2 - Stopping", ours.LastMails[^1]);
    }

    private async Task<(string Fifo, string[] Scripts, string[] Mails, string[] LastMails)> Transcript(Software software)
    {
        using Audience audience = new(Host, Path.Combine(Lan.Folder, software.Name));
        audience.Serve();
        var fifo = audience.FileOf("fifo.txt");
        var director = Director.Start(Host, software, Configuration(audience));
        await Reach(fifo, director, "INSTANCE \"V6\" MASTER", "GROUP \"G2\" MASTER", "GROUP \"G1\" MASTER");
        Host.LinkDown();
        await Reach(fifo, director, "GROUP \"G1\" FAULT", "GROUP \"G2\" FAULT");
        await audience.Rest(s_soon, () => director.Log);
        Host.LinkUp();
        await Reach(fifo, director, "\"V6\" MASTER", "GROUP \"G2\" MASTER", "GROUP \"G1\" MASTER", times: 2);
        await audience.Rest(s_soon, () => director.Log);
        var told = audience.Subjects;
        director.Stop();
        await Reach(fifo, director, "GROUP \"G1\" STOP", "GROUP \"G2\" STOP");
        await audience.Rest(s_soon, () => director.Log);
        return (audience.Heard("fifo.txt"), audience.Calls, told, audience.Subjects[told.Length..]);
    }

    private static Task<TimeSpan> Reach(string fifo, Director director, params string[] lines) => Reach(fifo, director, lines, 1);

    private static Task<TimeSpan> Reach(string fifo, Director director, string first, string second, string third, int times) =>
        Reach(fifo, director, [first, second, third], times);

    private static Task<TimeSpan> Reach(string fifo, Director director, string[] lines, int times) => Wait.Until(
        $"{director.Software.Name} says {string.Join(", ", lines)} {times} times", s_soon,
        () => File.Exists(fifo) && lines.All(line => File.ReadAllText(fifo).Split(line).Length > times),
        () => director.Log + "\n--- fifo\n" + (File.Exists(fifo) ? File.ReadAllText(fifo) : ""));

    private static string Configuration(Audience audience)
    {
        StringBuilder text = new($$"""
            global_defs {
                router_id lb1
                script_user root
                notification_email {
                    ops@example.net
                }
                notification_email_from k@example.net
                smtp_server 127.0.0.1 {{Audience.MailPort}}
                smtp_connect_timeout 5
                smtp_alert
                vrrp_notify_fifo {{audience.FileOf("notify.fifo")}}
                vrrp_notify_fifo_script "{{audience.Reader}} {{audience.FileOf("fifo.txt")}}"
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
                    notify_master "{{audience.Call}} group G{{group}} master"
                    notify_backup "{{audience.Call}} group G{{group}} backup"
                    notify_fault "{{audience.Call}} group G{{group}} fault"
                    notify_stop "{{audience.Call}} group G{{group}} stop"
                    notify {{audience.Call}}
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
                        notify_master "{{audience.Call}} instance V{{member}} master"
                        notify_backup "{{audience.Call}} instance V{{member}} backup"
                        notify_fault "{{audience.Call}} instance V{{member}} fault"
                        notify_stop "{{audience.Call}} instance V{{member}} stop"
                        notify {{audience.Call}}
                    }

                    """);
            }
        }

        return text.ToString();
    }
}
