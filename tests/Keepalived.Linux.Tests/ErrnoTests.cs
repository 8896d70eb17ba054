namespace Keepalived.Linux.Tests;

public sealed class ErrnoTests
{
    [Fact]
    public void The_message_names_operation_error_and_detail()
    {
        var error = new LinuxException("add 192.0.2.1/32 to eth0", Errno.EPERM, "run as root");

        Assert.Equal("add 192.0.2.1/32 to eth0: Operation not permitted (EPERM): run as root", error.Message);
        Assert.Equal(Errno.EPERM, error.Errno);
    }

    [Theory]
    [InlineData(Errno.EAGAIN, "Resource temporarily unavailable")]
    [InlineData(Errno.ENOBUFS, "No buffer space available")]
    [InlineData(Errno.ETIMEDOUT, "Connection timed out")]
    [InlineData(Errno.ECANCELED, "Operation canceled")]
    public void Numbers_agree_with_the_C_librarys_table(Errno errno, string text) => Assert.Equal(text, errno.Text());
}
