using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>
/// Changed packets of every kind through the whole way of a received one: decoder, session table, authentication, state machine, echo.
/// Nothing may throw or allocate; what is accepted must keep the rules of RFC 5880 section 6.8.6, reckoned here a second time from the
/// bytes, and where a digest stands behind it, be what was signed. <c>eng/fuzz-packets</c> runs ten million of them.
/// </summary>
public sealed class DecoderFuzzTests
{
    private const int Usual = 250_000;
    private const int Longest = 96;

    private static readonly int Packets =
        int.Parse(Environment.GetEnvironmentVariable("KEEPALIVED_FUZZ_PACKETS") ?? $"{Usual}", CultureInfo.InvariantCulture);

    private static readonly int Seed =
        int.Parse(Environment.GetEnvironmentVariable("KEEPALIVED_FUZZ_SEED") ?? "5880", CultureInfo.InvariantCulture);

    [Fact]
    public void Changed_packets_never_throw_nor_allocate_and_only_right_ones_are_believed()
    {
        Random random = new(Seed);
        Target[] targets = [.. Enum.GetValues<BfdAuthenticationType>().Select(type => new Target(type, random.Next()))];
        byte[] buffer = new byte[Longest];
        byte[] original = new byte[Longest];
        int[] accepted = new int[targets.Length];
        (int echoesAccepted, int changedAndAccepted) = (0, 0);
        MonotonicTime now = new(1_000_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Packets; i++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(20));
            Target target = targets[i % targets.Length];
            target.Wake(now);
            bool isEcho = random.Next(8) == 0;
            int length = isEcho ? target.WriteEcho(original) : target.WritePacket(original, random);
            ReadOnlySpan<byte> right = original.AsSpan(0, length);
            Span<byte> packet = Change(right, buffer, random);
            bool isAccepted = isEcho ? target.HearEcho(packet, now) : target.Hear(packet, now);
            if (isAccepted && (isEcho ? WhyWrongEcho(packet, right) : WhyWrong(packet, right, target.Type)) is { } wrong)
            {
                Assert.Fail($"{wrong}\npacket {i} of seed {Seed}: {Convert.ToHexString(packet)}");
            }

            echoesAccepted += isAccepted && isEcho ? 1 : 0;
            accepted[i % targets.Length] += isAccepted && !isEcho ? 1 : 0;
            changedAndAccepted += isAccepted && !packet.SequenceEqual(right) ? 1 : 0;
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        // The histories grow to their bound, and no more.
        Assert.InRange(bytes, 0, 128 * 1024);
        Assert.All(accepted, count => Assert.InRange(count, Packets / targets.Length / 50, Packets / targets.Length));
        Assert.InRange(changedAndAccepted, 1, Packets / 2);
        Assert.InRange(echoesAccepted, 1, Packets / 4);
        Assert.All(targets, target => Assert.True(target.Session.Statistics.WentUp > 10));
    }

    // Mostly right, so that the deeper checks are reached: up to three bytes changed, now and then cut, lengthened, or noise altogether.
    private static Span<byte> Change(ReadOnlySpan<byte> right, byte[] buffer, Random random)
    {
        int kind = random.Next(16);
        if (kind == 0)
        {
            random.NextBytes(buffer);
            return buffer.AsSpan(0, random.Next(buffer.Length));
        }

        buffer.AsSpan().Clear();
        right.CopyTo(buffer);
        int length = kind < 3 ? random.Next(buffer.Length) : right.Length;
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            buffer[random.Next(right.Length)] = (byte)random.Next(256);
        }

        return buffer.AsSpan(0, length);
    }

    private static string? WhyWrong(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> right, BfdAuthenticationType type)
    {
        if (payload.Length < 24 || payload[3] > payload.Length || payload[3] < 24)
        {
            return "too short";
        }

        ReadOnlySpan<byte> packet = payload[..payload[3]];
        int state = packet[1] >> 6;
        uint yours = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        string? wrong = packet[0] >> 5 != 1 ? "another version"
            : packet[2] == 0 ? "no multiplier"
            : (packet[1] & 0x01) != 0 ? "multipoint"
            : (packet[1] & 0x30) == 0x30 ? "poll and final"
            : BinaryPrimitives.ReadUInt32BigEndian(packet[4..]) == 0 ? "no discriminator"
            : yours == 0 && state >= 2 ? "hears us without knowing us"
            : (packet[1] & 0x04) != 0 != (type != BfdAuthenticationType.None) ? "authenticated, or not"
            : null;
        return wrong ?? type switch
        {
            BfdAuthenticationType.None => null,
            BfdAuthenticationType.SimplePassword => packet[24..].SequenceEqual(right[24..]) ? null : "another password",
            _ => packet.SequenceEqual(right) ? null : "another packet than was signed",
        };
    }

    private static string? WhyWrongEcho(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> right) =>
        packet.SequenceEqual(right) ? null : "another echo than was sent";

    /// <summary>A session that receives, a writer that knows its secrets, and the echo packet it sent last.</summary>
    private sealed class Target : IBfdSessionEffects
    {
        private readonly BfdSessionTable<int> _table;
        private readonly BfdAuthenticator? _writer;
        private readonly byte[] _echo = new byte[BfdEchoSigner.PacketLength];

        public Target(BfdAuthenticationType type, int seed)
        {
            Type = type;
            BfdAuthentication? settings = type == BfdAuthenticationType.None ? null : new()
            {
                Type = type,
                Keys = EquatableArray.Create<BfdKey>([new(1, EquatableArray.Create<byte>(Encoding.ASCII.GetBytes("secret")))]),
                ActiveKey = 1,
            };
            _table = new(new Random(seed), SessionRig.Signer);
            _writer = BfdAuthenticator.For(settings, new Random(seed), null);
            Session = _table.Open(1, SessionRig.Options() with { Authentication = settings, EchoInterval = TimeSpan.FromMilliseconds(50) }, this);
            Session.Start(new(1_000_000_000));
        }

        public BfdAuthenticationType Type { get; }

        public BfdSession Session { get; }

        public void Wake(MonotonicTime now)
        {
            for (int looks = 0; Session.NextDeadline <= now && looks < 4; looks++)
            {
                Session.Advance(now);
            }
        }

        public int WritePacket(byte[] buffer, Random random)
        {
            int length = BfdControlPacket.HeaderLength + (_writer?.SectionLength ?? 0);
            Span<byte> packet = buffer.AsSpan(0, length);
            new BfdControlHeader
            {
                // Mostly what brings a session up and keeps it there.
                State = random.Next(8) == 0 ? (BfdState)random.Next(4) : Session.State == BfdState.Down ? BfdState.Down : BfdState.Up,
                IsPoll = random.Next(8) == 0,
                IsAuthenticated = _writer is not null,
                DetectMultiplier = 3,
                MyDiscriminator = SessionRig.NeighborDiscriminator,
                YourDiscriminator = Session.LocalDiscriminator,
                DesiredMinimumTransmit = 200_000,
                RequiredMinimumReceive = 50_000,
                RequiredMinimumEchoReceive = 50_000,
            }.Write(packet);
            _writer?.Seal(packet, isNew: false);
            return length;
        }

        public int WriteEcho(byte[] buffer)
        {
            _echo.CopyTo(buffer, 0);
            return _echo.Length;
        }

        public bool Hear(ReadOnlySpan<byte> packet, MonotonicTime now) => _table.Receive(packet, 1, new(255, false), now).IsAccepted;

        public bool HearEcho(ReadOnlySpan<byte> packet, MonotonicTime now) => _table.ReceiveEcho(packet, now).IsAccepted;

        public void Send(ReadOnlySpan<byte> packet)
        {
            // What we send ourselves must be readable by the same rules.
            if (BfdControlPacket.Read(packet, out _) != BfdDropReason.None)
            {
                throw new InvalidOperationException("A packet of ours is not one.");
            }
        }

        public void SendEcho(ReadOnlySpan<byte> packet) => packet.CopyTo(_echo);

        public void SetDeadline(MonotonicTime? deadline)
        {
        }

        public void StateChanged(BfdState previous, BfdState current, in BfdCause cause)
        {
        }

        public void Report(in BfdReport report)
        {
        }

        public bool TryReopenPath() => false;
    }
}
