namespace Keepalived.Plugins;

/// <summary>The version of this contract.</summary>
public static class PluginContract
{
    /// <summary>
    /// The version that this assembly describes. A plugin passes it to <see cref="KeepalivedPluginAttribute"/>, where the compiler
    /// bakes in the value it was built against; the host refuses a plugin with another value, by name.
    /// </summary>
    public const int Version = 1;
}

/// <summary>Marks an assembly as a plugin. The host reads it from metadata, without loading the assembly.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class KeepalivedPluginAttribute : Attribute
{
    /// <summary>Declares the plugin.</summary>
    /// <param name="name">Name used in logs and <c>--list-plugins</c>: lower case letters, digits, hyphens.</param>
    /// <param name="roles">The processes to load it in.</param>
    /// <param name="entryPoint">A type with a parameterless constructor that implements <see cref="IPlugin"/>.</param>
    /// <param name="contractVersion">Always <see cref="PluginContract.Version"/>.</param>
    public KeepalivedPluginAttribute(string name, PluginRoles roles, Type entryPoint, int contractVersion)
    {
        Name = name;
        Roles = roles;
        EntryPoint = entryPoint;
        ContractVersion = contractVersion;
    }

    /// <summary>Name used in logs and <c>--list-plugins</c>.</summary>
    public string Name { get; }

    /// <summary>The processes to load it in.</summary>
    public PluginRoles Roles { get; }

    /// <summary>The type that implements <see cref="IPlugin"/>.</summary>
    public Type EntryPoint { get; }

    /// <summary>The contract version that the plugin was built against.</summary>
    public int ContractVersion { get; }

    /// <summary>
    /// True lets the host load the plugin in a collectible context: a reload (SIGHUP) that finds other files in its folder brings in the new
    /// version and unloads the old one, without a restart of the process. Its code is then always compiled at run time. For third-party
    /// checkers in development; leave it off otherwise.
    /// </summary>
    public bool Replaceable { get; set; }

    /// <summary>
    /// True for a plugin that only tells what others do: it is started before them and asked to stop after them, so that it misses nothing.
    /// </summary>
    public bool IsListener { get; set; }
}

/// <summary>
/// Tells, in metadata, which keywords the plugin registers in the root or in a block that it shares with others, so that a process
/// that does not load the plugin knows a keyword as somebody else's instead of calling it unknown. A test compares it with the registration.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class PluginKeywordsAttribute : Attribute
{
    /// <summary>Declares keywords of one block.</summary>
    /// <param name="block">Path of the block: empty for the root, else for example <c>global_defs</c>.</param>
    /// <param name="keywords">The names, separated by blanks.</param>
    public PluginKeywordsAttribute(string block, string keywords)
    {
        Block = block;
        Keywords = keywords;
    }

    /// <summary>Path of the block, empty for the root.</summary>
    public string Block { get; }

    /// <summary>The names, separated by blanks.</summary>
    public string Keywords { get; }

    /// <summary>True when one of these keywords in the configuration is the reason to start the plugin's process.</summary>
    public bool StartsProcess { get; set; }

    /// <summary>Which of the plugin's processes <see cref="StartsProcess"/> starts; all of them unless it is set.</summary>
    public PluginRoles Starts { get; set; } = PluginRoles.All;
}
