using System.Text;

namespace Keepalived.Notify.Tests;

/// <summary>A mail server in memory that takes everything and answers at once, up to a number of mails.</summary>
internal sealed class MemoryMailServer : IMailDialer
{
    private TaskCompletionSource? _held;

    /// <summary>It answers no message after this many until <see cref="LetGo"/>.</summary>
    public int TakesUntil { get; set; } = int.MaxValue;

    public int Connections { get; private set; }

    /// <summary>Messages taken.</summary>
    public int Taken { get; private set; }

    /// <summary>How often a client said QUIT.</summary>
    public int Farewells { get; private set; }

    public ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken limit)
    {
        Connections++;
        return new(new Connection(this));
    }

    public void LetGo()
    {
        TakesUntil = int.MaxValue;
        _held?.SetResult();
    }

    private sealed class Connection(MemoryMailServer server) : Stream
    {
        private readonly Queue<byte> _replies = new("220 memory\r\n"u8.ToArray());
        private bool _isData;
        private bool _isHeld;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // A command is one write, and so is a message.
            string text = Encoding.UTF8.GetString(buffer.Span);
            string reply = _isData ? Take() : text[..4] switch { "DATA" => "354 go", "QUIT" => Farewell(), _ => "250 ok" };
            _isData = reply[0] == '3';
            foreach (byte b in Encoding.ASCII.GetBytes(reply + "\r\n"))
            {
                _replies.Enqueue(b);
            }

            return default;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isHeld)
            {
                _isHeld = false;
                server._held = new TaskCompletionSource();
                await server._held.Task;
            }

            int length = Math.Min(buffer.Length, _replies.Count);
            for (int i = 0; i < length; i++)
            {
                buffer.Span[i] = _replies.Dequeue();
            }

            return length;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private string Take()
        {
            _isHeld = server.Taken >= server.TakesUntil;
            server.Taken++;
            return "250 taken";
        }

        private string Farewell()
        {
            server.Farewells++;
            return "221 bye";
        }
    }
}
