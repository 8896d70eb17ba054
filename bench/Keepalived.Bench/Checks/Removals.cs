using System.Buffers.Binary;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Checks;

/// <summary>What the stand-in for IPVS (bench/stand-in/record.h) wrote down: when which destination was deleted, or given weight 0.</summary>
internal static class Removals
{
    private const int RecordSize = 128;
    private const byte SetDestination = 6;
    private const byte DeleteDestination = 7;

    /// <summary>The first removal of each victim after a moment.</summary>
    /// <param name="path">The record's file.</param>
    /// <param name="begin">CLOCK_REALTIME in nanoseconds.</param>
    /// <returns>By victim: CLOCK_REALTIME in nanoseconds.</returns>
    public static Dictionary<int, long> Read(string path, long begin)
    {
        long toRealTime = RealTime.Now - RealTime.Monotonic;
        var removed = new Dictionary<int, long>();
        using FileStream file = File.OpenRead(path);
        byte[] record = new byte[RecordSize];
        file.ReadExactly(record);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(8));
        for (ulong i = 0; i < count && file.Read(record) == RecordSize; i++)
        {
            long time = BinaryPrimitives.ReadInt64LittleEndian(record) + toRealTime;
            byte command = record[16];
            int victim = (int)(BinaryPrimitives.ReadUInt32BigEndian(record.AsSpan(40)) - CheckedServers.FirstVictim);
            bool isRemoval = command == DeleteDestination || (command == SetDestination && BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(64)) == 0);
            if (isRemoval && record[17] == 1 && time >= begin && victim is >= 0 and < CheckedServers.Victims)
            {
                removed.TryAdd(victim, time);
            }
        }

        return removed;
    }
}
