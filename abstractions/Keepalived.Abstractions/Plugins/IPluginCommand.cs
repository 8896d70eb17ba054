using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Plugins;

/// <summary>
/// Declares a command-line program that a plugin brings along, as <c>genhash</c> is HTTP_GET's. The host becomes it when it is started under
/// that name, by a link for example.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class PluginCommandAttribute : Attribute
{
    /// <summary>Declares the command.</summary>
    /// <param name="name">The program name that it answers to.</param>
    /// <param name="entryPoint">A type with a parameterless constructor that implements <see cref="IPluginCommand"/>.</param>
    public PluginCommandAttribute(string name, Type entryPoint)
    {
        Name = name;
        EntryPoint = entryPoint;
    }

    /// <summary>The program name.</summary>
    public string Name { get; }

    /// <summary>The type that implements <see cref="IPluginCommand"/>.</summary>
    public Type EntryPoint { get; }
}

/// <summary>A command-line program of a plugin. It runs on a loop of its own process; no daemon is involved.</summary>
public interface IPluginCommand
{
    /// <summary>Runs the program.</summary>
    /// <returns>Its exit code, 0..255.</returns>
    ValueTask<int> RunAsync(PluginCommandContext context);
}

/// <summary>What a command gets from the host.</summary>
/// <param name="Arguments">The words after the program name.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Scheduler">The loop.</param>
/// <param name="Sockets">Sockets on the loop.</param>
public sealed record PluginCommandContext(
    EquatableArray<string> Arguments, TextWriter Output, TextWriter Error, IScheduler Scheduler, ICheckSockets Sockets)
{
    /// <summary>The plugin in the daemon that started this process (<see cref="IWorkerProcesses"/>); null on a command line.</summary>
    public IMessageChannel? Daemon { get; init; }
}
