using Keepalived.Host.Scripts;
using Keepalived.Linux;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;

namespace Keepalived.Host.Processes;

/// <summary>
/// Starts this program once more as a worker of a plugin: time-sharing whatever we are, with our first nice value, the run time settings of a
/// child, standard streams to nowhere and the channel as descriptor 3. Loop thread only.
/// </summary>
internal sealed class WorkerProcesses(IScheduler scheduler, IReadOnlyList<string> pluginDirectories, ThreadScheduling startWith, Action spawned) : IWorkerProcesses
{
    /// <summary>Where a worker finds its end of the channel.</summary>
    internal const int ChannelDescriptor = 3;

    public IWorkerProcess Start(string command, MessageHandler received, Action<string> ended)
    {
        Worker worker = new(scheduler, ended);
        try
        {
            SpawnedProcess process = Spawn(command, out LinuxSocket socket);
            worker.Begin(process, new MessageChannel(scheduler, socket), received);
        }
        catch (LinuxException exception)
        {
            scheduler.Post(() => worker.End(exception.Message));
        }

        spawned();
        return worker;
    }

    private SpawnedProcess Spawn(string command, out LinuxSocket ours)
    {
        // No log and no options of the daemon: a worker knows what it is told over the channel.
        List<string> directories = [];
        foreach (string directory in pluginDirectories)
        {
            directories.Add(Path.GetFullPath(directory));
        }

        ChildLauncher self = new([CommandRunner.WorkerOption + command, .. directories]);
        (ours, LinuxSocket theirs) = LinuxSocket.OpenPair();
        using (theirs)
        {
            try
            {
                return ProcessSpawner.Spawn(new SpawnOptions
                {
                    Program = self.Program,
                    Arguments = ["keepalived", .. self.OwnArguments],
                    Environment = ScriptEnvironment.ForWorkers(),

                    // It finishes what it has when we end, so the parent must not take it for a script that was left behind.
                    NewSession = true,
                    Descriptors =
                    [
                        SpawnDescriptor.Null(0), SpawnDescriptor.Null(1), SpawnDescriptor.Null(2), SpawnDescriptor.Inherit(theirs.Descriptor, ChannelDescriptor),
                    ],
                    CloseFrom = ChannelDescriptor + 1,
                    Scheduling = (SchedulingPolicy.Other, 0),
                    StartWith = startWith,
                });
            }
            catch (LinuxException)
            {
                ours.Dispose();
                throw;
            }
        }
    }

    private sealed class Worker(IScheduler scheduler, Action<string> ended) : IWorkerProcess
    {
        private MessageChannel? _channel;
        private Action<string>? _ended = ended;
        private int _processId;
        private bool _isRunning;

        public void Begin(SpawnedProcess process, MessageChannel channel, MessageHandler received)
        {
            _channel = channel;
            _processId = process.ProcessId;
            _isRunning = true;

            // Kept until it is reaped, disposed or not. The end of the channel says nothing that the exit does not say better.
            scheduler.WatchProcess(process.ProcessId, process.Descriptor, OnExit);
            channel.Listen(received, static () => { });
        }

        public bool TrySend(ReadOnlySpan<byte> message) => _channel is { } channel && channel.TrySend(message);

        public void Kill()
        {
            if (_isRunning)
            {
                _ = Signals.Send(_processId, Signals.Kill);
            }
        }

        public void Dispose()
        {
            _ended = null;
            _channel?.Dispose();
            _channel = null;
        }

        public void End(string how)
        {
            Action<string>? ended = _ended;
            Dispose();
            ended?.Invoke(how);
        }

        private void OnExit(ProcessExit exit)
        {
            _isRunning = false;
            End(exit.ToString());
        }
    }
}
