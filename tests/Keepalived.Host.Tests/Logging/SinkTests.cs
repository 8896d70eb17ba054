using System.Net.Sockets;
using System.Text;
using Keepalived.Host.Logging;
using Keepalived.Plugins;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Tests.Logging;

public sealed class SinkTests : IDisposable
{
    private static readonly DateTimeOffset _time = new(2026, 11, 21, 8, 23, 51, TimeSpan.Zero);
    private readonly string _directory = Directory.CreateTempSubdirectory("keepalived-log").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Syslog_lines_carry_priority_identity_and_pid_in_the_local_form_of_RFC_3164()
    {
        string path = Path.Combine(_directory, "log");
        using Socket receiver = Listen(path);
        using SyslogSink sink = new(path, facility: 3, "Keepalived_vrrp", 4711);
        sink.Write(6, _time, "hello");
        string line = Receive(receiver);
        Assert.Matches(@"^<30>Nov 2[0-2] \d\d:\d\d:51 Keepalived_vrrp\[4711\]: hello$", line);
    }

    [Fact]
    public void Syslog_is_found_again_when_its_receiver_returns_and_told_what_it_missed()
    {
        string path = Path.Combine(_directory, "log");
        using SyslogSink sink = new(path, 3, "Keepalived", 1);
        sink.Write(6, _time, "nobody listens yet");
        Listen(path).Dispose();
        sink.Write(6, _time + SyslogSink.Pause, "nobody listens any more");
        File.Delete(path);
        using Socket receiver = Listen(path);
        sink.Write(6, _time + (2 * SyslogSink.Pause), "back");
        sink.Write(6, _time + (2 * SyslogSink.Pause), "and there");
        Assert.EndsWith(": 2 lines of the log are missing here: syslog did not take them", Receive(receiver), StringComparison.Ordinal);
        Assert.EndsWith(": back", Receive(receiver), StringComparison.Ordinal);
        Assert.EndsWith(": and there", Receive(receiver), StringComparison.Ordinal);
    }

    [Fact]
    public void A_syslog_that_was_restarted_misses_no_line()
    {
        string path = Path.Combine(_directory, "log");
        using SyslogSink sink = new(path, 3, "Keepalived", 1);
        using (Socket before = Listen(path))
        {
            sink.Write(6, _time, "before");
            Receive(before);
        }

        File.Delete(path);
        using Socket receiver = Listen(path);
        sink.Write(6, _time, "after");
        Assert.EndsWith(": after", Receive(receiver), StringComparison.Ordinal);
        Assert.Equal(0, sink.Lost);
    }

    [Fact]
    public void Where_nobody_receives_syslog_is_looked_for_once_a_second_and_lines_are_counted()
    {
        using SyslogSink sink = new(Path.Combine(_directory, "log"), 3, "Keepalived", 1);
        for (int i = 0; i < 600; i++)
        {
            sink.Write(6, _time + TimeSpan.FromMilliseconds(i * 5), "storm");
        }

        Assert.Equal((3, 600L), (sink.Attempts, sink.Lost));

        // The wall clock may be set back.
        sink.Write(6, _time - TimeSpan.FromDays(1), "earlier");
        Assert.Equal(4, sink.Attempts);
    }

    [Fact]
    public void A_file_line_has_nanoseconds_and_ends_with_the_message()
    {
        string path = Path.Combine(_directory, "k.log");
        using (FileSink sink = new(path, flush: true))
        {
            sink.Write(6, _time.AddTicks(1234567), "hello");
            Assert.Matches(@"^\w{3} Nov 2\d \d\d:\d\d:51\.123456700 2026: hello\n$", File.ReadAllText(path));
        }
    }

    [Theory]
    [InlineData("/tmp/keepalived.log", "_vrrp", "/tmp/keepalived_vrrp.log")]
    [InlineData("/tmp.d/log", "_bfd", "/tmp.d/log_bfd")]
    [InlineData("/tmp/x.log", "", "/tmp/x.log")]
    public void Each_process_has_its_name_before_the_last_dot(string path, string suffix, string result) =>
        Assert.Equal(result, FileSink.PathFor(path, suffix));

    [Fact]
    public void Lines_inside_a_rehearsal_are_made_and_dropped_and_those_after_it_are_written()
    {
        using StringWriter text = new();
        using DaemonLog log = new(TimeProvider.System, detail: 0);
        log.Add(new WriterSink(text));
        log.Begin();
        DaemonLogger logger = new(log);
        int made = 0;
        using (logger.BeginScope(LogRehearsal.Scope))
        {
            logger.Log(LogLevel.Error, default, 0, null, (_, _) => $"rehearsed {++made}");
        }

        logger.Log(LogLevel.Information, default, 0, null, (_, _) => "real");
        Assert.Equal(1, made);
        Assert.Equal("real" + Environment.NewLine, text.ToString());
        Assert.Null(logger.BeginScope("any other scope"));
    }

    [Theory]
    [InlineData(0, LogLevel.Debug, false)]
    [InlineData(0, LogLevel.Information, true)]
    [InlineData(1, LogLevel.Debug, true)]
    [InlineData(1, LogLevel.Trace, false)]
    [InlineData(2, LogLevel.Trace, true)]
    public void Detail_decides_what_is_written(int detail, LogLevel level, bool written) =>
        Assert.Equal(written, new DaemonLog(TimeProvider.System, detail).IsEnabled(level));

    private static Socket Listen(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }

    [Fact]
    public void A_json_line_has_stable_names_and_any_text_survives()
    {
        const string Text = "a \"quoted\" \\ line\nwith\ttabs, \u0001 and ü 😀";
        KeyValuePair<string, object?>[] fields =
        [
            new("Instance", Text), new("Priority", 150), new("@object", "x"), new("isUp", true), new("nothing", null), new("Message", "taken"), new("{OriginalFormat}", "no"),
            new("torn", "\ud83d"), new("share", 0.5),
        ];
        string line = new JsonLine("vrrp", 7).Compose(4, new DateTimeOffset(2026, 11, 21, 20, 1, 2, 345, TimeSpan.Zero), Text, fields);
        Assert.DoesNotContain('\n', line);
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(line);
        System.Text.Json.JsonElement root = document.RootElement;
        Assert.Equal(
            ["time", "process", "pid", "level", "message", "instance", "priority", "object", "isUp", "nothing", "message_", "torn", "share"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("2026-11-21T20:01:02.345000Z", "vrrp", 7, "warning"), (root.GetProperty("time").GetString(), root.GetProperty("process").GetString(), root.GetProperty("pid").GetInt32(), root.GetProperty("level").GetString()));
        Assert.Equal(Text, root.GetProperty("message").GetString());
        Assert.Equal(Text, root.GetProperty("instance").GetString());
        Assert.Equal(150, root.GetProperty("priority").GetInt32());
    }

    [Fact]
    public void A_log_in_json_gives_the_named_values_of_every_message()
    {
        StringWriter text = new() { NewLine = "\n" };
        DaemonLog log = new(TimeProvider.System, 0, new JsonLine("parent", 1));
        log.Add(new WriterSink(text));
        log.Begin();
        new DaemonLogger(log).LogInformation("{Count} of {Object}", 3, "x");
        new DaemonLogger(log).LogDebug("{Count}", 4);
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(text.ToString());
        Assert.Equal((3, "x", "3 of x"), (document.RootElement.GetProperty("count").GetInt32(), document.RootElement.GetProperty("object").GetString(), document.RootElement.GetProperty("message").GetString()));
    }
}
