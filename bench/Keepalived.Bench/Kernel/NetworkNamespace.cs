namespace Keepalived.Bench.Kernel;

/// <summary>A network namespace of the bench, made with iproute2 and named kb-PID-LABEL; removed when disposed.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    public static NetworkNamespace Create(string label)
    {
        var made = new NetworkNamespace($"kb-{Environment.ProcessId}-{label}");
        ChildProcess.Run("ip", "netns", "add", made.Name);
        made.Ip("link", "set", "lo", "up");
        return made;
    }

    public void Ip(params string[] arguments) => ChildProcess.Run(["ip", "-n", Name, .. arguments]);

    /// <summary>
    /// Runs <paramref name="work"/> on a thread of its own inside the namespace: setns concerns the calling thread alone, so a
    /// thread that serves others must never make the call. Sockets and processes made there stay in the namespace.
    /// </summary>
    public T Inside<T>(Func<T> work)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                int descriptor = LibC.Checked(LibC.open($"/run/netns/{Name}", 0, 0), $"open /run/netns/{Name}");
                LibC.Checked(LibC.setns(descriptor, CloneNewNet), "setns");
                LibC.close(descriptor);
                result = work();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new BenchException(failure.Message);
    }

    public void Dispose()
    {
        try
        {
            ChildProcess.Run("ip", "netns", "del", Name);
        }
        catch (BenchException exception)
        {
            Console.Error.WriteLine(exception.Message);
        }
    }
}
