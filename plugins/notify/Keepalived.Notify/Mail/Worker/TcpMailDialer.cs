using System.Net;
using System.Net.Sockets;

namespace Keepalived.Notify;

/// <summary>TCP with the framework's sockets: this process has nothing to be late for.</summary>
internal sealed class TcpMailDialer : IMailDialer
{
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken limit)
    {
        IPAddress[] addresses = await ResolveAsync(host, limit);
        SocketException? last = null;
        foreach (IPAddress address in addresses)
        {
            Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), limit);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                last = exception;
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                throw;
            }
        }

        throw new IOException($"cannot connect to {host} port {port}: {last?.Message ?? "it has no address"}");
    }

    private static async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken limit)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return [address];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(host, limit);
        }
        catch (SocketException exception)
        {
            throw new IOException($"cannot find the address of {host}: {exception.Message}");
        }
    }
}
