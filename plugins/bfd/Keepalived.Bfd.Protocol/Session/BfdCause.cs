using System.Globalization;

namespace Keepalived.Bfd.Protocol;

/// <summary>The kinds of things that change the state of a session.</summary>
public enum BfdCauseKind
{
    /// <summary>No control packet came for a whole detection time.</summary>
    DetectionTimeExpired,

    /// <summary>Echo packets did not come back for a whole echo detection time.</summary>
    EchoFailed,

    /// <summary>The neighbour says that its side is down.</summary>
    NeighborDown,

    /// <summary>The neighbour says that somebody took its side down: no failure of the path.</summary>
    NeighborAdminDown,

    /// <summary>The neighbour is heard, and does not know us yet.</summary>
    NeighborHeard,

    /// <summary>The neighbour is heard and hears us.</summary>
    NeighborHearsUs,

    /// <summary>Somebody here took it down.</summary>
    TakenDown,

    /// <summary>Somebody here put it back.</summary>
    PutBack,

    /// <summary>There is nothing to send through.</summary>
    PathLost,

    /// <summary>There is something to send through again.</summary>
    PathReopened,
}

/// <summary>Why a session changed, with the evidence. Rendered, it is the end of one log line.</summary>
/// <param name="Kind">What happened.</param>
public readonly record struct BfdCause(BfdCauseKind Kind)
{
    /// <summary>What the neighbour said its state was, in the packet that decided or the last one.</summary>
    public BfdState RemoteState { get; init; }

    /// <summary>What the neighbour gave as its reason.</summary>
    public BfdDiagnostic RemoteDiagnostic { get; init; }

    /// <summary>The detection time that was in force.</summary>
    public TimeSpan DetectionTime { get; init; }

    /// <summary>Time since the last packet that counted; zero when there was none.</summary>
    public TimeSpan Silence { get; init; }

    /// <summary>How long after its deadline a timer was noticed.</summary>
    public TimeSpan Lateness { get; init; }

    /// <summary>This process did not run when it should have: the neighbour need not have been silent.</summary>
    public bool WasAsleep { get; init; }

    /// <summary>More about it, from who called.</summary>
    public string? Detail { get; init; }

    /// <summary>One line for people. Allocates.</summary>
    public override string ToString() => Kind switch
    {
        BfdCauseKind.DetectionTimeExpired => $"no packet within {Milliseconds(DetectionTime)} ms{EvidenceText}",
        BfdCauseKind.EchoFailed => $"no echo within {Milliseconds(DetectionTime)} ms{EvidenceText}",
        BfdCauseKind.NeighborDown => $"the neighbour's side is down{DiagnosticText}",
        BfdCauseKind.NeighborAdminDown => $"the neighbour's side was taken down by its operator{DiagnosticText}",
        BfdCauseKind.NeighborHeard => "the neighbour is heard",
        BfdCauseKind.NeighborHearsUs => $"the neighbour hears us, its side is {RemoteState}",
        BfdCauseKind.TakenDown => $"taken down{DetailText}",
        BfdCauseKind.PutBack => $"put back{DetailText}",
        BfdCauseKind.PathLost => $"no way to send{DetailText}",
        BfdCauseKind.PathReopened => "there is a way to send again",
        _ => Kind.ToString(),
    };

    private string EvidenceText =>
        (Silence > TimeSpan.Zero ? $", last {Milliseconds(Silence)} ms ago" : "")
        + (WasAsleep ? $"; this process was asleep, the timer was noticed {Milliseconds(Lateness)} ms late" : "");

    private string DiagnosticText => RemoteDiagnostic == BfdDiagnostic.None ? "" : $" ({RemoteDiagnostic.Describe()})";

    private string DetailText => Detail is null ? "" : $" ({Detail})";

    private static string Milliseconds(TimeSpan duration) => duration.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>Diagnostics in words.</summary>
public static class BfdDiagnosticText
{
    /// <summary>The diagnostic in words; a reserved number as that.</summary>
    public static string Describe(this BfdDiagnostic diagnostic) => diagnostic switch
    {
        BfdDiagnostic.None => "no diagnostic",
        BfdDiagnostic.ControlDetectionTimeExpired => "it heard nothing in time",
        BfdDiagnostic.EchoFailed => "its echo failed",
        BfdDiagnostic.NeighborSignaledDown => "it was told that we are down",
        BfdDiagnostic.ForwardingPlaneReset => "its forwarding plane was reset",
        BfdDiagnostic.PathDown => "its path is down",
        BfdDiagnostic.ConcatenatedPathDown => "a path behind it is down",
        BfdDiagnostic.AdministrativelyDown => "administratively down",
        BfdDiagnostic.ReverseConcatenatedPathDown => "a path behind it is down in reverse",
        _ => $"diagnostic {(byte)diagnostic}",
    };
}
