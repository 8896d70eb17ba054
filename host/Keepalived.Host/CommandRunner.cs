using Keepalived.Host.Plugins;
using Keepalived.Host.Plugins.Metadata;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Host.Processes;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling.Sockets;

namespace Keepalived.Host;

/// <summary>
/// Becomes a program that a plugin brings along (<see cref="PluginCommandAttribute"/>): started under its name, or with <c>-T</c> as the first
/// word for genhash. The daemon's own name costs nothing: plugins are only looked at for another one.
/// </summary>
internal static class CommandRunner
{
    private const string DaemonName = "keepalived";
    private const string HashCommand = "genhash";

    /// <summary>What a worker process is started with: never by an operator.</summary>
    internal const string WorkerOption = "--worker=";

    /// <summary>The command that this process was started as; null when it is the daemon.</summary>
    internal static string? CommandName(string[] arguments, out string[] rest)
    {
        rest = arguments;
        if (arguments is ["-T" or "--genhash", ..])
        {
            rest = arguments[1..];
            return HashCommand;
        }

        string program = ProgramName();
        return program == HashCommand || (program != DaemonName && Find(program) is not null) ? program : null;
    }

    /// <summary>Runs the command on a loop of its own.</summary>
    internal static int Run(string name, string[] arguments, TextWriter output, TextWriter error)
    {
        if (Find(name) is not { } command)
        {
            error.WriteLine($"{name}: no plugin brings this command; the one that does belongs in {PluginCatalog.DefaultDirectories[0]}");
            return ExitCodes.Fatal;
        }

        try
        {
            return Run(command, arguments, output, error);
        }
        catch (Exception exception)
        {
            error.WriteLine($"{name}: plugin {command.Plugin.Name} failed: {exception.Message}");
            return ExitCodes.Fatal;
        }
    }

    /// <summary>Becomes the worker process of a plugin in the daemon (<see cref="IWorkerProcesses"/>).</summary>
    /// <param name="arguments"><c>--worker=NAME</c>, then the plugin directories.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    internal static int RunWorker(string[] arguments, TextWriter output, TextWriter error)
    {
        string name = arguments[0][WorkerOption.Length..];
        if (Find(name, arguments.AsSpan(1)) is not { } command)
        {
            return ExitCodes.Fatal;
        }

        return Run(command, [], output, error, WorkerProcesses.ChannelDescriptor);
    }

    private static int Run(Command command, string[] arguments, TextWriter output, TextWriter error, int daemon = -1)
    {
        Type type = new PluginLoadContext(command.Plugin).LoadMain().GetType(command.EntryPoint, throwOnError: true)!;
        var program = (IPluginCommand)Activator.CreateInstance(type)!;
        using EventLoop loop = new();
        IScheduler scheduler = loop.ForOwner(command.Plugin.Name);
        using CheckSockets sockets = new(scheduler);
        using MessageChannel? channel = daemon < 0 ? null : new(scheduler, new LinuxSocket(daemon));
        PluginCommandContext context = new(arguments.ToEquatableArray(), output, error, scheduler, sockets) { Daemon = channel };
        Exception? failure = null;
        loop.OwnerFailed += (_, exception) =>
        {
            failure = exception;
            loop.Stop(ExitCodes.Fatal);
        };
        scheduler.Post(async () => loop.Stop(await program.RunAsync(context)));
        int code = loop.Run();
        return failure is null ? code : throw failure;
    }

    private static Command? Find(string name, ReadOnlySpan<string> directories = default)
    {
        foreach (PluginManifest plugin in PluginCatalog.Discover(directories.ToArray(), PluginCatalog.DefaultDirectories).Plugins)
        {
            if (EntryPointOf(plugin.AssemblyPath, name) is { } entryPoint)
            {
                return new Command(plugin, entryPoint);
            }
        }

        return null;
    }

    private static string? EntryPointOf(string assemblyPath, string name)
    {
        foreach (AssemblyAttribute attribute in AssemblyMetadata.Read(assemblyPath).Attributes)
        {
            if (PluginManifestReader.IsContractAttribute(attribute, nameof(PluginCommandAttribute)))
            {
                ReadOnlySpan<byte> blob = attribute.Value;
                PluginManifestReader.ReadProlog(ref blob);
                if (BlobBytes.Text(ref blob) == name)
                {
                    return PluginManifestReader.WithoutAssembly(BlobBytes.Text(ref blob));
                }
            }
        }

        return null;
    }

    // The run time tells a program the path of its assembly, not the name it was started under.
    private static string ProgramName()
    {
        ReadOnlySpan<byte> commandLine = File.ReadAllBytes("/proc/self/cmdline");
        int end = commandLine.IndexOf((byte)0);
        return Path.GetFileName(System.Text.Encoding.UTF8.GetString(end < 0 ? commandLine : commandLine[..end]));
    }

    private sealed record Command(PluginManifest Plugin, string EntryPoint);
}
