using System.Buffers.Binary;

namespace Keepalived.Bench.Kernel;

/// <summary>
/// The stand-in for IPVS (bench/stand-in) before a candidate, and its record of every message, read as bench/stand-in/record.h lays it out.
/// </summary>
internal sealed class IpvsStandIn : IDisposable
{
    private const int HeaderLength = 128;
    private const int RecordLength = 128;
    private const int CountAt = 8;
    private const int CommandAt = 16;
    private const int SetDestination = 6;

    private readonly string _record;

    private IpvsStandIn(string record) => _record = record;

    /// <summary>Makes an empty record in memory.</summary>
    /// <exception cref="BenchException">The stand-in has not been compiled.</exception>
    public static IpvsStandIn Create() => File.Exists(Library)
        ? new(Path.Combine("/dev/shm", $"kb-ipvs-{Guid.NewGuid():N}"))
        : throw new BenchException($"{Library} is missing: bench/stand-in/build makes it, with gcc");

    private static string Library => Path.GetFullPath("artifacts/stand-in/ipvs.so");

    /// <summary>The candidate with the stand-in for its IPVS.</summary>
    public Candidate Before(Candidate candidate) =>
        candidate with { Command = ["env", $"LD_PRELOAD={Library}", $"IPVS_RECORD={_record}", .. candidate.Command] };

    /// <summary>Messages so far: those that edit a real server, and all others, reads and look-ups included.</summary>
    public (int Edits, int Others) Messages()
    {
        using FileStream file = File.Open(_record, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] octets = new byte[HeaderLength];
        file.ReadExactly(octets);
        int count = (int)BinaryPrimitives.ReadUInt64LittleEndian(octets.AsSpan(CountAt));
        octets = new byte[count * RecordLength];
        file.ReadExactly(octets);
        int edits = Enumerable.Range(0, count).Count(index => octets[(index * RecordLength) + CommandAt] == SetDestination);
        return (edits, count - edits);
    }

    public void Dispose() => File.Delete(_record);
}
