using System.Text;
using Keepalived.Events;

namespace Keepalived.Notify.Tests;

public sealed class FifoLineTests
{
    public static TheoryData<DaemonEvent, string?> Lines => new()
    {
        { new VrrpInstanceStateChanged("VI_1", VrrpState.Backup, VrrpState.Master, 150, ""), "INSTANCE \"VI_1\" MASTER 150\n" },
        { new VrrpInstanceStateChanged("VI_1", VrrpState.Init, VrrpState.Backup, 100, ""), "INSTANCE \"VI_1\" BACKUP 100\n" },
        { new VrrpInstanceStateChanged("VI_1", VrrpState.Backup, VrrpState.Fault, 100, ""), "INSTANCE \"VI_1\" FAULT 100\n" },
        { new VrrpInstanceStateChanged("VI_1", VrrpState.Backup, VrrpState.Stop, 100, ""), "INSTANCE \"VI_1\" STOP 100\n" },
        { new VrrpInstanceStateChanged("VI_1", VrrpState.Backup, VrrpState.Deleted, 100, ""), "INSTANCE \"VI_1\" DELETED 100\n" },
        { new VrrpInstanceStateChanged("VI_1", VrrpState.Init, VrrpState.Init, 100, ""), null },
        { new VrrpGroupStateChanged("G", VrrpState.Master, ""), "GROUP \"G\" MASTER 0\n" },
        { new VrrpPriorityChanged("VI_1", VrrpState.Master, 150, 130, "") { IsNotified = true }, "INSTANCE \"VI_1\" MASTER_PRIORITY 130\n" },
        { new VrrpPriorityChanged("VI_1", VrrpState.Backup, 150, 130, "") { IsNotified = true }, "INSTANCE \"VI_1\" BACKUP_PRIORITY 130\n" },
        { new VrrpPriorityChanged("VI_1", VrrpState.Fault, 150, 130, "") { IsNotified = true }, null },
        { new VrrpPriorityChanged("VI_1", VrrpState.Master, 150, 130, ""), null },
        { new VrrpLowerPriorityReceived("VI_1", 150, ""), "INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 150\n" },
        { new RealServerStateChanged("[10.0.0.1]:tcp:80", "[10.0.0.2]:tcp:80", true, ""), "RS [10.0.0.2]:tcp:80 [10.0.0.1]:tcp:80 UP\n\0" },
        { new RealServerStateChanged("FWM 7", "[10.0.0.2]:tcp:80", false, ""), "RS [10.0.0.2]:tcp:80 FWM 7 DOWN\n\0" },
        { new QuorumStateChanged("[grp]:0", true, ""), "VS [grp]:0 UP\n\0" },
        { new QuorumStateChanged("[2001:db8::1]:udp:53", false, ""), "VS [2001:db8::1]:udp:53 DOWN\n\0" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_is_byte_for_byte_that_of_keepalived_with_the_NUL_of_LVS_lines(DaemonEvent daemonEvent, string? expected)
    {
        FifoLine? line = FifoLine.For(daemonEvent);
        Assert.Equal(expected, line is { } found ? Encoding.UTF8.GetString(found.Bytes) : null);
    }
}
