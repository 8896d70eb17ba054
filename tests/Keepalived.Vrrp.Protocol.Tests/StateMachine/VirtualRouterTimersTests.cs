namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class VirtualRouterTimersTests
{
    [Theory]
    [InlineData(255, 1_000, 3_906)] // 1 x 1 s / 256
    [InlineData(254, 1_000, 7_812)]
    [InlineData(150, 200, 82_812)] // 106 x 0.2 s / 256, as observed on keepalived
    [InlineData(100, 1_000, 609_375)]
    [InlineData(1, 1_000, 996_093)]
    [InlineData(1, 40_950, 40_790_039)]
    [InlineData(100, 10, 6_093)]
    public void Skew_in_version_3_is_a_share_of_the_masters_interval_RFC9568_6_1(byte priority, int interval, int microseconds) =>
        Assert.Equal(
            TimeSpan.FromMicroseconds(microseconds),
            VirtualRouterTimers.Skew(VrrpVersion.Version3, priority, TimeSpan.FromMilliseconds(interval)));

    [Theory]
    [InlineData(255, 1, 3_906)]
    [InlineData(100, 1, 609_375)]
    [InlineData(100, 255, 609_375)]
    public void Skew_in_version_2_is_a_share_of_one_second_RFC3768_6_1(byte priority, int seconds, int microseconds) =>
        Assert.Equal(
            TimeSpan.FromMicroseconds(microseconds),
            VirtualRouterTimers.Skew(VrrpVersion.Version2, priority, TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(VrrpVersion.Version3, 150, 200, 3, 682_812)]
    [InlineData(VrrpVersion.Version3, 100, 1_000, 3, 3_609_375)]
    [InlineData(VrrpVersion.Version2, 100, 1_000, 3, 3_609_375)]
    [InlineData(VrrpVersion.Version2, 100, 10_000, 3, 30_609_375)]
    [InlineData(VrrpVersion.Version3, 100, 1_000, 1, 1_609_375)]
    [InlineData(VrrpVersion.Version3, 100, 1_000, 100, 100_609_375)]
    public void Master_down_is_the_missed_advertisements_and_the_skew_RFC9568_6_1(
        VrrpVersion version, byte priority, int interval, int adverts, int microseconds) =>
        Assert.Equal(
            TimeSpan.FromMicroseconds(microseconds),
            VirtualRouterTimers.MasterDown(version, priority, TimeSpan.FromMilliseconds(interval), adverts));

    [Theory]
    [InlineData(VrrpVersion.Version3, 200, 200_781)]
    [InlineData(VrrpVersion.Version2, 2_000, 2_003_906)]
    public void Starting_as_master_waits_one_interval_and_the_smallest_skew(VrrpVersion version, int interval, int microseconds) =>
        Assert.Equal(
            TimeSpan.FromMicroseconds(microseconds),
            VirtualRouterTimers.StartAsMaster(version, TimeSpan.FromMilliseconds(interval)));
}
