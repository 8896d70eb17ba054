namespace Keepalived.Bench.Kernel;

/// <summary>Puts the calling thread under SCHED_RR until disposed: other people's builds then spoil neither its sleeps nor its clock reads.</summary>
internal readonly unsafe ref struct RealTimeScheduling : IDisposable
{
    private const int Other = 0;
    private const int RoundRobin = 2;

    /// <param name="priority">1..99; the daemons run at 50.</param>
    public RealTimeScheduling(int priority) => LibC.Checked(LibC.sched_setscheduler(0, RoundRobin, &priority), "sched_setscheduler");

    public void Dispose()
    {
        int none = 0;
        LibC.Checked(LibC.sched_setscheduler(0, Other, &none), "sched_setscheduler");
    }
}
