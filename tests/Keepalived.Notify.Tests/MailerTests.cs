using Keepalived.Events;
using Keepalived.Plugins;

namespace Keepalived.Notify.Tests;

/// <summary>Which events make a mail, and the queue: order, bound, retry, coalescing, the life of the worker process. In virtual time.</summary>
public sealed class MailerTests
{
    private const string Mail = "notification_email {\n a@example.net\n b@example.net\n}\nsmtp_server 192.0.2.1\n";
    private static readonly VrrpInstanceStateChanged _master = new("V", VrrpState.Backup, VrrpState.Master, 150, "no master heard") { SmtpAlert = true };
    private static readonly VrrpInstanceStateChanged _backup = _master with { Previous = VrrpState.Master, State = VrrpState.Backup };
    private static readonly VrrpInstanceStateChanged _fault = _master with { Previous = VrrpState.Backup, State = VrrpState.Fault };
    private static readonly RealServerStateChanged _server = new("VS", "RS", false, "TCP CHECK failed on service");
    private static readonly QuorumStateChanged _quorum = new("VS", false, "0 < 1");

    public static TheoryData<string, DaemonEvent, bool> Occasions => new()
    {
        { "", _master, true },
        { "", _master with { SmtpAlert = null }, false },
        { "", _master with { State = VrrpState.Init }, false },
        { "", new VrrpGroupStateChanged("G", VrrpState.Master, "") { SmtpAlert = true }, true },
        { "", new VrrpGroupStateChanged("G", VrrpState.Master, ""), false },
        { "", _fault, true },
        { "no_email_faults", _fault, false },
        { "no_email_faults", _master, true },
        { "", _server, true },
        { "", _server with { SmtpAlert = false }, false },
        { "smtp_alert_checker off", _server, false },
        { "smtp_alert_checker off", _server with { SmtpAlert = true }, true },
        { "", _quorum, false },
        { "", _quorum with { SmtpAlert = true }, true },
        { "smtp_alert_checker", _quorum, true },
        { "no_checker_emails\nsmtp_alert_checker", _server with { SmtpAlert = true }, false },
        { "no_checker_emails\nsmtp_alert_checker", _quorum with { SmtpAlert = true }, false },
        { "no_checker_emails", _master, true },
        { "", new VrrpPriorityChanged("V", VrrpState.Master, 1, 2, "") { SmtpAlert = true }, false },
        { "", new VrrpLowerPriorityReceived("V", 1, "") { SmtpAlert = true }, false },
    };

    [Theory]
    [MemberData(nameof(Occasions))]
    public void The_object_then_smtp_alert_checker_then_smtp_alert_then_the_default_decide(string globals, DaemonEvent daemonEvent, bool isMailed)
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail + globals);
        Publish(process, daemonEvent);
        Assert.Equal(isMailed ? 1 : 0, process.Workers.All.Sum(worker => worker.Requests.Count));
    }

    [Theory]
    [InlineData("notification_email {\n a@example.net\n}")]
    [InlineData("smtp_server 192.0.2.1")]
    public void Without_a_server_or_a_recipient_there_is_no_mail(string globals)
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, globals);
        Publish(process, _master);
        Assert.Empty(process.Workers.All);
    }

    [Fact]
    public void An_instance_is_not_written_about_again_in_the_state_of_the_last_mail()
    {
        NotifyProcess process = Run(Mail, _master, _master, _backup, _master);
        Assert.Equal(["MASTER", "BACKUP", "MASTER"], Worker(process).Requests.Select(StateOf));
    }

    [Fact]
    public void A_suppressed_fault_does_not_count_as_the_state_of_the_last_mail()
    {
        NotifyProcess process = Run(Mail + "no_email_faults", _backup, _fault, _backup, _master);
        Assert.Equal(["BACKUP", "MASTER"], Worker(process).Requests.Select(StateOf));
    }

    [Fact]
    public void A_request_says_everything_that_the_mail_process_needs()
    {
        NotifyProcess process = Run(Mail + "notification_email_from k@example.net\nsmtp_helo_name lb\nsmtp_connect_timeout 7\nsmtp_tls implicit\nsmtp_user u\nsmtp_password_file /dev/null", _master);
        MailRequest request = Assert.Single(Worker(process).Requests);
        Assert.Equal((465, "k@example.net", "lb", MailEncryption.Implicit, "u"), (request.Settings.EffectivePort, request.Settings.Sender, request.Settings.HeloName, request.Settings.Encryption, request.Settings.User));
        Assert.Equal(TimeSpan.FromSeconds(7), request.Settings.ConnectTimeout);
        Assert.Equal(["a@example.net", "b@example.net"], request.Recipients.ToArray());
        Assert.Equal(("lb1", "vrrp", "VRRP Instance V - Entering MASTER state"), (request.RouterId, request.Process, request.Events[0].Headline));
    }

    [Fact]
    public void A_deferred_mail_is_tried_again_with_growing_waits_and_keeps_its_place()
    {
        NotifyProcess process = Run(Mail, _master, _backup);
        TestWorker worker = Worker(process);
        int requests = 2;
        foreach (int wait in new[] { 10, 20, 40, 80, 160, 300, 300 })
        {
            worker.Reply(1, MailOutcome.Deferred, "451 later");
            worker.Reply(2, MailOutcome.Deferred, "waits behind mail 1");
            process.Loop.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(requests, worker.Requests.Count);
            process.Loop.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal([1, 2], worker.Requests.Skip(requests).Select(request => request.Id));
            requests += 2;
        }

        worker.Reply(1, MailOutcome.Delivered);
        worker.Reply(2, MailOutcome.Delivered);
        Assert.Contains(process.Log.Messages, line => line == "Mail 1 (VRRP Instance V - Entering MASTER state) is deferred: 451 later; 2 wait, next attempt in 10 s");
        Assert.Equal("Mail is delivered again by 192.0.2.1:25", process.Log.Messages.Single(line => line.StartsWith("Mail is", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_server_that_is_dead_for_a_minute_gets_every_mail_once_and_in_order()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail);
        List<string> delivered = [];
        process.Workers.Answers = request =>
        {
            if (process.Loop.Elapsed < TimeSpan.FromMinutes(1))
            {
                return MailReply.Of(request.Id, MailOutcome.Deferred, "connection refused");
            }

            delivered.Add($"{request.Id} {StateOf(request)}");
            return MailReply.Of(request.Id, MailOutcome.Delivered, "250 ok");
        };
        for (int i = 0; i < 30; i++)
        {
            Publish(process, i % 2 == 0 ? _master : _backup);
            LetOut(process);
            process.Loop.Advance(TimeSpan.FromSeconds(1));
            LetOut(process);
        }

        for (int i = 0; i < 120; i++)
        {
            process.Loop.Advance(TimeSpan.FromSeconds(1));
            LetOut(process);
        }

        Assert.Equal(Enumerable.Range(1, 30).Select(n => $"{n} {(n % 2 == 1 ? "MASTER" : "BACKUP")}"), delivered);
    }

    [Fact]
    public void A_refused_mail_is_reported_and_not_tried_again()
    {
        NotifyProcess process = Run(Mail, _master);
        Worker(process).Reply(1, MailOutcome.Refused, "550 go away");
        process.Loop.Advance(TimeSpan.FromHours(5));
        Assert.Single(Worker(process).Requests);
        Assert.Contains("Error: Mail 1 (VRRP Instance V - Entering MASTER state) was refused: 550 go away", process.Log.Entries.Select(entry => entry.ToString()));
        Assert.Contains("   Mails refused = 1\n", Dump(process), StringComparison.Ordinal);
    }

    [Fact]
    public void Recipients_that_were_put_off_are_tried_alone()
    {
        NotifyProcess process = Run(Mail, _master);
        Worker(process).Reply(new MailReply(1, MailOutcome.Delivered, "450 greylisted", ["b@example.net"], ["c@x: 550 unknown"], []));
        process.Loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["b@example.net"], Worker(process).Requests[1].Recipients.ToArray());
        Assert.Contains(process.Log.Messages, line => line.EndsWith("recipient c@x: 550 unknown was refused", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mail_is_given_up_at_its_age_limit()
    {
        NotifyProcess process = Run(Mail + "smtp_retry_limit 60", _master);
        process.Workers.Answers = request => MailReply.Of(request.Id, MailOutcome.Deferred, "no route");
        Worker(process).Reply(1, MailOutcome.Deferred, "no route");
        for (int i = 0; i < 200; i++)
        {
            process.Loop.Advance(TimeSpan.FromSeconds(1));
            LetOut(process);
        }

        Assert.Contains(process.Log.Messages, line => line == "Mail 1 (VRRP Instance V - Entering MASTER state) is given up after 70 s: no route");
        Assert.Contains("   Mails waiting = 0\n", Dump(process), StringComparison.Ordinal);
        Assert.Contains("   Mails lost = 1\n", Dump(process), StringComparison.Ordinal);
    }

    [Fact]
    public void The_queue_is_bounded_and_the_next_mail_tells_of_the_loss()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail + "smtp_queue_length 3\nlog_event_limit 0");
        for (int i = 0; i < 10_000; i++)
        {
            Publish(process, i % 2 == 0 ? _master : _backup);
        }

        TestWorker worker = Worker(process);
        Assert.Equal([1, 2, 3], worker.Requests.Select(request => request.Id));
        Assert.Single(process.Log.Messages, "The queue of mail is full (3 wait): 1 have been lost so far");
        Assert.Contains("   Mails lost = 9997\n", Dump(process), StringComparison.Ordinal);
        worker.Reply(1, MailOutcome.Delivered);
        Publish(process, _master);
        Assert.Equal(9997, worker.Requests[^1].Lost);
    }

    [Fact]
    public void No_more_than_a_few_mails_are_handed_over_at_a_time()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail);
        for (int i = 0; i < 20; i++)
        {
            Publish(process, i % 2 == 0 ? _master : _backup);
        }

        Assert.Equal(Mailer.MostUnderWay, Worker(process).Requests.Count);
        Worker(process).Reply(1, MailOutcome.Delivered);
        Assert.Equal(Mailer.MostUnderWay + 1, Worker(process).Requests.Count);
    }

    [Fact]
    public void A_burst_is_handed_over_after_the_turn_it_happened_in_and_in_one_message()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail);
        for (int i = 0; i < 20; i++)
        {
            process.Bus.Publish(i % 2 == 0 ? _master : _backup);
        }

        Assert.Empty(process.Workers.All);
        process.Loop.Advance(Mailer.HandoverDelay);
        TestWorker worker = Worker(process);
        Assert.Equal([8], worker.Batches);
        worker.Reply([.. Enumerable.Range(1, 4).Select(static id => MailReply.Of(id, MailOutcome.Delivered, "250 ok"))]);
        Assert.Equal([8, 4], worker.Batches);
        Assert.Equal(Enumerable.Range(1, 12).Select(static id => (long)id), worker.Requests.Select(static request => request.Id));
    }

    [Fact]
    public void What_the_mail_process_says_is_taken_in_after_a_deadline_that_is_near()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail);
        for (int i = 0; i < 12; i++)
        {
            process.Bus.Publish(i % 2 == 0 ? _master : _backup);
        }

        process.Loop.Advance(Mailer.HandoverDelay);
        TestWorker worker = Worker(process);
        List<int> sentBefore = [];
        process.Loop.ForOwner("protocol").CreateTimer(_ => sentBefore.Add(worker.Batches.Count)).Arm(process.Loop.Now + TimeSpan.FromMicroseconds(50));
        worker.Reply(1, MailOutcome.Delivered);
        worker.Reply(2, MailOutcome.Delivered);
        Assert.Equal([8], worker.Batches);
        process.Loop.Advance(TimeSpan.FromMicroseconds(50));
        Assert.Equal([1], sentBefore);
        Assert.Equal([8, 2], worker.Batches);
    }

    [Fact]
    public void What_a_mail_process_said_before_its_end_counts()
    {
        NotifyProcess process = Run(Mail, _master, _backup);
        process.Loop.ForOwner("protocol").CreateTimer(static _ => { }).Arm(process.Loop.Now + TimeSpan.FromMicroseconds(50));
        Worker(process).Reply(1, MailOutcome.Delivered);
        Worker(process).End("signal 9");
        process.Loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([2], process.Workers.All[1].Requests.Select(static request => request.Id));
    }

    [Fact]
    public void Mails_that_do_not_fit_one_message_go_in_several()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail + "smtp_coalesce 1\nsmtp_queue_length 3");
        string longest = new('x', 1000);
        for (int i = 0; i < 3 * MailQueue.MostEvents; i++)
        {
            process.Bus.Publish((i % 2 == 0 ? _master : _backup) with { Cause = longest });
        }

        process.Loop.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 1, 1], Worker(process).Batches);
    }

    [Fact]
    public void Every_kind_of_event_arrives_in_the_mail_process_as_it_was()
    {
        DaemonEvent[] events =
        [
            _master, _fault with { Instance = "jörg", Cause = "" }, new VrrpGroupStateChanged("G", VrrpState.Stop, "end") { SmtpAlert = true },
            _server, _server with { IsUp = true, Detail = "refused" }, _quorum with { SmtpAlert = true },
        ];
        NotifyProcess process = Run(Mail, events);
        for (int i = 0; i < events.Length; i++)
        {
            EventStamp stamp = new(i + 1, Worker(process).Requests[i].Events[0].Time);
            Assert.Equal(MailEvents.Of(stamp, events[i]), Worker(process).Requests[i].Events[0]);
        }
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_between_characters()
    {
        NotifyProcess process = Run(Mail, _master with { Cause = new string('x', 999) + "😀" });
        MailEvent told = Assert.Single(Assert.Single(Worker(process).Requests).Events.ToArray());
        Assert.Equal(new string('x', 999), told.Fields.ToArray().Single(static field => field.Key == "cause").Value);
    }

    [Fact]
    public void Events_that_come_together_share_a_mail_where_that_is_configured()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail + "smtp_coalesce 5");
        Publish(process, _master);
        process.Loop.Advance(TimeSpan.FromSeconds(4));
        Publish(process, _backup);
        Assert.Empty(process.Workers.All);
        process.Loop.Advance(TimeSpan.FromSeconds(1));
        Publish(process, _master);
        process.Loop.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([2, 1], Worker(process).Requests.Select(request => request.Events.Count));
    }

    [Fact]
    public void A_mail_process_that_ends_is_replaced_and_its_mails_are_sent_again()
    {
        NotifyProcess process = Run(Mail, _master, _backup);
        Worker(process).Reply(1, MailOutcome.Delivered);
        Worker(process).End("signal 9");
        process.Loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([2], process.Workers.All[1].Requests.Select(request => request.Id));
    }

    [Fact]
    public void A_mail_process_that_does_not_answer_is_killed()
    {
        NotifyProcess process = Run(Mail + "smtp_connect_timeout 3", _master);
        process.Loop.Advance(TimeSpan.FromSeconds(59));
        Assert.False(Worker(process).IsKilled);
        process.Loop.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Worker(process).IsKilled);
    }

    [Fact]
    public void Without_work_the_mail_process_ends_and_comes_back_with_the_next_mail()
    {
        NotifyProcess process = Run(Mail, _master);
        Worker(process).Reply(1, MailOutcome.Delivered);
        process.Loop.Advance(Mailer.IdleTime);
        Assert.True(Worker(process).IsDisposed);
        Publish(process, _backup);
        Assert.Equal(2, process.Workers.All.Count);
    }

    [Fact]
    public void A_mail_process_that_is_behind_with_reading_gets_the_mail_later()
    {
        NotifyProcess process = Run(Mail, _master);
        TestWorker worker = Worker(process);
        worker.Reply(1, MailOutcome.Delivered);
        worker.IsBehind = true;
        Publish(process, _backup);
        worker.IsBehind = false;
        process.Loop.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2], worker.Requests.Select(request => request.Id));
    }

    [Fact]
    public void At_the_end_everything_is_handed_over_due_or_not_and_the_wait_is_short()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, Mail);
        for (int i = 0; i < 12; i++)
        {
            Publish(process, i % 2 == 0 ? _master : _backup);
        }

        Worker(process).Reply(1, MailOutcome.Deferred, "451 later");
        ValueTask stop = default;
        process.Loop.ForOwner("test").Post(() => stop = process.Plugin.StopAsync(CancellationToken.None));
        process.Loop.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 1, 9, 10, 11, 12], Worker(process).Requests.Select(request => request.Id));
        Assert.False(stop.IsCompleted);
        process.Loop.Advance(TimeSpan.FromSeconds(1));
        Assert.True(stop.IsCompletedSuccessfully);
        Assert.True(Worker(process).IsDisposed);
        Assert.False(Worker(process).IsKilled);
    }

    [Fact]
    public void A_recipient_that_is_no_address_is_named_and_left_out()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "notification_email {\n \"a b@x\"\n ok@example.net\n \"Ann <ann@example.net>\"\n jörg@x\n}\nsmtp_server 192.0.2.1\n");
        Publish(process, _master);
        Assert.Equal(["ok@example.net", "Ann <ann@example.net>"], Assert.Single(Worker(process).Requests).Recipients.ToArray());
        Assert.Equal(2, process.Findings.Count);
    }

    [Fact]
    public void A_reload_changes_the_server_for_waiting_mails_too()
    {
        NotifyProcess process = Run(Mail, _master);
        Worker(process).Reply(1, MailOutcome.Deferred, "451 later");
        process.Reload(Mail + "smtp_server 192.0.2.2 2525");
        process.Loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("192.0.2.2:2525", Worker(process).Requests[^1].Settings.ServerName);
    }

    private static NotifyProcess Run(string globals, params DaemonEvent[] events)
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, globals);
        foreach (DaemonEvent daemonEvent in events)
        {
            Publish(process, daemonEvent);
        }

        return process;
    }

    private static void Publish(NotifyProcess process, DaemonEvent daemonEvent)
    {
        process.Bus.Publish(daemonEvent);
        process.Loop.Advance(Mailer.HandoverDelay);
    }

    private static TestWorker Worker(NotifyProcess process) => process.Workers.All[0];

    private static void LetOut(NotifyProcess process)
    {
        foreach (TestWorker worker in process.Workers.All.ToArray())
        {
            worker.LetOut();
        }
    }

    private static string StateOf(MailRequest request) => request.Events[0].Fields.ToArray().Single(field => field.Key == "state").Value;

    private static string Dump(NotifyProcess process)
    {
        var dump = new StringWriter { NewLine = "\n" };
        process.Plugin.Dump(DumpKind.Data, dump);
        return dump.ToString();
    }
}
