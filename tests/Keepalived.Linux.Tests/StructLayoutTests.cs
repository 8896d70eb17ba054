using System.Runtime.CompilerServices;
using System.Text;
using Keepalived.Linux.Events;
using Keepalived.Linux.Files;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Resources;
using Keepalived.Linux.Sockets;

namespace Keepalived.Linux.Tests;

/// <summary>
/// A struct that is eight bytes short lets the kernel write over the stack. So the C compiler, where there is one, is asked for every
/// size and offset; what it says for the 64-bit ABIs stands beside it and is checked in any case.
/// </summary>
public sealed unsafe class StructLayoutTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stddef.h>
        #include <signal.h>
        #include <spawn.h>
        #include <fcntl.h>
        #include <pwd.h>
        #include <grp.h>
        #include <time.h>
        #include <sys/epoll.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/timerfd.h>
        #include <sys/un.h>
        #include <sys/utsname.h>
        #include <netinet/in.h>
        #include <linux/filter.h>
        #include <linux/if_packet.h>
        int main(void) {

        """;

    private static readonly (string Expression, long Ours, long Known)[] s_facts =
    [
        ("sizeof(struct epoll_event)", EpollEvents.Size, EpollEvents.Size),
        ("offsetof(struct epoll_event, data)", EpollEvents.DataOffset, EpollEvents.DataOffset),
        ("sizeof(struct timespec)", sizeof(Timespec), 16),
        ("sizeof(struct itimerspec)", sizeof(TimerSpecification), 32),
        ("sizeof(siginfo_t)", sizeof(SignalInfo), 128),
        ("offsetof(siginfo_t, si_code)", Offset<SignalInfo>("Code"), 8),
        ("offsetof(siginfo_t, si_pid)", Offset<SignalInfo>("ProcessId"), 16),
        ("offsetof(siginfo_t, si_uid)", Offset<SignalInfo>("UserId"), 20),
        ("offsetof(siginfo_t, si_status)", Offset<SignalInfo>("Status"), 24),
        ("sizeof(struct rlimit)", sizeof(ResourceLimit), 16),
        ("sizeof(struct flock)", sizeof(FileLock), 32),
        ("offsetof(struct flock, l_start)", Offset<FileLock>("Start"), 8),
        ("offsetof(struct flock, l_pid)", Offset<FileLock>("ProcessId"), 24),
        ("sizeof(struct passwd)", sizeof(PasswordEntry), 48),
        ("offsetof(struct passwd, pw_uid)", Offset<PasswordEntry>("UserId"), 16),
        ("offsetof(struct passwd, pw_dir)", Offset<PasswordEntry>("Directory"), 32),
        ("sizeof(struct group)", sizeof(GroupEntry), 32),
        ("offsetof(struct group, gr_gid)", Offset<GroupEntry>("GroupId"), 16),
        ("sizeof(struct msghdr)", sizeof(MessageHeader), 56),
        ("offsetof(struct msghdr, msg_iov)", Offset<MessageHeader>("Buffers"), 16),
        ("offsetof(struct msghdr, msg_control)", Offset<MessageHeader>("Control"), 32),
        ("offsetof(struct msghdr, msg_flags)", Offset<MessageHeader>("Flags"), 48),
        ("sizeof(struct mmsghdr)", sizeof(BatchedMessage), 64),
        ("offsetof(struct mmsghdr, msg_len)", Offset<BatchedMessage>("Length"), 56),
        ("sizeof(struct iovec)", sizeof(BufferVector), 16),
        ("sizeof(struct cmsghdr)", sizeof(ControlHeader), 16),
        ("CMSG_SPACE(20)", ControlMessages.Space(20), 40),
        ("sizeof(struct in_pktinfo)", sizeof(PacketInformation), 12),
        ("offsetof(struct in_pktinfo, ipi_addr)", Offset<PacketInformation>("Destination"), 8),
        ("sizeof(struct in6_pktinfo)", sizeof(PacketInformation6), 20),
        ("sizeof(struct ip_mreqn)", sizeof(MulticastRequest), 12),
        ("sizeof(struct ipv6_mreq)", sizeof(MulticastRequest6), 20),
        ("sizeof(struct sock_filter)", sizeof(FilterInstruction), 8),
        ("sizeof(struct sock_fprog)", sizeof(FilterProgram), 16),
        ("sizeof(struct sockaddr_un) <= 112", SocketName.Capacity >= 112 ? 1 : 0, 1),
        ("offsetof(struct sockaddr_ll, sll_addr)", 12, 12),
        ("offsetof(struct sockaddr_in6, sin6_scope_id)", 24, 24),
        ("sizeof(posix_spawnattr_t) <= 512", ProcessSpawner.AttributesSize >= 512 ? 1 : 0, 1),
        ("sizeof(posix_spawn_file_actions_t) <= 256", ProcessSpawner.ActionsSize >= 256 ? 1 : 0, 1),
        ("sizeof(((struct utsname*)0)->release)", 65, 65),
        ("SIGRTMAX", Signals.RealTimeMaximum, 64),
    ];

    [Fact]
    public void Structs_have_the_sizes_of_the_64_bit_ABIs()
    {
        foreach ((string expression, long ours, long known) in s_facts)
        {
            Assert.True(ours == known, $"{expression}: ours {ours}, known {known}");
        }
    }

    [Fact]
    public void Structs_have_the_sizes_that_the_C_compiler_gives_them()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "there is no C compiler (gcc) to ask");
        string folder = Directory.CreateTempSubdirectory("keepalived-layout-").FullName;
        try
        {
            var program = new StringBuilder(Headers);
            foreach ((string expression, _, _) in s_facts)
            {
                program.Append("printf(\"%ld\\n\", (long)(").Append(expression).Append("));\n");
            }

            File.WriteAllText($"{folder}/layout.c", program.Append("return 0; }\n").ToString());
            ToolRunner.Run("gcc", "-o", $"{folder}/layout", $"{folder}/layout.c");
            string[] answers = ToolRunner.Run($"{folder}/layout").Split('\n', StringSplitOptions.RemoveEmptyEntries);

            Assert.Equal(
                s_facts.Select(fact => $"{fact.Expression} = {fact.Ours}"),
                s_facts.Zip(answers, (fact, answer) => $"{fact.Expression} = {answer.Trim()}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Offset<T>(string field)
        where T : unmanaged
    {
        // A field of ones in a value of zeros shows where it lies; Marshal.OffsetOf would answer for the marshalled form instead.
        object boxed = default(T);
        System.Reflection.FieldInfo info = typeof(T).GetField(
            field, System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!;
        info.SetValue(boxed, Ones(info.FieldType));
        T value = (T)boxed;
        return new ReadOnlySpan<byte>(Unsafe.AsPointer(ref value), sizeof(T)).IndexOfAnyExcept((byte)0);
    }

    private static object Ones(Type type) => type switch
    {
        _ when type == typeof(int) => -1,
        _ when type == typeof(uint) => uint.MaxValue,
        _ when type == typeof(long) => -1L,
        _ when type.IsPointer => System.Reflection.Pointer.Box(unchecked((void*)-1), type),
        _ when !type.IsPrimitive => Filled(type),
        _ => throw new ArgumentException($"no ones for {type}"),
    };

    private static object Filled(Type type)
    {
        object boxed = RuntimeHelpers.GetUninitializedObject(type);
        System.Reflection.FieldInfo buffer = type.GetFields(
            System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic)[0];
        buffer.SetValue(boxed, (byte)255);
        return boxed;
    }
}
