using System.Globalization;
using System.Text;
using Keepalived.Checking;

namespace Keepalived.Samples.Redis;

/// <summary>
/// One dialogue: AUTH where there is a password, PING, and INFO replication where role or lag matter. Each step has the time that connecting
/// had. A definition, not this object, holds what is configured, so that nothing here outlives it.
/// </summary>
internal sealed class RedisChecker(RedisCheckDefinition definition) : IChecker
{
    private readonly byte[]? _auth = AuthOf(definition);
    private readonly byte[] _ping = RespCommand.Encode("PING");
    private readonly byte[]? _info = definition.Role != RedisRole.Any || definition.Lag.IsUsed ? RespCommand.Encode("INFO", "replication") : null;
    private readonly RespReader _reader = new();

    /// <inheritdoc/>
    public async ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        ConnectResult connected = await context.Sockets.ConnectAsync(context.Target.EndPoint, SocketBinding.For(context.Options), context.Deadline);
        if (connected.Connection is not { } connection)
        {
            return CheckResult.Down("connect", connected.Outcome, connected.Errno);
        }

        using (connection)
        {
            _reader.Reset();
            if (_auth is not null && await AskAsync(connection, context, "AUTH", _auth, "OK") is { IsUp: false } refused)
            {
                return refused;
            }

            CheckResult pinged = await AskAsync(connection, context, "PING", _ping, "PONG");
            if (!pinged.IsUp || _info is null)
            {
                return pinged;
            }

            CheckResult told = await AskAsync(connection, context, "INFO", _info, expected: null);
            return told.IsUp ? Judge(ReplicationInfo.Of(_reader.Reply)) : told;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static byte[]? AuthOf(RedisCheckDefinition definition) =>
        definition.Password is not { } password ? null
        : definition.UserName is { } user ? RespCommand.Encode("AUTH", user, password) : RespCommand.Encode("AUTH", password);

    private async ValueTask<CheckResult> AskAsync(IStreamConnection connection, CheckContext context, string step, byte[] command, string? expected)
    {
        MonotonicTime deadline = context.Scheduler.Now + context.Options.ConnectTimeout!.Value;
        TransferResult sent = await connection.SendAsync(command, deadline);
        if (sent.Outcome != SocketOutcome.Completed)
        {
            return CheckResult.Down(step, sent.Outcome, sent.Errno);
        }

        while (!_reader.TryTake())
        {
            if (_reader.Problem is { } problem)
            {
                return CheckResult.Down($"{step}: {problem}");
            }

            TransferResult received = await connection.ReceiveAsync(_reader.Room, deadline);
            if (received.Outcome != SocketOutcome.Completed)
            {
                return CheckResult.Down(step, received.Outcome, received.Errno);
            }

            _reader.Add(received.Count);
        }

        bool isExpected = !_reader.IsError && (expected is null ? _reader.IsBulk : _reader.Is(expected));
        return isExpected ? CheckResult.Up() : CheckResult.Down($"{step}: the server says '{_reader.Shown()}'");
    }

    private CheckResult Judge(ReplicationInfo info)
    {
        RedisRole role = info.Role;
        if (definition.Role != RedisRole.Any && role != definition.Role)
        {
            return CheckResult.Down($"it is {NameOf(role)}, not {NameOf(definition.Role)}");
        }

        if (role != RedisRole.Replica || !definition.Lag.IsUsed)
        {
            return CheckResult.Up();
        }

        if (info.Lag is not { } lag)
        {
            return CheckResult.Down("its link to the master is down");
        }

        if (definition.Lag.Limit > TimeSpan.Zero && lag > definition.Lag.Limit)
        {
            return CheckResult.Down(string.Create(CultureInfo.InvariantCulture, $"it is {lag.TotalSeconds} s behind its master, more than {definition.Lag.Limit.TotalSeconds}"));
        }

        int? weight = definition.Lag.WeightOf(lag);
        string? reason = weight is null ? null : string.Create(CultureInfo.InvariantCulture, $"it is {lag.TotalSeconds} s behind its master");
        return CheckResult.Up(reason) with { AddedWeight = weight };
    }

    private static string NameOf(RedisRole role) => role switch
    {
        RedisRole.Master => "a master",
        RedisRole.Replica => "a replica",
        _ => "of no known role",
    };
}

/// <summary>The lines of <c>INFO replication</c> that matter.</summary>
/// <param name="Role">Master or replica; any for what we do not know.</param>
/// <param name="Lag">How long ago a replica heard of its master; null while its link is down.</param>
internal readonly record struct ReplicationInfo(RedisRole Role, TimeSpan? Lag)
{
    /// <summary>Reads the lines <c>name:value</c>.</summary>
    public static ReplicationInfo Of(ReadOnlySpan<byte> lines)
    {
        RedisRole role = RedisRole.Any;
        bool isLinked = false;
        TimeSpan? lag = null;
        foreach (Range range in lines.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = lines[range].TrimEnd((byte)'\r');
            if (line.SequenceEqual("role:master"u8))
            {
                role = RedisRole.Master;
            }
            else if (line.SequenceEqual("role:slave"u8))
            {
                role = RedisRole.Replica;
            }
            else if (line.SequenceEqual("master_link_status:up"u8))
            {
                isLinked = true;
            }
            else if (line.StartsWith("master_last_io_seconds_ago:"u8)
                && int.TryParse(line["master_last_io_seconds_ago:"u8.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
            {
                lag = TimeSpan.FromSeconds(seconds);
            }
        }

        return new(role, isLinked ? lag : null);
    }
}
