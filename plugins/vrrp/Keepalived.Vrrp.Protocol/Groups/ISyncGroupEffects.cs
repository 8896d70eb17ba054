namespace Keepalived.Vrrp.Protocol;

/// <summary>What a sync group does to the world besides moving its members. Called synchronously; must not feed a member.</summary>
public interface ISyncGroupEffects
{
    /// <summary>The members that are not there yet are about to be brought to this state.</summary>
    /// <param name="state">Where to.</param>
    /// <param name="cause">Which member changed, and why.</param>
    void Syncing(VirtualRouterState state, string cause);

    /// <summary>The group is in another state: told once per transition, after its members have told theirs.</summary>
    void StateChanged(VirtualRouterState previous, VirtualRouterState current, string cause);
}
