using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>Connections through the virtual server while its servers die and return and while the director is reloaded.</summary>
public sealed class TrafficTests
{
    private const int Untouched = 13;

    /// <summary>What the checks connect to: a listener apart, so that a server can seem dead while its connections live.</summary>
    private const int CheckPort = 8080;

    [Fact]
    public Task No_established_connection_through_an_untouched_server_is_lost() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        using var servers = new EchoServers(balancer.Backend, [11, 12, Untouched]);
        string configuration = Balancer.Service($"TCP_CHECK {{\n            connect_port {CheckPort}\n            connect_timeout 1\n            retry 0\n        }}");
        foreach (int number in (int[])[11, 12, Untouched])
        {
            servers.Health(number, isWell: true);
        }

        var director = Director.Start(balancer.Director, Software.Ours, configuration);
        await balancer.TableBecomes(director, 11, 12, 13);
        using var client = new EchoClient(balancer.Client, Balancer.VirtualAddress, connections: 12);
        await Wait.Until("all connections are served", Balancer.Patience, () => client.Served == 12, () => director.Log);
        Assert.Equal([11, 12, 13], client.Servers.Order());
        string before = director.Log;

        foreach (int victim in (int[])[11, 12])
        {
            servers.Health(victim, isWell: false);
            await balancer.TableBecomes(director, victim == 11 ? [12, 13] : [11, 13]);
            director.Signal(Native.SigHup);
            client.Exchange();
            servers.Health(victim, isWell: true);
            await balancer.TableBecomes(director, 11, 12, 13);
        }

        // Reloads without a change in the midst of traffic.
        for (int i = 0; i < 3; i++)
        {
            director.Signal(Native.SigHup);
            for (int round = 0; round < 5; round++)
            {
                client.Exchange();
                Thread.Sleep(50);
            }
        }

        await Wait.Until("the reloads are over", Balancer.Patience, () => director.Log.Length > before.Length, () => director.Log);
        client.Exchange();
        Assert.Equal([], client.LostOf(Untouched));
        Assert.DoesNotContain($"10.78.0.{Untouched}]:tcp:80 of [{Balancer.VirtualAddress}]:tcp:80 is DOWN", director.Log, StringComparison.Ordinal);
    });

    /// <summary>Servers that answer each line with their number; a check sees the other port, which can be closed alone.</summary>
    private sealed class EchoServers : IDisposable
    {
        private readonly Host _host;
        private readonly List<Socket> _listeners = [];
        private readonly Dictionary<int, Socket> _health = [];

        public EchoServers(Host host, int[] numbers)
        {
            _host = host;
            foreach (int number in numbers)
            {
                Socket listener = Listen(number, 80);
                _listeners.Add(listener);
                _ = host.Enter(() => Accept(listener, number), $"echo server {number}");
            }
        }

        public void Health(int number, bool isWell)
        {
            if (isWell)
            {
                _health[number] = Listen(number, CheckPort);
            }
            else
            {
                _health[number].Dispose();
            }
        }

        public void Dispose()
        {
            foreach (Socket socket in _listeners.Concat(_health.Values))
            {
                socket.Dispose();
            }
        }

        private Socket Listen(int number, int port)
        {
            Socket? made = null;
            _host.Enter(() =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(new IPEndPoint(IPAddress.Parse($"10.78.0.{number}"), port));
                socket.Listen(128);
                made = socket;
            }, "listener").Join();
            return made!;
        }

        private static void Accept(Socket listener, int number)
        {
            try
            {
                while (true)
                {
                    Socket connection = listener.Accept();
                    new Thread(() => Serve(connection, number)) { IsBackground = true }.Start();
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static void Serve(Socket connection, int number)
        {
            byte[] octets = new byte[1];
            try
            {
                while (connection.Receive(octets) == 1)
                {
                    octets[0] = (byte)number;
                    connection.Send(octets);
                }
            }
            catch (SocketException)
            {
                // The client has gone.
            }

            connection.Dispose();
        }
    }

    /// <summary>Connections that stay: each exchange sends an octet over all and hears who answers.</summary>
    private sealed class EchoClient : IDisposable
    {
        private readonly Socket[] _connections;
        private readonly int[] _servers;
        private readonly ConcurrentBag<(int Server, string Why)> _lost = [];

        public EchoClient(Host host, string address, int connections)
        {
            _connections = new Socket[connections];
            _servers = new int[connections];
            host.Enter(() =>
            {
                for (int i = 0; i < connections; i++)
                {
                    _connections[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000, SendTimeout = 10_000 };
                    _connections[i].Connect(new IPEndPoint(IPAddress.Parse(address), 80));
                    _servers[i] = Ask(_connections[i]);
                }
            }, "client").Join();
        }

        public int Served => _servers.Count(static server => server > 0);

        public IEnumerable<int> Servers => _servers.Distinct();

        public void Exchange()
        {
            for (int i = 0; i < _connections.Length; i++)
            {
                try
                {
                    int server = Ask(_connections[i]);
                    if (server != _servers[i])
                    {
                        _lost.Add((_servers[i], $"answered by {server}"));
                    }
                }
                catch (SocketException exception)
                {
                    _lost.Add((_servers[i], exception.Message));
                }
            }
        }

        public IEnumerable<string> LostOf(int server) => _lost.Where(lost => lost.Server == server).Select(static lost => lost.Why);

        public void Dispose()
        {
            foreach (Socket connection in _connections)
            {
                connection.Dispose();
            }
        }

        private static int Ask(Socket connection)
        {
            byte[] octet = [0];
            connection.Send(octet);
            return connection.Receive(octet) == 1 ? octet[0] : throw new SocketException((int)SocketError.ConnectionReset);
        }
    }
}
