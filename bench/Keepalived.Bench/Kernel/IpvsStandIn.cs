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
    private const int DestinationAt = 40;
    private const int WeightAt = 64;
    private const int NewDestination = 5;
    private const int SetDestination = 6;
    private const int DeleteDestination = 7;

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
        byte[] octets = Read(out int count);
        int edits = Enumerable.Range(0, count).Count(index => octets[(index * RecordLength) + CommandAt] == SetDestination);
        return (edits, count - edits);
    }

    /// <summary>How many messages there are.</summary>
    public int Count => File.Exists(_record) ? ReadCount() : 0;

    /// <summary>How many destinations have been added, and when the last was.</summary>
    /// <returns>The time as CLOCK_MONOTONIC in nanoseconds.</returns>
    public (int Count, long Last) Additions() => Of(NewDestination, 0);

    /// <summary>How many destinations have been edited, and when the last was.</summary>
    /// <param name="from">Messages before this one do not count.</param>
    /// <returns>The time as CLOCK_MONOTONIC in nanoseconds.</returns>
    public (int Count, long Last) Edits(int from) => Of(SetDestination, from);

    /// <summary>When destinations were first deleted, or given weight 0, after a moment.</summary>
    /// <param name="begin">CLOCK_REALTIME in nanoseconds.</param>
    /// <returns>By IPv4 address: CLOCK_REALTIME in nanoseconds.</returns>
    public Dictionary<uint, long> Removals(long begin)
    {
        long toRealTime = RealTime.Now - RealTime.Monotonic;
        var removed = new Dictionary<uint, long>();
        byte[] octets = Read(out int count);
        for (int index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> record = octets.AsSpan(index * RecordLength, RecordLength);
            long time = BinaryPrimitives.ReadInt64LittleEndian(record) + toRealTime;
            bool isRemoval = record[CommandAt] == DeleteDestination
                || (record[CommandAt] == SetDestination && BinaryPrimitives.ReadInt32LittleEndian(record[WeightAt..]) == 0);
            if (isRemoval && time >= begin)
            {
                removed.TryAdd(BinaryPrimitives.ReadUInt32BigEndian(record[DestinationAt..]), time);
            }
        }

        return removed;
    }

    public void Dispose() => File.Delete(_record);

    private (int Count, long Last) Of(int command, int from)
    {
        byte[] octets = Read(out int count);
        int found = 0;
        long last = 0;
        for (int index = from; index < count; index++)
        {
            if (octets[(index * RecordLength) + CommandAt] == command)
            {
                found++;
                last = BinaryPrimitives.ReadInt64LittleEndian(octets.AsSpan(index * RecordLength));
            }
        }

        return (found, last);
    }

    private int ReadCount()
    {
        using FileStream file = File.Open(_record, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] octets = new byte[HeaderLength];
        return file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false) < octets.Length
            ? 0
            : (int)BinaryPrimitives.ReadUInt64LittleEndian(octets.AsSpan(CountAt));
    }

    private byte[] Read(out int count)
    {
        using FileStream file = File.Open(_record, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] octets = new byte[HeaderLength];
        file.ReadExactly(octets);
        count = (int)BinaryPrimitives.ReadUInt64LittleEndian(octets.AsSpan(CountAt));
        octets = new byte[count * RecordLength];
        file.ReadExactly(octets);
        return octets;
    }
}
