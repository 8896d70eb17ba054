using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs;

/// <summary>One change to the kernel's table.</summary>
/// <param name="Verb">What to do; of the daemons' verbs none.</param>
/// <param name="Service">The service; for deletions and destinations its key alone matters.</param>
/// <param name="Destination">The real server; for services the default.</param>
internal readonly record struct TableRequest(IpvsVerb Verb, IpvsService Service, IpvsDestination Destination = default)
{
    /// <summary>What is attempted, in words.</summary>
    public override string ToString() => Verb switch
    {
        IpvsVerb.AddService => $"add virtual service {Service.Key}",
        IpvsVerb.EditService => $"change virtual service {Service.Key}",
        IpvsVerb.DeleteService => $"delete virtual service {Service.Key}",
        IpvsVerb.AddDestination => $"add real server {Destination} to {Service.Key}",
        IpvsVerb.EditDestination => $"change real server {Destination} of {Service.Key}",
        _ => $"delete real server {Destination} from {Service.Key}",
    };
}

/// <summary>How a change ended.</summary>
/// <param name="Failure">Why it failed; None when it did not.</param>
/// <param name="Text">The kernel's error in words; null when it did not fail.</param>
internal readonly record struct TableAnswer(IpvsFailure Failure, string? Text);

/// <summary>Gets the answers to changes.</summary>
internal interface ITableAnswers
{
    /// <summary>A change is over. It may submit further changes.</summary>
    void Answered(in TableRequest request, TableAnswer answer);
}

/// <summary>
/// The seam between what should be in the kernel's table and the kernel: as narrow as the engine needs it, so that tests can stand
/// in for a kernel without IPVS. Members that return something wait for the kernel: for start, stop and, one at a time while it is idle, dumps.
/// </summary>
internal interface IKernelTable : IDisposable
{
    /// <summary>Who gets the answers; set before the first change.</summary>
    ITableAnswers? Answers { get; set; }

    /// <summary>Queues a change; changes are carried out in order, in small batches, from the end of this turn of the loop on.</summary>
    void Submit(in TableRequest request);

    /// <summary>Carries out all that is queued and waits for it.</summary>
    void Complete();

    /// <summary>All services of the table.</summary>
    IReadOnlyList<IpvsService> ListServices();

    /// <summary>All real servers of a service.</summary>
    IReadOnlyList<IpvsDestination> ListDestinations(IpvsServiceKey service);

    /// <summary>Empties the table, other people's services included.</summary>
    void Flush();

    /// <summary>Whether no change is queued or under way, so that a question is answered at once.</summary>
    bool IsIdle { get; }

    /// <summary>A service with its counters; null when it is not there.</summary>
    IpvsServiceStatus? ReadService(IpvsServiceKey service);

    /// <summary>All real servers of a service with their counters.</summary>
    IReadOnlyList<IpvsDestinationStatus> ReadDestinations(IpvsServiceKey service);

    /// <summary>The synchronisation daemons that run.</summary>
    IReadOnlyList<IpvsDaemon> ListDaemons();

    /// <summary>Starts a synchronisation daemon.</summary>
    void StartDaemon(IpvsDaemon daemon);

    /// <summary>Stops the synchronisation daemon of a role.</summary>
    void StopDaemon(IpvsDaemon daemon);

    /// <summary>The connection time-outs in force.</summary>
    IpvsTimeouts GetTimeouts();

    /// <summary>Sets the connection time-outs; 0 leaves one as it is.</summary>
    void SetTimeouts(IpvsTimeouts timeouts);
}
