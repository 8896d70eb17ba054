using System.Text;
using Keepalived.Linux.Events;
using Keepalived.Linux.Processes;

namespace Keepalived.Linux.Tests.Processes;

public sealed class ProcessSpawnerTests
{
    [Fact]
    public void A_childs_exit_code_is_reaped_through_its_descriptor()
    {
        ProcessEnd end = Run(Shell("exit 3"), out _);

        Assert.Equal((3, false), (end.Status, end.Signalled));
    }

    [Fact]
    public void A_childs_fatal_signal_is_told_from_an_exit_code()
    {
        ProcessEnd end = Run(Shell("kill -9 $$"), out _);

        Assert.Equal((9, true), (end.Status, end.Signalled));
    }

    [Fact]
    public void A_running_child_is_not_reaped()
    {
        SpawnedProcess child = ProcessSpawner.Spawn(Shell("read line; sleep 60"));

        Assert.False(ProcessDescriptor.TryReap(child.Descriptor, out _));
        Assert.Equal(Errno.None, ProcessDescriptor.Signal(child.Descriptor, Signals.Kill));
        Assert.Equal(9, WaitFor(child).Status);
    }

    [Fact]
    public void A_missing_program_is_an_error_that_names_it()
    {
        SpawnOptions options = Shell("") with { Program = "/nonexistent/program" };

        LinuxException error = Assert.Throws<LinuxException>(() => ProcessSpawner.Spawn(options));

        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Contains("/nonexistent/program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signals_that_the_runtime_ignores_are_back_to_their_default()
    {
        Run(Shell("grep SigIgn /proc/self/status | cut -f2"), out string output);

        // Without 32 and 33, which the C library keeps for itself.
        Assert.Equal(0UL, Convert.ToUInt64(output, 16) & ~0x1_8000_0000UL);
    }

    [Fact]
    public void A_new_process_group_is_led_by_the_child()
    {
        Run(Shell("test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo leads") with { NewProcessGroup = true }, out string output);

        Assert.Equal("leads", output);
    }

    [Fact]
    public void Environment_and_directory_are_exactly_what_was_given()
    {
        Run(Shell("echo $WORD:$PWD") with { Environment = ["WORD=value"], WorkingDirectory = "/usr" }, out string output);

        Assert.Equal("value:/usr", output);
    }

    [Fact]
    public void Descriptors_that_swap_places_arrive_where_they_belong()
    {
        using var first = new MemoryFile("first");
        using var second = new MemoryFile("second");
        FileDescriptors.Write(first.Descriptor, "one"u8, out _);
        FileDescriptors.Write(second.Descriptor, "two"u8, out _);
        SpawnOptions options = Shell($"cat /proc/self/fd/{first.Descriptor} /proc/self/fd/{second.Descriptor}") with
        {
            Descriptors =
            [
                SpawnDescriptor.Inherit(second.Descriptor, first.Descriptor), SpawnDescriptor.Inherit(first.Descriptor, second.Descriptor),
            ],
        };

        Run(options, out string output);

        Assert.Equal("twoone", output);
    }

    [Fact]
    public void Only_named_descriptors_are_open_in_the_child()
    {
        using var file = new MemoryFile("handed-over");
        SpawnOptions options = Shell("for i in $(seq 0 250); do test -e /proc/$$/fd/$i && echo $i; done") with
        {
            Descriptors = [SpawnDescriptor.Null(0), SpawnDescriptor.Inherit(file.Descriptor, 3)],
            CloseFrom = 4,
        };

        Run(options, out string output);

        Assert.Equal("0 1 2 3", output.ReplaceLineEndings(" "));
    }

    [Fact]
    public void A_child_of_another_identity_has_it_whole_and_this_process_keeps_its_own()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root");
        string before = StatusLines();
        SpawnOptions options = Shell("grep -E '^(Uid|Gid|Groups|CapEff|CapPrm)' /proc/$$/status") with
        {
            Identity = new SpawnIdentity(65534, 65533, [1001, 1002]),
        };

        Run(options, out string output);

        Assert.Contains("Uid:\t65534\t65534\t65534\t65534", output, StringComparison.Ordinal);
        Assert.Contains("Gid:\t65533\t65533\t65533\t65533", output, StringComparison.Ordinal);
        Assert.Contains("Groups:\t1001 1002", output, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", output, StringComparison.Ordinal);
        Assert.Contains("CapPrm:\t0000000000000000", output, StringComparison.Ordinal);
        Assert.Equal(before, StatusLines());

        static string StatusLines() => string.Join('\n', File.ReadLines("/proc/thread-self/status")
            .Where(line => line.StartsWith("Uid", StringComparison.Ordinal) || line.StartsWith("Gid", StringComparison.Ordinal)
                || line.StartsWith("Groups", StringComparison.Ordinal) || line.StartsWith("Cap", StringComparison.Ordinal)));
    }

    [Fact]
    public void Starting_a_child_as_somebody_else_keeps_the_parent_death_signal_and_the_permission_to_dump()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root");
        (int Signal, int Dumpable) before = default;
        (int Signal, int Dumpable) after = default;
        var thread = new Thread(() =>
        {
            ProcessControl.SignalOnParentDeath(Signals.User1);
            before = State();
            Run(Shell("exit 0") with { Identity = new SpawnIdentity(65534, 65534, []) }, out _);
            after = State();
        });
        thread.Start();
        thread.Join();

        Assert.Equal((Signals.User1, before.Dumpable), after);
        Assert.Equal(1, before.Dumpable);

        static unsafe (int Signal, int Dumpable) State()
        {
            int signal = 0;
            _ = ProcessControlCall(2, (nint)(&signal));
            return (signal, ProcessControlCall(3, 0));
        }
    }

    [Fact]
    public void Real_time_scheduling_is_there_from_the_start()
    {
        SpawnOptions options = Shell("awk '{print $40, $41}' /proc/$$/stat") with { Scheduling = (SchedulingPolicy.RoundRobin, 5) };
        try
        {
            Run(options, out string output);
            Assert.Equal("5 2", output);
        }
        catch (LinuxException error) when (error.Errno == Errno.EPERM)
        {
            Assert.Skip("real-time scheduling is not permitted here");
        }
    }

    private static SpawnOptions Shell(string script) => new()
    {
        Program = "/bin/sh",
        Arguments = ["sh", "-c", script],
        Environment = ["PATH=/usr/bin:/bin"],
    };

    private static ProcessEnd Run(SpawnOptions options, out string output)
    {
        using var file = new MemoryFile("output");
        SpawnedProcess child = ProcessSpawner.Spawn(
            options with { Descriptors = [.. options.Descriptors, SpawnDescriptor.Inherit(file.Descriptor, 1)] });
        ProcessEnd end = WaitFor(child);
        output = Encoding.UTF8.GetString(file.ReadAll()).Trim();
        return end;
    }

    private static ProcessEnd WaitFor(SpawnedProcess child)
    {
        using var epoll = new Epoll();
        using var events = new EpollEvents(1);
        Assert.Equal(Errno.None, epoll.Add(child.Descriptor, 1, 1));
        for (int wait = 0; wait < 10 && epoll.Wait(events, 10_000_000_000) == 0; wait++)
        {
            // A signal of the runtime interrupted the wait.
        }

        Assert.True(ProcessDescriptor.TryReap(child.Descriptor, out ProcessEnd end));
        FileDescriptors.Close(child.Descriptor);
        Assert.Equal(child.ProcessId, end.ProcessId);
        return end;
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "prctl")]
    private static extern int ProcessControlCall(int option, nint value);
}
