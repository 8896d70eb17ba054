using System.Net;
using System.Security.Cryptography;
using System.Text;
using Keepalived.Checkers.Http.Genhash;
using Keepalived.Checkers.Http.Tls;
using Keepalived.Checking;
using Keepalived.Plugins;

[assembly: PluginCommand("genhash", typeof(GenhashCommand))]

namespace Keepalived.Checkers.Http.Genhash;

/// <summary>
/// Asks a web server for a page exactly as HTTP_GET does, through the same request, parser and decoding, and prints the digest that HTTP_GET
/// will compute. Exit codes are keepalived's: 1 for a wrong command line; a server that does not answer is said on standard error and is 0.
/// </summary>
public sealed class GenhashCommand : IPluginCommand
{
    private const int BufferSize = 4096;

    /// <inheritdoc/>
    public async ValueTask<int> RunAsync(PluginCommandContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (GenhashOptions.Parse(context.Arguments, out string? mistake) is not { } options)
        {
            if (mistake is not null)
            {
                context.Error.WriteLine($"genhash: {mistake}");
            }

            context.Error.Write(GenhashOptions.Usage);
            return 1;
        }

        MonotonicTime start = context.Scheduler.ReadClock();
        string? failure = await AskAsync(context, options, start + options.Timeout);
        if (failure is not null)
        {
            context.Error.WriteLine($"genhash: {failure}");
        }
        else if (options.IsVerbose)
        {
            long microseconds = (context.Scheduler.ReadClock() - start).Ticks / TimeSpan.TicksPerMicrosecond;
            context.Output.WriteLine($"\nGlobal response time for [{options.Path}] = {microseconds} usecs");
        }

        return 0;
    }

    private static async ValueTask<string?> AskAsync(PluginCommandContext context, GenhashOptions options, MonotonicTime deadline)
    {
        IPEndPoint server = new(options.Server!, options.Port);
        ConnectResult connected = await context.Sockets.ConnectAsync(server, new SocketBinding(null, null, options.FirewallMark), deadline);
        if (connected.Connection is not { } connection)
        {
            return CheckResult.Down("connect", connected.Outcome, connected.Errno).Reason;
        }

        using (connection)
        {
            if (!options.UsesTls)
            {
                return await AskAsync(context, options, connection, deadline);
            }

            using var secure = new TlsConnection(connection, context.Scheduler);
            string? name = options.SendsServerName ? options.VirtualHost : null;
            TransferResult shaken = await secure.HandshakeAsync(TlsClient.Load(TlsIdentity.None, out _)!.OptionsFor(name), deadline);
            return shaken.Outcome == SocketOutcome.Completed
                ? await AskAsync(context, options, secure, deadline)
                : secure.Trouble is { } trouble ? $"TLS handshake: {trouble}" : CheckResult.Down("TLS handshake", shaken.Outcome, shaken.Errno).Reason;
        }
    }

    private static async ValueTask<string?> AskAsync(
        PluginCommandContext context, GenhashOptions options, IStreamConnection connection, MonotonicTime deadline)
    {
        byte[] request = HttpRequest.Build(options.Path!, options.Protocol, options.VirtualHost, new IPEndPoint(options.Server!, options.Port));
        TransferResult sent = await connection.SendAsync(request, deadline);
        return sent.Outcome == SocketOutcome.Completed
            ? await ReadAsync(context, options, connection, deadline)
            : CheckResult.Down("send", sent.Outcome, sent.Errno).Reason;
    }

    private static async ValueTask<string?> ReadAsync(
        PluginCommandContext context, GenhashOptions options, IStreamConnection connection, MonotonicTime deadline)
    {
        HttpResponseParser parser = new();
        parser.Reset();
#pragma warning disable CA5351 // HTTP_GET's digest is MD5 by definition: it detects changes, it protects nothing.
        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        byte[] buffer = new byte[BufferSize];
        while (!parser.IsComplete)
        {
            TransferResult received = await connection.ReceiveAsync(buffer, deadline);
            if (received.Outcome == SocketOutcome.EndOfStream || (received.Outcome == SocketOutcome.Completed && received.Count == 0))
            {
                break;
            }

            if (received.Outcome != SocketOutcome.Completed)
            {
                return CheckResult.Down("receive", received.Outcome, received.Errno).Reason;
            }

            if (!Take(parser, buffer.AsSpan(0, received.Count), digest, options.IsVerbose ? context.Output : null))
            {
                return $"the answer is malformed ({parser.Error})";
            }
        }

        if (!parser.HasHeader)
        {
            return "the connection was closed before a whole header came";
        }

        context.Output.WriteLine(Convert.ToHexStringLower(digest.GetHashAndReset()));
        return null;
    }

    private static bool Take(HttpResponseParser parser, ReadOnlySpan<byte> input, IncrementalHash digest, TextWriter? verbose)
    {
        while (!input.IsEmpty && !parser.IsComplete)
        {
            if (!parser.Read(input, out int consumed, out ReadOnlySpan<byte> body))
            {
                return false;
            }

            digest.AppendData(body);
            verbose?.Write(Encoding.Latin1.GetString(input[..consumed]));
            input = input[consumed..];
        }

        return true;
    }
}
