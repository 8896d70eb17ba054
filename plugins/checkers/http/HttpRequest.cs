using System.Net;
using System.Text;

namespace Keepalived.Checkers.Http;

/// <summary>The request, to the byte as keepalived sends it: servers' logs and filters know it.</summary>
internal static class HttpRequest
{
    /// <summary>Builds the request for one URL; it never changes, so it is built once.</summary>
    /// <param name="path">The path.</param>
    /// <param name="protocol">The form.</param>
    /// <param name="virtualHost">The host to name; null = address and port of the server.</param>
    /// <param name="server">The server.</param>
    public static byte[] Build(string path, HttpProtocol protocol, string? virtualHost, IPEndPoint server)
    {
        string version = protocol == HttpProtocol.Http11 ? "1.1" : "1.0";
        string connection = protocol == HttpProtocol.Http10 ? "" : "Connection: close\r\n";
        return Encoding.UTF8.GetBytes(
            $"GET {path} HTTP/{version}\r\nUser-Agent: KeepAliveClient\r\n{connection}Host: {virtualHost ?? server.ToString()}\r\n\r\n");
    }
}
