// The demo: two directors share an address, a client talks to it all the time, and things are broken and repaired in front of it.
// Two parts: failover, on this machine's kernel; load balancing, on a kernel with IPVS, which may have to be booted for it
// (user-mode Linux). Every step waits for what it announces; one that does not happen ends the demo with exit code 1. Whatever way
// it ends, namespaces and processes are gone afterwards.
using System.Runtime.InteropServices;
using Keepalived.Demo;
using Keepalived.Lab;

var arguments = args.ToList();
var screen = new Screen(arguments.Contains("--colour"));
var peer = arguments.Contains("--peer") && arguments[arguments.IndexOf("--peer") + 1] == "c" ? Software.C : Software.Ours;

Lan.Sweep();
Lan? lan = null;
void Leave(PosixSignalContext context)
{
    context.Cancel = true;
    lan?.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(8));
    Environment.Exit(130);
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Leave);

try
{
    if (!arguments.Contains("--balancing-only"))
    {
        lan = Lan.Create();
        await new FailoverPart(screen, lan, peer).Run();
        await lan.DisposeAsync();
        lan = null;
    }

    if (arguments.Contains("--balancing-only") || BalancingElsewhere.IpvsIsHere)
    {
        lan = Lan.Create();
        await new BalancingPart(screen, lan).Run();
    }
    else
    {
        await BalancingElsewhere.Run(screen);
    }

    return 0;
}
catch (Exception exception)
{
    screen.Failed(exception.Message);
    return 1;
}
finally
{
    if (lan is not null)
    {
        await lan.DisposeAsync();
    }
}
