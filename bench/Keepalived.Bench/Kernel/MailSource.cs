using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Keepalived.Bench.Kernel;

/// <summary>Somebody who mails as much as the daemon of a storm does, over one connection and in bursts, without being the daemon.</summary>
internal sealed class MailSource : IDisposable
{
    private const int MailsPerBurst = 30;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly byte[][] s_steps =
    [
        "MAIL FROM:<k@example.net>\r\n"u8.ToArray(), "RCPT TO:<ops@example.net>\r\n"u8.ToArray(), "DATA\r\n"u8.ToArray(),
        Encoding.ASCII.GetBytes($"Subject: storm\r\n\r\n{new string('x', 70)}\r\n.\r\n"),
    ];

    private readonly Socket _socket;
    private readonly byte[] _reply = new byte[512];

    private MailSource(Socket socket) => _socket = socket;

    public static MailSource Start(NetworkNamespace space, int port)
    {
        Socket socket = space.Inside(() =>
        {
            var made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            made.Connect(IPAddress.Loopback, port);
            return made;
        });
        var source = new MailSource(socket);
        new Thread(source.Run) { IsBackground = true }.Start();
        return source;
    }

    public void Dispose() => _socket.Dispose();

    private void Run()
    {
        try
        {
            Hear();
            while (true)
            {
                for (int mail = 0; mail < MailsPerBurst; mail++)
                {
                    foreach (byte[] step in s_steps)
                    {
                        _socket.Send(step);
                        Hear();
                    }
                }

                RealTime.Sleep(s_pause);
            }
        }
        catch (SocketException)
        {
            // Disposed, or the server is: the measurement is over.
        }
        catch (ObjectDisposedException)
        {
            // The same.
        }
    }

    private void Hear()
    {
        if (_socket.Receive(_reply) == 0)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
    }
}
