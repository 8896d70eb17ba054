using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Notifications;

/// <summary>
/// The live daemon and a mail server that has bad days. An instance fails and recovers with a tracked file; the lines of its FIFO are the truth with which
/// the mails are compared.
/// </summary>
public sealed class MailOutageTests : TwoHostTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);
    private Audience _audience = null!;
    private int _changes;

    private string Tracked => _audience.FileOf("tracked");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _audience = new Audience(Host, Path.Combine(Lan.Folder, "told"));
    }

    public override ValueTask DisposeAsync()
    {
        _audience?.Dispose();
        return base.DisposeAsync();
    }

    [Fact]
    public Task A_mail_server_that_is_dead_for_twelve_seconds_gets_every_mail_once_and_in_order() => Outage(TimeSpan.FromSeconds(12), "smtp_retry_interval 1");

    [Fact(Explicit = true)]
    public Task A_mail_server_that_is_dead_for_a_minute_gets_every_mail_once_and_in_order() => Outage(TimeSpan.FromSeconds(60), "");

    [Fact]
    public async Task Under_tls_and_with_a_password_a_deferred_mail_is_tried_again_and_a_refused_one_and_recipient_are_reported()
    {
        var certificate = _audience.Certificate();
        var password = _audience.FileOf("password");
        File.WriteAllText(password, "s3cret\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] server = ["tls=starttls", $"cert={certificate}", "auth=lb1:s3cret"];
        _audience.Serve([.. server, "defer=2", "refuse=gone@example.net"]);
        var director = Start($"smtp_tls starttls\nsmtp_tls_ca_file {certificate}\nsmtp_user lb1\nsmtp_password_file {password}\nsmtp_retry_interval 1");
        await Mails(director, 2);
        Assert.Equal(Told(), _audience.Subjects);
        Assert.All(_audience.MailFiles, file => Assert.Equal("[\"ops@example.net\"]", Audience.Envelope(file).GetProperty("to").GetRawText()));
        Assert.All(_audience.MailFiles, file => Assert.True(Audience.Envelope(file).GetProperty("tls").GetBoolean() && Audience.Envelope(file).GetProperty("auth").GetBoolean()));
        Assert.Equal(2, Regex.Count(director.Log, @"is deferred: the message: 451 4\.3\.0 later"));
        Assert.Equal(2, Regex.Count(director.Log, @"Mail \d \(.*\): recipient gone@example\.net: 550 5\.1\.1 nobody of that name was refused"));

        _audience.ServeNoMore();
        _audience.Serve([.. server, "refuseall=1"]);
        Change();
        await Wait.Until(
            "the refused mail is reported", s_soon, () => Regex.IsMatch(director.Log, @"Mail 3 \(VRRP Instance V - Entering FAULT state\) was refused: RCPT TO: 550"), () => director.Log);
        Assert.Equal(2, _audience.MailCount);

        _audience.ServeNoMore();
        _audience.Serve(server);
        Change();
        await Mails(director, 3);
        Assert.Equal("[lb1] VRRP Instance V - Entering BACKUP state", _audience.Subjects[^1]);
        Assert.DoesNotContain("s3cret", director.Log, StringComparison.Ordinal);
    }

    /// <summary>
    /// The server is killed and comes back later; meanwhile the instance goes on changing, and the mail process is killed once.
    /// </summary>
    private async Task Outage(TimeSpan time, string globals)
    {
        _audience.Serve();
        var director = Start(globals);
        await Mails(director, 2);
        _audience.ServeNoMore();
        var began = Native.RealTime();
        var worker = 0;
        while (Native.RealTime() - began < time.TotalMilliseconds * 1e6)
        {
            Change();
            await Task.Delay(500);
            if (worker == 0 && _changes > 6 && (worker = MailProcess(director)) != 0)
            {
                _ = Native.Kill(worker, Native.SigKill);
            }
        }

        // In FAULT nothing happens by itself.
        if (_changes % 2 == 0)
        {
            Change();
        }

        Assert.NotEqual(0, worker);
        _audience.Serve();
        await Wait.Until("every mail has arrived", s_soon + time, () => _audience.MailCount >= Told().Length, () => director.Log);
        await _audience.Rest(s_soon, () => director.Log);
        Assert.Equal(Told(), _audience.Subjects);
        JsonElement[] mails = [.. _audience.MailFiles.Select(Audience.Parse)];
        Assert.All(mails, mail => Assert.Equal("[]", mail.GetProperty("defects").GetRawText()));
        Assert.Equal(mails.Length, mails.Select(mail => mail.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, mails.Length), mails.Select(mail => int.Parse(mail.GetProperty("id").GetString()!.Split('.')[2], CultureInfo.InvariantCulture)));
        Assert.Contains("Mail is delivered again by 127.0.0.1:2525", director.Log, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"{mails.Length} mails, each once and in order");
    }

    private Director Start(string globals)
    {
        File.WriteAllText(Tracked, "0");
        return Director.Start(Host, Software.Ours, $$"""
            global_defs {
                router_id lb1
                script_user root
                notification_email {
                    ops@example.net
                    gone@example.net
                }
                notification_email_from k@example.net
                smtp_server 127.0.0.1 {{Audience.MailPort}}
                smtp_connect_timeout 5
                vrrp_notify_fifo {{_audience.FileOf("notify.fifo")}}
                vrrp_notify_fifo_script "{{_audience.Reader}} {{_audience.FileOf("lines")}}"
                {{globals}}
            }
            track_file state {
                file {{Tracked}}
            }
            vrrp_instance V {
                interface eth0
                virtual_router_id 51
                priority 100
                advert_int 1
                state BACKUP
                virtual_ipaddress {
                    10.77.0.100
                }
                track_file {
                    state weight 0
                }
                smtp_alert
            }

            """);
    }

    // FAULT and BACKUP in turn, faster than it becomes a master.
    private void Change()
    {
        _changes++;
        File.WriteAllText(Tracked, _changes % 2 == 1 ? "1" : "0");
    }

    /// <summary>The subjects that the FIFO's lines ask for.</summary>
    private string[] Told() =>
    [
        .. _audience.Heard("lines").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"[lb1] VRRP Instance V - Entering {line.Split(' ')[2]} state"),
    ];

    private Task<TimeSpan> Mails(Director director, int count) => Wait.Until($"{count} mails have arrived", s_soon, () => _audience.MailCount >= count, () => director.Log + _audience.ServerLog);

    private static int MailProcess(Director director) => Command.ChildrenOf(director.Child("vrrp"))
        .FirstOrDefault(process => File.ReadAllText($"/proc/{process}/cmdline").Contains("keepalived-mail", StringComparison.Ordinal));
}
