namespace Keepalived.Vrrp.Configuration;

/// <summary>What the keyword handlers of one reading leave behind; lives in the session.</summary>
internal sealed class VrrpReading
{
    /// <summary><c>global_defs</c> so far.</summary>
    public GlobalSettings Globals { get; set; } = new();

    /// <summary>The <c>vrrp_instance</c> blocks in the order of the file.</summary>
    public List<InstanceDraft> Instances { get; } = [];
}
