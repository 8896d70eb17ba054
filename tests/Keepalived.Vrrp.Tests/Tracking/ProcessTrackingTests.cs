using Keepalived.Scheduling;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Tests.Runtime;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary><c>track_process</c> of keepalived.conf(5), through a whole daemon in virtual time.</summary>
public sealed class ProcessTrackingTests : IDisposable
{
    private readonly FakeProcesses _processes = new();

    [Fact]
    public void What_runs_at_start_is_found_by_the_scan()
    {
        _processes.Running[10] = "/usr/sbin/named -f";
        Assert.Equal(VirtualRouterState.Backup, Start().State);
    }

    [Fact]
    public void Nothing_at_start_is_a_fault_from_the_beginning_without_INIT()
    {
        Lab lab = Start();
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.Contains("(VI_1) Entering FAULT STATE: fault: tracked object failed (vrrp_track_process p: 0 running, quorum 1)", lab.Log.Lines);
    }

    [Fact]
    public void An_exec_gains_the_quorum_and_an_exit_loses_it()
    {
        Lab lab = Start();
        _processes.Running[5] = "sh";
        _processes.Fork(5, 10);
        _processes.Execute(10, "named");
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        _processes.Exit(10);
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void A_child_of_a_counted_process_counts_until_it_runs_another_program()
    {
        _processes.Running[10] = "named";
        Lab lab = Start("quorum 2");
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        _processes.Fork(10, 11);
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        _processes.Execute(11, "sh");
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void A_weight_moves_the_priority()
    {
        _processes.Running[10] = "named";
        Lab lab = Start(reference: "weight 20");
        Assert.Equal(120, lab.Only.Router.EffectivePriority);
        _processes.Exit(10);
        lab.Advance(0);
        Assert.Equal(100, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void A_restart_within_the_terminate_delay_does_no_harm()
    {
        _processes.Running[10] = "named";
        Lab lab = Start("terminate_delay 2");
        _processes.Exit(10);
        lab.Advance(1);
        _processes.Running[11] = "named";
        _processes.Execute(11, "named");
        lab.Advance(10);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        _processes.Exit(11);
        lab.Advance(2.1);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void After_an_overrun_all_processes_are_looked_at_again()
    {
        Lab lab = Start();
        _processes.Running[10] = "named";
        _processes.Overrun();
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_reload_with_another_quorum_does_not_look_again_and_reckons_with_it()
    {
        _processes.Running[10] = "named";
        Lab lab = Start();
        lab.Reload(Configuration("quorum 2", ""));
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void Where_the_kernel_tells_nothing_that_is_said_and_the_scan_at_start_counts()
    {
        using FakeProcesses silent = new() { Tells = false };
        silent.Running[10] = "named";
        Lab lab = new(Configuration("", ""), openProcesses: () => silent);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        Assert.Contains("The kernel does not tell of processes (ECONNREFUSED); they are counted every 1 s", lab.Log.Lines);
    }

    public void Dispose() => _processes.Dispose();

    private static string Configuration(string more, string reference) =>
        $"vrrp_track_process p {{\n process named\n {more}\n}}\n" + Lab.Instance($"track_process {{\n p {reference}\n}}");

    private Lab Start(string more = "", string reference = "")
    {
        Lab lab = new(Configuration(more, reference), openProcesses: () => _processes);
        _processes.Ready = () => lab.Loop.SignalReady(_processes.Descriptor, Readiness.Read);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        return lab;
    }
}
