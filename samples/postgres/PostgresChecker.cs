using System.Text;
using Keepalived.Checking;

namespace Keepalived.Samples.Postgres;

/// <summary>
/// One dialogue: start-up, proof of the password, the question for the role, the operator's query, good-bye. Each step has the time that
/// connecting had.
/// </summary>
internal sealed class PostgresChecker(PostgresCheckDefinition definition) : IChecker
{
    private readonly byte[] _startUp = FrontendMessage.StartUp(definition.User, definition.Database);
    private readonly byte[] _askRole = FrontendMessage.Query("SELECT pg_is_in_recovery()");
    private readonly byte[]? _query = definition.Query is { } query ? FrontendMessage.Query(query) : null;
    private readonly BackendReader _reader = new();
    private readonly Authentication _authentication = new(definition.User, definition.Password);

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
            CheckResult result = await LogInAsync(connection, context);
            if (result.IsUp && definition.Role != PostgresRole.Any)
            {
                result = await JudgeRoleAsync(connection, context);
            }

            if (result.IsUp && _query is not null)
            {
                result = await JudgeQueryAsync(connection, context);
            }

            if (result.IsUp)
            {
                // So that the server's log does not speak of a client that vanished; nobody waits for it.
                await connection.SendAsync(FrontendMessage.Terminate, DeadlineOf(context));
            }

            return result;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static MonotonicTime DeadlineOf(CheckContext context) => context.Scheduler.Now + context.Options.ConnectTimeout!.Value;

    private async ValueTask<CheckResult> LogInAsync(IStreamConnection connection, CheckContext context)
    {
        const string Step = "log in";
        MonotonicTime deadline = DeadlineOf(context);
        _authentication.Begin();
        CheckResult sent = await SendAsync(connection, Step, _startUp, deadline);
        while (sent.IsUp)
        {
            if (await ReadAsync(connection, Step, deadline) is { IsUp: false } failed)
            {
                return failed;
            }

            switch (_reader.Type)
            {
                case BackendReader.Authentication:
                    byte[]? answer = _authentication.Answer(_reader.Body, out string? problem);
                    if (problem is not null)
                    {
                        return CheckResult.Down($"{Step}: {problem}");
                    }

                    sent = answer is null ? sent : await SendAsync(connection, Step, answer, deadline);
                    break;
                case BackendReader.ReadyForQuery:
                    return _authentication.IsDone ? CheckResult.Up() : CheckResult.Down($"{Step}: the server did not prove that it knows the password");
            }
        }

        return sent;
    }

    private async ValueTask<CheckResult> JudgeRoleAsync(IStreamConnection connection, CheckContext context)
    {
        (CheckResult result, string? value) = await AskAsync(connection, context, "role", _askRole);
        if (!result.IsUp)
        {
            return result;
        }

        PostgresRole role = value == "t" ? PostgresRole.Standby : PostgresRole.Primary;
        return role == definition.Role ? result : CheckResult.Down($"it is a {NameOf(role)}, not a {NameOf(definition.Role)}");
    }

    private async ValueTask<CheckResult> JudgeQueryAsync(IStreamConnection connection, CheckContext context)
    {
        (CheckResult result, string? value) = await AskAsync(connection, context, "query", _query!);
        return !result.IsUp ? result
            : value is null ? CheckResult.Down("query: it gives no row or null")
            : value is "f" or "0" ? CheckResult.Down($"query: it gives {value}")
            : result;
    }

    /// <summary>Runs a query and gives the first value of its first row.</summary>
    private async ValueTask<(CheckResult Result, string? Value)> AskAsync(IStreamConnection connection, CheckContext context, string step, byte[] query)
    {
        MonotonicTime deadline = DeadlineOf(context);
        string? value = null;
        bool hasRow = false;
        CheckResult result = await SendAsync(connection, step, query, deadline);
        while (result.IsUp)
        {
            result = await ReadAsync(connection, step, deadline);
            if (result.IsUp && _reader.Type == BackendReader.DataRow && !hasRow)
            {
                hasRow = true;
                value = _reader.FirstValue();
            }
            else if (result.IsUp && _reader.Type == BackendReader.ReadyForQuery)
            {
                break;
            }
        }

        return (result, value);
    }

    private static async ValueTask<CheckResult> SendAsync(IStreamConnection connection, string step, byte[] message, MonotonicTime deadline)
    {
        TransferResult sent = await connection.SendAsync(message, deadline);
        return sent.Outcome == SocketOutcome.Completed ? CheckResult.Up() : CheckResult.Down(step, sent.Outcome, sent.Errno);
    }

    /// <summary>Reads the next message; an error of the server is a failure.</summary>
    private async ValueTask<CheckResult> ReadAsync(IStreamConnection connection, string step, MonotonicTime deadline)
    {
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

        return _reader.Type == BackendReader.Error ? CheckResult.Down($"{step}: {_reader.ErrorText()}") : CheckResult.Up();
    }

    private static string NameOf(PostgresRole role) => role == PostgresRole.Standby ? "standby" : "primary";
}

/// <summary>Messages to the server.</summary>
internal static class FrontendMessage
{
    private const int Protocol30 = 196608;

    /// <summary>Terminate.</summary>
    public static byte[] Terminate { get; } = Message('X', []);

    /// <summary>StartupMessage: the one without a type.</summary>
    public static byte[] StartUp(string user, string database)
    {
        byte[] parameters = Encoding.UTF8.GetBytes($"user\0{user}\0database\0{database}\0application_name\0keepalived\0\0");
        byte[] message = new byte[8 + parameters.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), Protocol30);
        parameters.CopyTo(message, 8);
        return message;
    }

    /// <summary>Query, by the simple protocol.</summary>
    public static byte[] Query(string sql) => Message('Q', Encoding.UTF8.GetBytes(sql + "\0"));

    /// <summary>PasswordMessage, SASLInitialResponse, SASLResponse: all have this type.</summary>
    public static byte[] Password(ReadOnlySpan<byte> body) => Message('p', body);

    private static byte[] Message(char type, ReadOnlySpan<byte> body)
    {
        byte[] message = new byte[5 + body.Length];
        message[0] = (byte)type;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message.AsSpan(5));
        return message;
    }
}
