using System.Text;
using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Notify.Tests;

/// <summary>FIFOs in memory.</summary>
internal sealed class TestPipes : INotificationPipes
{
    public List<TestPipe> All { get; } = [];

    public HashSet<string> Broken { get; } = [];

    public TestPipe this[string path] => All.Last(pipe => pipe.Path == path);

    public INotificationPipe Open(string path, ScriptUser? owner)
    {
        if (Broken.Contains(path))
        {
            throw new IOException("it is no FIFO");
        }

        var pipe = new TestPipe(path, owner);
        All.Add(pipe);
        return pipe;
    }
}

/// <summary>A FIFO that can be full.</summary>
internal sealed class TestPipe(string path, ScriptUser? owner) : INotificationPipe
{
    private readonly StringBuilder _content = new();

    public string Path => path;

    public ScriptUser? Owner => owner;

    public bool IsFull { get; set; }

    public bool IsDisposed { get; private set; }

    public bool TryWrite(ReadOnlySpan<byte> message)
    {
        if (!IsFull)
        {
            _content.Append(Encoding.UTF8.GetString(message));
        }

        return !IsFull;
    }

    /// <summary>What was written since the last call.</summary>
    public string Take()
    {
        string content = _content.ToString();
        _content.Clear();
        return content;
    }

    public void Dispose() => IsDisposed = true;
}

/// <summary>Lets scripts run except those named.</summary>
internal sealed class TestPolicy : IScriptPolicy
{
    public HashSet<string> Insecure { get; } = [];

    public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session)
    {
        if (Insecure.Contains(command.Program))
        {
            session.Report(new(DiagnosticClass.Security, DiagnosticSeverity.Error, location, $"{command.Program} is insecure"));
            return false;
        }

        return true;
    }

    public ScriptUser? ResolveUser(IKeywordReader reader) => new(1000, 1000, false, string.Join(' ', reader.Rest()));
}

/// <summary>A process of one role.</summary>
internal sealed class TestContext(PluginRoles role, bool logsEvents = true) : IDaemonContext
{
    public PluginRoles Role => role;

    public int LogDetail => 0;

    public bool LogsEvents => logsEvents;

    public bool ReleaseVrrp => true;

    public bool ReleaseIpvs => true;

    public bool MonitorAddresses => false;

    public string RunDirectory => "/run";

    public string TemporaryDirectory => "/tmp";

    public GlobalDefinitions Globals { get; } = new() { RouterId = "lb1" };

    public void RequestExit(int code, string reason) => throw new NotSupportedException();
}

/// <summary>Worker processes that a test plays.</summary>
internal sealed class TestWorkers : IWorkerProcesses
{
    public List<TestWorker> All { get; } = [];

    /// <summary>Asked for each request, at once; null leaves the answer to the test.</summary>
    public Func<MailRequest, MailReply?>? Answers { get; set; }

    public IWorkerProcess Start(string command, MessageHandler received, Action<string> ended)
    {
        Assert.Equal("keepalived-mail", command);
        TestWorker worker = new(this, received, ended);
        All.Add(worker);
        return worker;
    }
}

/// <summary>One worker process.</summary>
internal sealed class TestWorker(TestWorkers workers, MessageHandler received, Action<string> ended) : IWorkerProcess
{
    public List<MailRequest> Requests { get; } = [];

    /// <summary>How many requests came in each message.</summary>
    public List<int> Batches { get; } = [];

    public bool IsBehind { get; set; }

    public bool IsKilled { get; private set; }

    public bool IsDisposed { get; private set; }

    public bool TrySend(ReadOnlySpan<byte> message)
    {
        if (IsBehind)
        {
            return false;
        }

        List<MailRequest> batch = MailBatch.Read(message);
        Batches.Add(batch.Count);
        foreach (MailRequest request in batch)
        {
            Requests.Add(request);
            if (workers.Answers?.Invoke(request) is { } reply)
            {
                Pending.Enqueue(reply);
            }
        }

        return true;
    }

    /// <summary>What <see cref="TestWorkers.Answers"/> said, to be let out by <see cref="LetOut"/>.</summary>
    public Queue<MailReply> Pending { get; } = new();

    public void LetOut()
    {
        while (Pending.TryDequeue(out MailReply? reply))
        {
            Reply(reply);
        }
    }

    public void Reply(params MailReply[] replies) => received(MailReply.Encode(replies));

    public void Reply(long id, MailOutcome outcome, string text = "text") => Reply(MailReply.Of(id, outcome, text));

    public void End(string how = "exit code 1") => ended(how);

    public void Kill() => IsKilled = true;

    public void Dispose() => IsDisposed = true;
}
