namespace Keepalived.Checkers.Http;

/// <summary>
/// Buffers for answers, kept for the next probes: as many as were in use at once, up to a limit. The framework's shared pool keeps a few for each
/// processor, which is too little where thousands of probes are under way on one thread.
/// </summary>
internal static class ReceiveBuffers
{
    /// <summary>Octets received at once, as keepalived does.</summary>
    private const int Size = 4096;

    // 4 MB. More answers than that are only awaited at once when many servers hang together: their buffers are garbage afterwards.
    private const int MostKept = 1024;

    [ThreadStatic]
    private static Stack<byte[]>? _free;

    /// <summary>A buffer with any content.</summary>
    public static byte[] Rent() => _free is { } free && free.TryPop(out byte[]? buffer) ? buffer : new byte[Size];

    /// <summary>Takes a buffer back that nobody uses any more.</summary>
    public static void Return(byte[] buffer)
    {
        _free ??= new();
        if (_free.Count < MostKept)
        {
            _free.Push(buffer);
        }
    }
}
