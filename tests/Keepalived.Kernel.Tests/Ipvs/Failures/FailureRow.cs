using System.Net.Sockets;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>One failure that one kind of check can meet.</summary>
/// <param name="Check">Its keyword.</param>
/// <param name="Failure">What happens to the real server, in a few words.</param>
/// <param name="Fault">How it is made to happen.</param>
/// <param name="Cause">What the log and the event say of it, a regular expression for the whole; null = the check does not see it, the server stays.</param>
internal sealed record FailureRow(string Check, string Failure, Fault Fault, string? Cause)
{
    /// <summary>The check's own lines.</summary>
    public string Options { get; init; } = "";

    /// <summary>Port of the real server; the check goes there.</summary>
    public int Port { get; init; } = 80;

    /// <summary>The server stays with weight 0 instead of being removed.</summary>
    public bool Inhibits { get; init; }

    /// <summary>Why C keepalived 2.2.7 keeps a server that we remove; null = it must decide the same.</summary>
    public string? WhyCDiffers { get; init; }

    /// <summary>C's decision is printed and nothing is asked of it: its check may stop asking for good after a datagram that it passes over, or a drip is late enough for its time-out.</summary>
    public bool IsOpenWithC { get; init; }

    /// <summary>The check does not see this failure: the server stays.</summary>
    public bool IsUnseen => Cause is null;

    /// <summary>C's check does not.</summary>
    public bool IsUnseenByC => IsUnseen || WhyCDiffers is not null;

    /// <summary>Whether FILE_CHECK or BFD_CHECK is told instead of asking: there are no times to set.</summary>
    public bool IsTold => Check is "FILE_CHECK" or "BFD_CHECK";
}

/// <summary>What goes wrong with a real server that was well.</summary>
internal abstract record Fault
{
    /// <summary>Its packets vanish.</summary>
    public sealed record BlackHole : Fault;

    /// <summary>The director has no way to it.</summary>
    public sealed record NoRoute : Fault;

    /// <summary>A router says by ICMP that it cannot be reached.</summary>
    public sealed record RouterRefuses : Fault;

    /// <summary>The machine is there and nobody listens.</summary>
    public sealed record Nobody : Fault;

    /// <summary>The program that serves is killed.</summary>
    public sealed record Killed(string Name) : Fault;

    /// <summary>nginx serves something else.</summary>
    public sealed record Nginx(string Block) : Fault;

    /// <summary>BIND answers as this view has it.</summary>
    public sealed record Named(string View) : Fault;

    /// <summary>A program listens that breaks the rules, over TCP.</summary>
    public sealed record Peer(Func<Socket, Stream, Task> Serve) : Fault
    {
        /// <summary>It breaks them within TLS.</summary>
        public bool UsesTls { get; init; }
    }

    /// <summary>A program listens whose queue is full: it never accepts.</summary>
    public sealed record FullQueue : Fault;

    /// <summary>A program answers datagrams; null = it says nothing.</summary>
    public sealed record Datagrams(Func<byte[], byte[]?> Answer) : Fault;

    /// <summary>A program of the distribution, started in the place of the real server.</summary>
    public sealed record Program(Func<FailureLab, string, string> Command) : Fault;

    /// <summary>Something happens to a file of the row: script or number.</summary>
    public sealed record Change(Action<string> Break) : Fault;

    /// <summary>A network of machines: this host is cut off.</summary>
    public sealed record Unplugged(string Host) : Fault;
}
