namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>Two routers with priority 255: the RFC has no answer, keepalived has.</summary>
public sealed class SecondOwnerTests
{
    [Fact]
    public void The_owner_with_the_lower_address_gives_in_and_says_why()
    {
        RouterRig rig = Owner();

        rig.Hear(255, RouterRig.Higher);

        Assert.Equal(["report SecondOwner", "remove", "Master to Backup: OwnershipConflict"], rig.Take());
    }

    [Fact]
    public void The_owner_with_the_higher_address_sends_twice_and_stays()
    {
        RouterRig rig = Owner();

        rig.Hear(255);

        Assert.Equal(["report SecondOwner", "send 255", "send 255"], rig.Take());
        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void If_the_other_stops_within_1_2_intervals_that_is_reported()
    {
        RouterRig rig = Owner().Hear(255, interval: 2);
        rig.Take();

        rig.Advance(2.399);
        Assert.Equal(["send 255", "send 255"], rig.Take());
        rig.Advance(0.001);

        Assert.Equal(["report SecondOwnerStopped"], rig.Take());
        Assert.Equal(255, rig.Router.EffectivePriority);
    }

    [Fact]
    public void If_the_other_goes_on_the_owner_steps_back_to_254()
    {
        RouterRig rig = Owner().Hear(255).Advance(1);
        rig.Take();

        rig.Hear(255);

        Assert.Equal(
            ["priority 255 to 254: OwnershipConflict", "report SecondOwnerPersists", "remove", "Master to Backup: HigherPriority"],
            rig.Take());
    }

    [Theory]
    [InlineData(200, "10.0.0.1")] // the other one has come to its senses
    [InlineData(255, "10.0.0.9")] // another master
    public void It_is_owner_again_when_it_hears_something_else(byte priority, string from)
    {
        RouterRig rig = SteppedBack();

        rig.Hear(priority, InternetAddress.Parse(from));

        Assert.Equal(255, rig.Router.EffectivePriority);
        Assert.Equal("priority 254 to 255: OwnershipRestored", rig.Take()[0]);
    }

    [Fact]
    public void It_stays_at_254_while_the_other_owner_goes_on()
    {
        RouterRig rig = SteppedBack();

        rig.Hear(255).Advance(1).Hear(255);

        Assert.Equal(254, rig.Router.EffectivePriority);
        Assert.Equal(VirtualRouterState.Backup, rig.State);
    }

    private static RouterRig Owner() => new RouterRig(p => p with { BasePriority = 255, StartsAsMaster = true }).Master();

    private static RouterRig SteppedBack()
    {
        RouterRig rig = Owner().Hear(255).Advance(1).Hear(255);
        Assert.Equal(VirtualRouterState.Backup, rig.State);
        rig.Take();
        return rig;
    }
}
