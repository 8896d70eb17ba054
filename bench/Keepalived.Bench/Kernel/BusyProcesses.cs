namespace Keepalived.Bench.Kernel;

/// <summary>Shells that count to nothing, to keep the processors from idling. They end by themselves after two minutes.</summary>
internal sealed class BusyProcesses : IDisposable
{
    private readonly List<ChildProcess> _processes = [];

    public static BusyProcesses Start(int count)
    {
        var made = new BusyProcesses();
        for (int index = 0; index < count; index++)
        {
            made._processes.Add(ChildProcess.Start(["timeout", "120", "sh", "-c", "while :; do :; done"], "/dev/null"));
        }

        return made;
    }

    public void Dispose() => _processes.ForEach(process => process.KillTree());
}
