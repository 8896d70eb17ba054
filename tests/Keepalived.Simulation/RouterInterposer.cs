using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// Stands between a core and its surroundings. This one passes everything on; a test derives from it to plant a mistake and see
/// whether the simulation finds it. Production code knows nothing of it.
/// </summary>
public class RouterInterposer
{
    /// <summary>One that changes nothing.</summary>
    public static RouterInterposer None { get; } = new();

    /// <summary>An input on its way to the core.</summary>
    public virtual void Input(VirtualRouter core, in VirtualRouterInput input)
    {
        ArgumentNullException.ThrowIfNull(core);
        core.Apply(input);
    }

    /// <summary>When the core shall be called.</summary>
    public virtual MonotonicTime? Wake(VirtualRouter core, MonotonicTime? deadline) => deadline;

    /// <summary>Whether an announcement leaves.</summary>
    public virtual bool Announces(VirtualRouter core, AnnouncementReason reason) => true;

    /// <summary>What the core is bound to by its sync group.</summary>
    public virtual ITakeoverGate? Gate(VirtualRouter core, ITakeoverGate? gate) => gate;
}
