namespace Keepalived.Host.Processes;

/// <summary>
/// What reading a configuration leaves on the heap. In steady state nothing is allocated, so no collection would ever come and a
/// large configuration's drafts would stay in memory for the daemon's life.
/// </summary>
internal static class StartupHeap
{
    /// <summary>Less than this is not worth the milliseconds, in bytes: a small configuration starts without a collection.</summary>
    private const long WorthCollecting = 1536 * 1024;

    /// <summary>Gives the garbage back to the kernel. Called before the loop's first turn, when no advertisement can be late.</summary>
    public static void Collect()
    {
        if (GC.GetTotalAllocatedBytes() > WorthCollecting)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
