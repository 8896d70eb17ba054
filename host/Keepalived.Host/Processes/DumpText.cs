using System.Text;

namespace Keepalived.Host.Processes;

/// <summary>
/// The text of a dump on its way into a file under another name, made with the first character. Trouble with the file is kept until the end and
/// never thrown at who writes: a full disk is not a plugin's fault.
/// </summary>
internal sealed class DumpText(string temporary) : TextWriter
{
    private const int BufferSize = 1 << 16;

    private StreamWriter? _writer;
    private Exception? _failure;

    /// <summary>Whether nothing has been written.</summary>
    public bool IsEmpty { get; private set; } = true;

    public override Encoding Encoding => Encoding.UTF8;

    // Lines of a dump end as everywhere on this system, whoever writes them.
    public override string NewLine
    {
        get => "\n";
#pragma warning disable CS8765 // Nobody sets it.
        set => throw new NotSupportedException();
#pragma warning restore CS8765
    }

    public override void Write(char value) => Write(new ReadOnlySpan<char>(in value));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void WriteLine(string? value)
    {
        Write(value.AsSpan());
        Write('\n');
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (_failure is not null || buffer.IsEmpty)
        {
            return;
        }

        IsEmpty = false;
        try
        {
            (_writer ??= Open()).Write(buffer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _failure = exception;
        }
    }

    /// <summary>Ends the text and puts the file in its place; nothing where nothing was written.</summary>
    /// <returns>What went wrong, now or before; null when nothing did.</returns>
    public Exception? MoveTo(string path)
    {
        if (_failure is null && _writer is not null)
        {
            try
            {
                _writer.Dispose();
                File.Move(temporary, path, overwrite: true);
                _writer = null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                _failure = exception;
            }
        }

        return _failure;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _writer is not null)
        {
            try
            {
                File.Delete(temporary);
                _writer.Dispose();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Told already, or of no interest any more.
            }
        }

        base.Dispose(disposing);
    }

    private StreamWriter Open()
    {
        File.Delete(temporary);
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
                | UnixFileMode.OtherRead | UnixFileMode.OtherWrite,
        };
        return new StreamWriter(temporary, new UTF8Encoding(false), options) { NewLine = "\n" };
    }
}
