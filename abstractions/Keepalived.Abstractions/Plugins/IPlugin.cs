using Keepalived.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Keepalived.Plugins;

/// <summary>
/// A plugin's life: constructed, <see cref="RegisterKeywords"/>, then for each reading of the configuration
/// <see cref="BuildConfiguration"/>; in a running daemon also <see cref="ConfigureServices"/> and <see cref="Start"/> once,
/// <see cref="Reload"/> for each accepted new configuration, and <see cref="StopAsync"/>. Everything runs on the loop
/// thread, but for readings before a reload: keyword handlers and <see cref="BuildConfiguration"/> then run on a thread of their own beside
/// the loop, so that no deadline waits for a large file; they touch nothing but what the session gives them. An exception that escapes retires the plugin, by name; the others run on.
/// </summary>
public interface IPlugin
{
    /// <summary>
    /// Adds the plugin's keywords to the tree. Called once, and once more of a replaceable plugin whose next version was refused; must not
    /// touch the system, as <c>-t</c> calls it too.
    /// </summary>
    void RegisterKeywords(IKeywordTree keywords);

    /// <summary>
    /// Turns what the keyword handlers left in <paramref name="session"/> into the plugin's immutable configuration and reports every
    /// finding there. Called under <c>-t</c> too, so it reads the system but changes nothing.
    /// </summary>
    /// <returns>The configuration passed to <see cref="Start"/> or <see cref="Reload"/>; null when there is none.</returns>
    object? BuildConfiguration(IConfigurationSession session) => null;

    /// <summary>Adds the plugin's own services to its container. The host's services (see <see cref="IDaemonContext"/>) are there already.</summary>
    void ConfigureServices(IServiceCollection services)
    {
    }

    /// <summary>Begins work. Called once, before the loop's first turn.</summary>
    void Start(IServiceProvider services, object? configuration)
    {
    }

    /// <summary>Replaces the configuration of a started plugin. What did not change must not be disturbed.</summary>
    void Reload(object? configuration)
    {
    }

    /// <summary>Ends work: withdraw from the network and the kernel. The host waits until the task ends or the token, its time limit, is cancelled.</summary>
    ValueTask StopAsync(CancellationToken limit) => ValueTask.CompletedTask;

    /// <summary>Writes the state that an operator asked for. Plugins that have none of that kind write nothing.</summary>
    void Dump(DumpKind kind, TextWriter writer)
    {
    }

    /// <summary>
    /// The same for who has so much to write that the loop would stand still: it writes a part, lets the loop have a turn and goes on. The host asks
    /// for this one; without an implementation it is <see cref="Dump"/>. The writer never throws for a full disk.
    /// </summary>
    ValueTask DumpAsync(DumpKind kind, TextWriter writer)
    {
        Dump(kind, writer);
        return ValueTask.CompletedTask;
    }
}

/// <summary>What an operator asks a running daemon to write down (SIGUSR1, SIGUSR2, SIGRTMAX-1, SIGRTMIN+2).</summary>
public enum DumpKind
{
    /// <summary>Configuration and state, as text (<c>keepalived.data</c>).</summary>
    Data,

    /// <summary>Counters, as text (<c>keepalived.stats</c>).</summary>
    Statistics,

    /// <summary>Counters, which are set to zero after writing.</summary>
    StatisticsClear,

    /// <summary>State and counters as JSON (<c>keepalived.json</c>).</summary>
    Json,
}
