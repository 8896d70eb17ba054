using System.Text;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Logging;

/// <summary>
/// Text to standard output or error, straight to the descriptor. System.Console would cost several milliseconds of every start for
/// encodings and terminal settings that a daemon does not want.
/// </summary>
internal sealed class DescriptorWriter(int descriptor) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Write(ReadOnlySpan<char> buffer)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(buffer.Length)];
        int length = Encoding.UTF8.GetBytes(buffer, bytes);
        StandardStreams.Write(descriptor, bytes.AsSpan(0, length));
    }
}
