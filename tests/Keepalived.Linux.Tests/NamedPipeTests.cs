using System.Text;

namespace Keepalived.Linux.Tests;

public sealed class NamedPipeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("keepalived-fifo-").FullName;

    [Fact]
    public void A_fifo_opens_without_a_reader_and_carries_what_is_written()
    {
        Assert.True(NamedPipe.TryCreate(At("fifo"), 0x180));
        using NamedPipe pipe = NamedPipe.Open(At("fifo"));
        Assert.Equal(Errno.None, FileDescriptors.Write(pipe.Descriptor, "line\n\0"u8, out int written));
        Assert.Equal(6, written);
        Span<byte> buffer = stackalloc byte[16];
        Assert.Equal(Errno.None, FileDescriptors.Read(pipe.Descriptor, buffer, out int read));
        Assert.Equal("line\n\0", Encoding.ASCII.GetString(buffer[..read]));
    }

    [Fact]
    public void A_full_fifo_refuses_instead_of_blocking()
    {
        NamedPipe.TryCreate(At("fifo"), 0x180);
        using NamedPipe pipe = NamedPipe.Open(At("fifo"));
        byte[] block = new byte[4096];
        int blocks = 0;
        while (FileDescriptors.Write(pipe.Descriptor, block, out _) == Errno.None && blocks < 1000)
        {
            blocks++;
        }

        Assert.InRange(blocks, 1, 999);
        Assert.Equal(Errno.EAGAIN, FileDescriptors.Write(pipe.Descriptor, block, out _));
    }

    [Fact]
    public void Making_what_is_there_says_so_and_a_file_is_no_fifo()
    {
        Assert.True(NamedPipe.TryCreate(At("fifo"), 0x180));
        Assert.False(NamedPipe.TryCreate(At("fifo"), 0x180));
        File.WriteAllText(At("file"), "");
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => NamedPipe.Open(At("file"))).Errno);
        File.CreateSymbolicLink(At("link"), "fifo");
        Assert.Equal(Errno.ELOOP, Assert.Throws<LinuxException>(() => NamedPipe.Open(At("link"))).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => NamedPipe.TryCreate(At("no/fifo"), 0x180)).Errno);
    }

    [Fact]
    public void The_owner_can_be_asked_for_and_set()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("giving files away needs root");
        }

        NamedPipe.TryCreate(At("fifo"), 0x180);
        using NamedPipe pipe = NamedPipe.Open(At("fifo"));
        pipe.SetOwner(65534, 65533);
        Assert.Equal((65534u, 65533u), pipe.Owner());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string At(string name) => Path.Combine(_directory, name);
}
