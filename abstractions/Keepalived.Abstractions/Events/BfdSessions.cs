using Keepalived.Plugins;

namespace Keepalived.Events;

/// <summary>States of a BFD session, with the numbers of the wire (RFC 5880 section 4.1).</summary>
public enum BfdSessionState
{
    /// <summary>Held down on purpose.</summary>
    AdminDown = 0,

    /// <summary>Nothing is heard of the neighbour, or it says that it hears nothing of us.</summary>
    Down = 1,

    /// <summary>The neighbour is heard and is about to hear us.</summary>
    Init = 2,

    /// <summary>Both hear each other.</summary>
    Up = 3,
}

/// <summary>A BFD session changed its state. Published in the BFD process for whoever logs and counts; who acts on sessions uses <see cref="IBfdSessions"/>.</summary>
/// <param name="Session">Name of the bfd_instance.</param>
/// <param name="Previous">State before.</param>
/// <param name="State">State now.</param>
/// <param name="Cause">Why.</param>
public sealed record BfdSessionStateChanged(string Session, BfdSessionState Previous, BfdSessionState State, string Cause) : DaemonEvent(Cause);

/// <summary>What the BFD process tells another process of a session.</summary>
/// <param name="Session">Name of the bfd_instance.</param>
/// <param name="State"><see cref="BfdSessionState.Up"/> or <see cref="BfdSessionState.Down"/>.</param>
/// <param name="Since">When it became so, on the clock that all processes of a machine share.</param>
/// <param name="Sequence">Number of the message on its way between the two processes: 1, 2, 3 … since they were connected.</param>
public readonly record struct BfdSessionNews(string Session, BfdSessionState State, MonotonicTime Since, ulong Sequence)
{
    /// <summary>Why, in the words of the BFD process; null when it did not say.</summary>
    public string? Cause { get; init; }
}

/// <summary>Called on the loop when the state of a followed session is another one than before.</summary>
public delegate void BfdSessionHandler(in BfdSessionNews news);

/// <summary>
/// The BFD sessions as a process that acts on them knows them: a host service of the VRRP and the checker process. News comes from the BFD
/// process over a socket between the two, without loss and without asking; whichever of the two is started again, the states are told
/// anew. A BFD process that ends takes no session down: its last word holds until the next one has had time to find the neighbours, at
/// most <see cref="LongestSilence"/>.
/// </summary>
public interface IBfdSessions
{
    /// <summary>How long sessions stay as they were last told while there is no BFD process to tell.</summary>
    static TimeSpan LongestSilence { get; } = TimeSpan.FromSeconds(10);

    /// <summary>What was told last; null when nothing has been: the BFD process has not begun, or does not tell this process of that session.</summary>
    BfdSessionState? StateOf(string session);

    /// <summary>Calls the handler for each change of a session, existing or not, until the result is disposed. A handler that throws retires its plugin.</summary>
    IDisposable Follow(string session, BfdSessionHandler handler);
}

/// <summary>What the BFD process tells others of its sessions: a host service of the BFD process.</summary>
public interface IBfdSessionPublisher
{
    /// <summary>
    /// Every session of the configuration has been published once: from now on it is told. Before, whoever is connected waits, as a list of
    /// sessions that is not complete would say that the others are no more.
    /// </summary>
    void Begin();

    /// <summary>Says how a session is, to those who are to know; those who connect later are told then.</summary>
    /// <param name="session">Name of the bfd_instance.</param>
    /// <param name="audience">The processes that are to know.</param>
    /// <param name="state"><see cref="BfdSessionState.Up"/> or <see cref="BfdSessionState.Down"/>.</param>
    /// <param name="isProvisional">
    /// True for the Down of a session that has not had time to come up since this process began: it is believed by those who know nothing
    /// better, and not by those whom the process before this one told that the session was up.
    /// </param>
    /// <param name="cause">Why it is so; null when there is nothing to say. What is longer than 160 characters is cut.</param>
    void Publish(string session, PluginRoles audience, BfdSessionState state, bool isProvisional = false, string? cause = null);

    /// <summary>The session is no more: nothing is told of it from now on.</summary>
    void Withdraw(string session);
}
