using System.Text.Json;
using Keepalived.Interop.Tests.Notifications;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// Real servers die and return, a quorum is lost and gained, and the daemon stops: whoever is told by script, FIFO or mail is told the same in the
/// same order by ours as by C, in one boot of one kernel.
/// </summary>
public sealed class NotificationTests
{
    [Fact]
    public Task Servers_and_quorums_call_scripts_and_write_lines_and_mails_in_the_order_of_C() => Inside.Run(async () =>
    {
        Interop.Tests.Prerequisites.Peer();
        await using var balancer = new Balancer();

        // Before anybody checks them.
        balancer.Serve(11);
        balancer.Serve(12);
        balancer.Serve(13);
        using Told theirs = new(balancer, balancer.Other, Software.C), ours = new(balancer, balancer.Director, Software.Ours);
        Told[] both = [theirs, ours];
        await LiveThrough(balancer, both);
        var subjects = ours.Audience.Subjects;
        var mails = ours.Audience.MailFiles;

        // The same mails. C writes about a quorum before it writes about the server that decided it, against its own order of lines and scripts; ours
        // keep the order of the events.
        Assert.Equal(theirs.Audience.Subjects.Order(StringComparer.Ordinal), subjects.Order(StringComparer.Ordinal));
        Assert.Equal(theirs.Audience.Calls, ours.Audience.Calls);
        var calls = ours.Audience.Calls.Length;
        foreach (var told in both)
        {
            told.Director.Stop();
            await told.Rest();
        }

        // 2.4.3, whose lines ours are, has a NUL behind each newline; 2.2.7, which is here, has none.
        Assert.Equal(theirs.Common, ours.Common.Replace("\n\0", "\n", StringComparison.Ordinal));
        Assert.Equal(theirs.Own, ours.Own.Replace("\n\0", "\n", StringComparison.Ordinal));
        Assert.Equal(ours.Common, ours.Own);

        Assert.Equal(theirs.Audience.Calls, ours.Audience.Calls);
        Assert.True(ours.Audience.Calls.Length > calls, "no script ran at the stop");
        Assert.Contains("VS [10.77.0.100]:tcp:80 DOWN\n\0", ours.Own, StringComparison.Ordinal);
        string[] expected =
        [
            "[lb1] Virtualserver [10.77.0.100]:tcp:80 - UP",
            "[lb1] Realserver [10.78.0.12]:tcp:80 of virtual server [10.77.0.100]:tcp:80 - DOWN",
            "[lb1] Realserver [10.78.0.13]:tcp:80 of virtual server [10.77.0.100]:tcp:80 - DOWN",
            "[lb1] Virtualserver [10.77.0.100]:tcp:80 - DOWN",
            "[lb1] Realserver [10.78.0.13]:tcp:80 of virtual server [10.77.0.100]:tcp:80 - UP",
            "[lb1] Virtualserver [10.77.0.100]:tcp:80 - UP",
            "[lb1] Realserver [10.78.0.12]:tcp:80 of virtual server [10.77.0.100]:tcp:80 - UP",
        ];

        // As an independent reader finds them.
        JsonElement[] parsed = [.. mails.Select(Audience.Parse)];
        Assert.Equal(expected, parsed.Select(mail => mail.GetProperty("subject").GetString()));
        Assert.All(parsed, mail => Assert.Equal("[]", mail.GetProperty("defects").GetRawText()));
        Assert.All(parsed, mail => Assert.Equal("ops@example.net", mail.GetProperty("to")[0][1].GetString()));
        Assert.Contains(".checker@", parsed[1].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Contains("TCP CHECK failed on service", parsed[1].GetProperty("body").GetString(), StringComparison.Ordinal);
    });

    // One server dies, another, and with it the quorum; they return in the other order. Each step has been told before the next.
    private static async Task LiveThrough(Balancer balancer, Told[] both)
    {
        await Reach("the servers are there", told => balancer.InTable(told.Director.Host).SequenceEqual([11, 12, 13]));
        await balancer.Close(12);
        await Reach("a server dies", told => told.Own.Contains("RS [10.78.0.12]:tcp:80 [10.77.0.100]:tcp:80 DOWN", StringComparison.Ordinal));
        await balancer.Close(13);
        await Reach("the quorum is lost", told => told.Own.Contains("VS [10.77.0.100]:tcp:80 DOWN", StringComparison.Ordinal));
        balancer.Serve(13);
        await Reach("the quorum is gained", told => told.Own.Split("VS [10.77.0.100]:tcp:80 UP").Length == 3);
        balancer.Serve(12);
        await Reach("all have returned", told => told.Own.Contains("RS [10.78.0.12]:tcp:80 [10.77.0.100]:tcp:80 UP", StringComparison.Ordinal));

        async Task Reach(string what, Func<Told, bool> condition)
        {
            await Wait.Until(what, Balancer.Patience, () => both.All(condition), () => string.Concat(both.Select(told => $"--- {told.Director.Software.Name}\n{told.Own}\n{told.Director.Log}")));
            await Task.WhenAll(both.Select(told => told.Rest()));
        }
    }

    /// <summary>A director on a host of its own, and those whom it tells.</summary>
    private sealed class Told : IDisposable
    {
        public Told(Balancer balancer, Host host, Software software)
        {
            Audience = new(host, Path.Combine(balancer.Lan.Folder, software.Name));
            Audience.Serve();
            Director = Director.Start(host, software, Configuration(Audience));
        }

        public Audience Audience { get; }

        public Director Director { get; }

        public string Common => Audience.Heard("common");

        public string Own => Audience.Heard("own");

        public Task Rest() => Audience.Rest(Balancer.Patience, () => Director.Log);

        public void Dispose() => Audience.Dispose();
    }

    private static string Configuration(Audience audience)
    {
        string Call(string keyword, string words) => $"{keyword} \"{audience.Call} {words}\"";
        var servers = string.Concat(new[] { 11, 12, 13 }.Select(n => $$"""
                real_server 10.78.0.{{n}} 80 {
                    weight 1
                    {{Call("notify_up", $"server {n} up")}}
                    {{Call("notify_down", $"server {n} down")}}
                    TCP_CHECK {
                        connect_timeout 2
                        retry 0
                    }
                }

            """));
        return $$"""
            global_defs {
                router_id lb1
                script_user root
                notification_email {
                    ops@example.net
                }
                notification_email_from k@example.net
                smtp_server 127.0.0.1 {{Audience.MailPort}}
                smtp_alert
                notify_fifo {{audience.FileOf("common.fifo")}}
                notify_fifo_script "{{audience.Reader}} {{audience.FileOf("common")}}"
                lvs_notify_fifo {{audience.FileOf("own.fifo")}}
                lvs_notify_fifo_script "{{audience.Reader}} {{audience.FileOf("own")}}"
            }
            virtual_server {{Balancer.VirtualAddress}} 80 {
                delay_loop 1
                lb_algo rr
                lb_kind NAT
                protocol TCP
                omega
                quorum 2
                {{Call("quorum_up", "quorum up")}}
                {{Call("quorum_down", "quorum down")}}
            {{servers}}}

            """;
    }
}
