namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>What a session refuses to be made of.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, BfdSessionOptions> Wrong => new()
    {
        { "MinimumTransmit", new() { MinimumTransmit = TimeSpan.Zero } },
        { "MinimumTransmit", new() { MinimumTransmit = TimeSpan.FromSeconds(4295) } },
        { "MinimumReceive", new() { MinimumReceive = TimeSpan.Zero } },
        { "IdleTransmit", new() { IdleTransmit = TimeSpan.FromMilliseconds(999) } },
        { "MinimumEchoReceive", new() { MinimumEchoReceive = TimeSpan.FromSeconds(-1) } },
        { "EchoInterval", new() { EchoInterval = TimeSpan.Zero } },
        { "multiplier", new() { DetectMultiplier = 0 } },
        { "type 0", new() { Authentication = Keys(0, 1, [1], [2]) } },
        { "type 6", new() { Authentication = Keys(6, 1, [1], [2]) } },
        { "Key 3", new() { Authentication = Keys(1, 3, [1], [2]) } },
        { "key 1 has 0 bytes", new() { Authentication = Keys(1, 1, [], [2]) } },
        { "key 2 has 17 bytes, not 1 to 16", new() { Authentication = Keys(3, 1, [1], new byte[17]) } },
        { "key 2 has 21 bytes, not 1 to 20", new() { Authentication = Keys(4, 1, [1], new byte[21]) } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_options_are_refused_with_what_is_wrong(string named, BfdSessionOptions options)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(options.Validate);

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_used_twice_is_refused() =>
        Assert.Throws<ArgumentException>(() => new BfdAuthentication
        {
            Type = BfdAuthenticationType.KeyedMd5,
            Keys = EquatableArray.Create<BfdKey>([new(1, EquatableArray.Create<byte>([1])), new(1, EquatableArray.Create<byte>([2]))]),
            ActiveKey = 1,
        }.Validate());

    [Fact]
    public void A_key_does_not_print_its_secret() =>
        Assert.Equal("BfdKey { Id = 7 }", new BfdKey(7, EquatableArray.Create<byte>([1, 2, 3])).ToString());

    [Fact]
    public void The_defaults_are_keepaliveds()
    {
        BfdSessionOptions options = new();
        options.Validate();

        Assert.Equal((10, 10, 1000, 5), ((int)options.MinimumTransmit.TotalMilliseconds, (int)options.MinimumReceive.TotalMilliseconds, (int)options.IdleTransmit.TotalMilliseconds, options.DetectMultiplier));
        Assert.Equal((255, false, false), (options.LowestTimeToLive, options.IsPassive, options.IsMultihop));
        Assert.Null(options.Authentication);
        Assert.Null(options.EchoInterval);
    }

    private static BfdAuthentication Keys(byte type, byte active, byte[] first, byte[] second) => new()
    {
        Type = (BfdAuthenticationType)type,
        Keys = EquatableArray.Create<BfdKey>([new(1, EquatableArray.Create<byte>(first)), new(2, EquatableArray.Create<byte>(second))]),
        ActiveKey = active,
    };
}
