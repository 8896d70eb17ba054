using Keepalived.Linux.Files;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Resources;

namespace Keepalived.Linux.Tests.Resources;

/// <summary>
/// Alone, because a program that another test starts holds copies of our open files, and with them their locks, until its exec.
/// </summary>
[CollectionDefinition(nameof(ResourceTests), DisableParallelization = true)]
[Collection(nameof(ResourceTests))]
public sealed class ResourceTests
{
    [Fact]
    public void A_soft_limit_can_be_lowered_and_raised_again()
    {
        ResourceLimit before = ResourceLimits.Get(Resource.CoreSize);

        ResourceLimits.Set(Resource.CoreSize, before with { Soft = 0 });
        Assert.Equal(0UL, ResourceLimits.Get(Resource.CoreSize).Soft);
        ResourceLimits.Set(Resource.CoreSize, before);

        Assert.Equal(before, ResourceLimits.Get(Resource.CoreSize));
    }

    [Fact]
    public void A_threads_real_time_policy_is_read_back_with_reset_on_fork()
    {
        SchedulingPolicy policy = SchedulingPolicy.Other;
        bool resetOnFork = false;
        Exception? error = OnThread(() =>
        {
            ProcessScheduling.SetPolicy(0, SchedulingPolicy.RoundRobin, 10, resetOnFork: true);
            policy = ProcessScheduling.GetPolicy(0, out resetOnFork);
        });

        Assert.SkipWhen(error is LinuxException { Errno: Errno.EPERM }, "real-time scheduling is not permitted here");
        Assert.Null(error);
        Assert.Equal((SchedulingPolicy.RoundRobin, true), (policy, resetOnFork));
        Assert.Equal((1, 99), ProcessScheduling.PriorityRange(SchedulingPolicy.RoundRobin));
    }

    [Fact]
    public void A_thread_tied_to_one_processor_counts_one()
    {
        int count = 0;
        Exception? error = OnThread(() =>
        {
            ProcessScheduling.SetAffinity(0, [0]);
            count = ProcessScheduling.CountAffinity(0);
        });

        Assert.Null(error);
        Assert.Equal(1, count);
    }

    [Fact]
    public void A_thread_can_be_named_and_made_nicer()
    {
        string name = "";
        Exception? error = OnThread(() =>
        {
            ProcessControl.SetName("a-name-that-is-too-long");
            ProcessScheduling.SetNice(0, 5);
            name = File.ReadAllText("/proc/thread-self/comm").Trim();
        });

        Assert.Null(error);
        Assert.Equal("a-name-that-is-", name);
    }

    [Fact]
    public void Users_and_groups_are_found_by_name()
    {
        UserEntry? root = UserDatabase.FindUser("root");

        Assert.Equal((0u, 0u), (root!.UserId, root.GroupId));
        Assert.Equal(root, UserDatabase.FindUser(0));
        Assert.Null(UserDatabase.FindUser("no-such-user-here"));
        Assert.Null(UserDatabase.FindUser(""));
        Assert.Equal(0u, UserDatabase.FindGroup("root"));
        Assert.Null(UserDatabase.FindGroup("no-such-group-here"));
        Assert.Null(UserDatabase.FindGroup(""));
        Assert.Contains(4711u, UserDatabase.GroupsOf("root", 4711));
    }

    [Fact]
    public void The_kernel_tells_its_release() =>
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), ProcessControl.KernelRelease());

    [Fact]
    public void A_file_is_locked_by_one_opening_of_it_at_a_time()
    {
        string path = Path.GetTempFileName();
        using (LinuxFile first = LinuxFile.Open(path, OpenFlags.ReadWrite))
        {
            using LinuxFile second = LinuxFile.Open(path, OpenFlags.ReadWrite);
            Assert.True(first.TryLock());
            Assert.False(second.TryLock());
            first.Dispose();
            Assert.True(second.TryLock());
        }

        Assert.Equal(Errno.None, LinuxFile.Unlink(path));
        Assert.Equal(Errno.ENOENT, LinuxFile.Unlink(path));
    }

    [Fact]
    public void A_symbolic_link_is_not_followed_when_that_is_asked()
    {
        string path = Path.GetTempFileName();
        string link = path + ".link";
        File.CreateSymbolicLink(link, path);

        Assert.Null(LinuxFile.TryOpen(link, OpenFlags.ReadOnly | OpenFlags.NoFollow, 0, out Errno error));

        Assert.Equal(Errno.ELOOP, error);
        LinuxFile.Unlink(link);
        LinuxFile.Unlink(path);
    }

    private static Exception? OnThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(action));
        thread.Start();
        thread.Join();
        return error;
    }
}
