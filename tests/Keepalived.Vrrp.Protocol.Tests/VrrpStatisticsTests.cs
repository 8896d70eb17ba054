using System.Reflection;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class VrrpStatisticsTests
{
    [Fact]
    public void Clearing_forgets_no_counter()
    {
        var statistics = new VrrpStatistics();
        PropertyInfo[] counters = typeof(VrrpStatistics).GetProperties();
        foreach (PropertyInfo counter in counters)
        {
            counter.SetValue(statistics, 7UL);
        }

        statistics.Clear();

        Assert.NotEmpty(counters);
        Assert.All(counters, counter => Assert.Equal(0UL, counter.GetValue(statistics)));
    }
}
