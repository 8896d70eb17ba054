using System.Runtime.InteropServices;
using Keepalived.Linux.Processes;

namespace Keepalived.Linux.Tests.Processes;

/// <summary>linux/cn_proc.h, and /proc.</summary>
public sealed class ProcessEventsTests
{
    private const uint Fork = 1;
    private const uint Exec = 2;
    private const uint Comm = 0x200;
    private const uint Exit = 0x80000000;

    [Fact]
    public void Processes_are_told_and_threads_are_not()
    {
        Recorder recorder = new();
        foreach ((uint what, int[] ids) in new (uint, int[])[]
        {
            (Fork, [5, 5, 7, 7]), (Fork, [6, 5, 8, 5]), (Exec, [7, 7]), (Comm, [7, 7]), (Comm, [8, 5]), (Exit, [8, 5]), (Exit, [7, 7]), (0, [0, 0]),
        })
        {
            ProcessEvents.Tell(Message(what, ids), recorder);
        }

        Assert.Equal(["5 forks 7", "7 runs", "7 has a name", "7 ends"], recorder.Lines);
    }

    [Fact]
    public void What_is_too_short_or_of_another_connector_is_nothing()
    {
        Recorder recorder = new();
        ProcessEvents.Tell(default, recorder);
        ProcessEvents.Tell(Message(Exec, [7, 7]).AsSpan(0, 40), recorder);
        byte[] other = Message(Exec, [7, 7]);
        other[0] = 9;
        ProcessEvents.Tell(other, recorder);
        Assert.Empty(recorder.Lines);
    }

    [Fact]
    public void The_kernel_tells_of_a_child_that_runs_and_ends()
    {
        using ProcessEvents? events = ProcessEvents.TryOpen(default, out Errno error);
        if (events is null)
        {
            Assert.Skip($"The proc connector is not to be had here: {error.Text()}");
        }

        SpawnedProcess child = ProcessSpawner.Spawn(new SpawnOptions { Program = "/usr/bin/true", Arguments = ["/usr/bin/true"], Environment = [] });
        Recorder recorder = new();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                events.OnReadable(recorder);
                return recorder.Lines.Contains($"{child.ProcessId} ends");
            },
            TimeSpan.FromSeconds(10)));
        Assert.Contains($"{child.ProcessId} runs", recorder.Lines);
        FileDescriptors.Close(child.Descriptor);
    }

    [Fact]
    public void The_list_has_this_process_with_its_name_and_command_line()
    {
        Assert.Contains(Environment.ProcessId, ProcessList.All());
        Span<byte> buffer = stackalloc byte[4096];
        Assert.Equal(File.ReadAllBytes("/proc/self/comm").AsSpan().TrimEnd((byte)'\n').ToArray(), ProcessList.ReadName(Environment.ProcessId, buffer).ToArray());
        Assert.True(ProcessList.ReadCommandLine(Environment.ProcessId, buffer).IndexOf((byte)0) > 0);
        Assert.True(ProcessList.ReadName(int.MaxValue, buffer).IsEmpty);
    }

    private static byte[] Message(uint what, int[] ids)
    {
        byte[] message = new byte[20 + 40];
        MemoryMarshal.Write(message, 1u);
        MemoryMarshal.Write(message.AsSpan(4), 1u);
        MemoryMarshal.Write(message.AsSpan(20), what);
        MemoryMarshal.AsBytes(ids.AsSpan()).CopyTo(message.AsSpan(36));
        return message;
    }

    private sealed class Recorder : IProcessEventHandler
    {
        public List<string> Lines { get; } = [];

        public void Forked(int parent, int child) => Lines.Add($"{parent} forks {child}");

        public void Executed(int processId) => Lines.Add($"{processId} runs");

        public void Renamed(int processId) => Lines.Add($"{processId} has a name");

        public void Exited(int processId) => Lines.Add($"{processId} ends");

        public void Overrun() => Lines.Add("overrun");
    }
}
