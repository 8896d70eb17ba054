// spawn.h: posix_spawn with attributes and file actions.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Processes;

/// <summary>
/// Starts programs. Only from the loop thread: the parent-death signal of a child fires when the <i>thread</i> that started it ends.
/// The calling thread waits for the exec, some tenths of a millisecond.
/// </summary>
public static unsafe partial class ProcessSpawner
{
    private const short SetGroup = 0x02;
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetScheduler = 0x20;
    private const short SetSession = 0x80;
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int FirstHighDescriptor = 200;
    private const int SignalSetSize = 128;

    // posix_spawnattr_t has 336 bytes and posix_spawn_file_actions_t 80 in glibc; the layout test compares.
    internal const int AttributesSize = 512;
    internal const int ActionsSize = 256;

    /// <summary>Starts a program.</summary>
    /// <exception cref="LinuxException">It cannot be started: ENOENT, EACCES and the like are the program's, EPERM the identity's.</exception>
    public static SpawnedProcess Spawn(SpawnOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var arguments = new StringVector(options.Arguments);
        using var environment = new StringVector(options.Environment);
        byte* attributes = stackalloc byte[AttributesSize];
        byte* actions = stackalloc byte[ActionsSize];
        Check(AttributesInit(attributes), "prepare to spawn");
        Check(ActionsInit(actions), "prepare to spawn");
        var duplicates = new List<int>();
        try
        {
            SetAttributes(attributes, options);
            AddActions(actions, options, duplicates);
            return Start(options, attributes, actions, arguments, environment);
        }
        finally
        {
            duplicates.ForEach(FileDescriptors.Close);
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    private static SpawnedProcess Start(
        SpawnOptions options, byte* attributes, byte* actions, StringVector arguments, StringVector environment)
    {
        int processId;
        int error;
        using ThreadScheduling.Exchange? scheduling = options.StartWith?.Assume();
        if (options.Identity is { } identity)
        {
            using ThreadIdentity previous = ThreadIdentity.Assume(identity);
            error = Call(options, &processId, attributes, actions, arguments, environment);
        }
        else
        {
            error = Call(options, &processId, attributes, actions, arguments, environment);
        }

        if (error != 0)
        {
            throw new LinuxException($"start {options.Program}", (Errno)error);
        }

        try
        {
            return new SpawnedProcess(processId, ProcessDescriptor.Open(processId));
        }
        catch (LinuxException)
        {
            // Without a descriptor nobody could watch it: better none than one that is lost.
            _ = Signals.Send(processId, Signals.Kill);
            ProcessDescriptor.Reap(processId);
            throw;
        }
    }

    private static int Call(
        SpawnOptions options, int* processId, byte* attributes, byte* actions, StringVector arguments, StringVector environment) =>
        options.SearchPath
            ? SpawnSearching(processId, options.Program, actions, attributes, arguments.Pointers, environment.Pointers)
            : Spawn(processId, options.Program, actions, attributes, arguments.Pointers, environment.Pointers);

    private static void SetAttributes(byte* attributes, SpawnOptions options)
    {
        byte* signals = stackalloc byte[SignalSetSize];
        short flags = SetSignalDefault | SetSignalMask;
        _ = SignalSetFill(signals);
        Check(SetDefaults(attributes, signals), "reset the child's signals");
        _ = SignalSetEmpty(signals);
        Check(SetMask(attributes, signals), "unblock the child's signals");
        if (options.NewProcessGroup)
        {
            flags |= SetGroup;
            Check(SetProcessGroup(attributes, 0), "give the child a process group");
        }

        if (options.NewSession)
        {
            flags |= SetSession;
        }

        if (options.Scheduling is var (policy, priority))
        {
            flags |= SetScheduler;
            Check(SetPolicy(attributes, (int)policy), "set the child's scheduling policy");
            Check(SetPriority(attributes, &priority), "set the child's priority");
        }

        Check(SetFlags(attributes, flags), "prepare to spawn");
    }

    private static void AddActions(byte* actions, SpawnOptions options, List<int> duplicates)
    {
        foreach (SpawnDescriptor descriptor in options.Descriptors)
        {
            if (descriptor.Path is { } path)
            {
                Check(AddOpen(actions, descriptor.Target, path, descriptor.Flags, 0), $"open {path} for the child");
                continue;
            }

            // Through a number out of the way: one target may be the source of another.
            int high = Control(descriptor.Source, DuplicateCloseOnExec, FirstHighDescriptor);
            if (high < 0)
            {
                LinuxException.ThrowLast($"hand descriptor {descriptor.Source} to {options.Program}");
            }

            duplicates.Add(high);
            Check(AddDuplicate(actions, high, descriptor.Target), $"hand descriptor {descriptor.Source} to {options.Program}");
        }

        if (options.WorkingDirectory is { } directory)
        {
            Check(AddChangeDirectory(actions, directory), $"start in {directory}");
        }

        if (options.CloseFrom > 0 && NativeLibrary.TryGetExport(s_libc.Value, "posix_spawn_file_actions_addclosefrom_np", out nint call))
        {
            Check(((delegate* unmanaged<byte*, int, int>)call)(actions, options.CloseFrom), "close the child's other descriptors");
        }
    }

    private static readonly Lazy<nint> s_libc =
        new(() => NativeLibrary.Load("libc.so.6", typeof(ProcessSpawner).Assembly, DllImportSearchPath.SafeDirectories));

    private static void Check(int error, string operation)
    {
        if (error != 0)
        {
            throw new LinuxException(operation, (Errno)error);
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(int* processId, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SpawnSearching(
        int* processId, string name, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_setpgroup")]
    private static partial int SetProcessGroup(byte* attributes, int group);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_setschedpolicy")]
    private static partial int SetPolicy(byte* attributes, int policy);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawnattr_setschedparam")]
    private static partial int SetPriority(byte* attributes, int* priority);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int source, int target);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(byte* actions, int target, string path, int flags, uint mode);

    [LibraryImport(LibC.Name, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddChangeDirectory(byte* actions, string path);

    [LibraryImport(LibC.Name, EntryPoint = "sigfillset")]
    private static partial int SignalSetFill(byte* set);

    [LibraryImport(LibC.Name, EntryPoint = "sigemptyset")]
    private static partial int SignalSetEmpty(byte* set);

    [LibraryImport(LibC.Name, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, nint argument);
}
