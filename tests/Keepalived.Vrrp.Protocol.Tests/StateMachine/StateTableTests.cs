namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>Every state with every input: which state follows. Read it beside RFC 9568 section 6.4.</summary>
public sealed class StateTableTests
{
    private const string Refused = "refused";

    // Rows are inputs; columns Init, Backup, Master, Fault. "=" stays.
    private static readonly (VirtualRouterInputKind Input, string Init, string Backup, string Master, string Fault)[] s_table =
    [
        (VirtualRouterInputKind.Start, "Backup", Refused, Refused, Refused),
        (VirtualRouterInputKind.Stop, "=", "Init", "Init", "Init"),
        (VirtualRouterInputKind.Advertisement, "=", "=", "Backup", "="),
        (VirtualRouterInputKind.Clock, "=", "Master", "=", "="),
        (VirtualRouterInputKind.FaultAdded, "=", "Fault", "Fault", "="),
        (VirtualRouterInputKind.FaultCleared, "=", "=", "=", "Backup"),
        (VirtualRouterInputKind.PriorityAdjusted, "=", "=", "=", "="),
        (VirtualRouterInputKind.SourceChanged, "=", "=", "=", "="),
        (VirtualRouterInputKind.AddressLost, "=", "=", "Backup", "="),
        (VirtualRouterInputKind.AddressesAdded, "=", "=", "=", "="),
        (VirtualRouterInputKind.SwitchToMaster, "=", "Master", "=", "="),
        (VirtualRouterInputKind.SwitchToBackup, "=", "=", "Backup", "="),
        (VirtualRouterInputKind.ParametersChanged, "=", "=", "=", "="),
        (VirtualRouterInputKind.ReclaimAddresses, "=", "=", "=", "="),
    ];

    [Fact]
    public void Every_input_has_a_row() =>
        Assert.Equal(Enum.GetValues<VirtualRouterInputKind>(), s_table.Select(row => row.Input));

    [Fact]
    public void Every_state_answers_every_input_as_the_table_says()
    {
        foreach (var row in s_table)
        {
            AssertCell(row.Input, VirtualRouterState.Init, row.Init);
            AssertCell(row.Input, VirtualRouterState.Backup, row.Backup);
            AssertCell(row.Input, VirtualRouterState.Master, row.Master);
            AssertCell(row.Input, VirtualRouterState.Fault, row.Fault);
        }
    }

    [Fact]
    public void An_effect_that_feeds_its_own_router_is_refused()
    {
        var rig = new RouterRig().Backup();
        rig.WhenAsked = () => rig.Router.Stop(rig.Now);

        Assert.Throws<InvalidOperationException>(() => rig.Advance(10));
    }

    private static void AssertCell(VirtualRouterInputKind kind, VirtualRouterState state, string expected)
    {
        RouterRig rig = In(state);
        var input = new VirtualRouterInput(kind, rig.Now + TimeSpan.FromSeconds(60))
        {
            Advertisement = new ReceivedAdvertisement(RouterRig.Lower, 200, TimeSpan.FromSeconds(1)),
            Fault = kind == VirtualRouterInputKind.FaultCleared && state != VirtualRouterState.Fault
                ? FaultReason.NoSourceAddress
                : FaultReason.InterfaceDown,
            Source = RouterRig.Own,
            Parameters = rig.Router.Parameters,
        };
        string actual;
        try
        {
            rig.Router.Apply(input);
            actual = rig.State == state ? "=" : rig.State.ToString();
        }
        catch (InvalidOperationException)
        {
            actual = Refused;
        }

        Assert.True(expected == actual, $"{state} with {kind}: {actual}, expected {expected}");
    }

    private static RouterRig In(VirtualRouterState state)
    {
        var rig = new RouterRig();
        switch (state)
        {
            case VirtualRouterState.Backup: return rig.Backup();
            case VirtualRouterState.Master: return rig.Master();
            case VirtualRouterState.Fault:
                rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);
                rig.Router.Start(rig.Now);
                return rig;
            default: return rig;
        }
    }
}
