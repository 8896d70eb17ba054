namespace Keepalived.Plugins;

/// <summary>The child processes that a plugin runs in (a plugin with several is loaded once in each).</summary>
[Flags]
public enum PluginRoles
{
    /// <summary>None; never valid on a plugin.</summary>
    None = 0,

    /// <summary>The process that runs VRRP.</summary>
    Vrrp = 1,

    /// <summary>The process that runs IPVS and the health checkers.</summary>
    Checker = 2,

    /// <summary>The process that runs BFD.</summary>
    Bfd = 4,

    /// <summary>Every child process.</summary>
    All = Vrrp | Checker | Bfd,
}
