using System.Text;

namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>A collection would delay packets by milliseconds, so the steady state makes no garbage.</summary>
public sealed class AllocationTests
{
    private const int Rounds = 20_000;

    public static TheoryData<BfdAuthenticationType> Types => [.. Enum.GetValues<BfdAuthenticationType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_session_that_is_up_sends_receives_and_echoes_for_no_bytes(BfdAuthenticationType type)
    {
        BfdSessionOptions options = SessionRig.Options() with
        {
            EchoInterval = TimeSpan.FromMilliseconds(20),
            MinimumEchoReceive = TimeSpan.FromMilliseconds(20),
            Authentication = type == BfdAuthenticationType.None ? null : new()
            {
                Type = type,
                Keys = EquatableArray.Create<BfdKey>([new(1, EquatableArray.Create<byte>(Encoding.ASCII.GetBytes("secret")))]),
                ActiveKey = 1,
            },
        };
        Loop loop = new(options);
        loop.Turn(1000);
        Assert.Equal((BfdState.Up, BfdState.Up), (loop.Left.State, loop.Right.State));
        ulong sent = loop.Left.Statistics.Sent, echoes = loop.Left.Statistics.EchoesReturned;

        long before = GC.GetAllocatedBytesForCurrentThread();
        loop.Turn(Rounds);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, bytes);
        Assert.True(loop.Left.Statistics.Sent > sent + 100);
        Assert.True(loop.Left.Statistics.EchoesReturned > echoes + 1000);
        Assert.Equal((0ul, 0ul), (loop.Left.Statistics.WentDown, loop.Right.Statistics.Dropped.Total));
    }

    [Fact]
    public void A_packet_for_nobody_costs_no_bytes()
    {
        var rig = new SessionRig();
        byte[] packet = [.. Vectors.Named("plain-up").Packet];

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            rig.Table.Receive(packet, "neighbor", new(255, false), rig.Now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((ulong)Rounds, rig.Table.Dropped[BfdDropReason.UnknownDiscriminator]);
    }

    /// <summary>Two sessions wired to each other that allocate nothing themselves.</summary>
    private sealed class Loop
    {
        private readonly Side _left;
        private readonly Side _right;

        public Loop(BfdSessionOptions options)
        {
            _left = new(options, 1);
            _right = new(options, 2);
            Left.Start(Now);
            Right.Start(Now);
        }

        public MonotonicTime Now { get; private set; } = new(1_000_000_000);

        public BfdSession Left => _left.Session;

        public BfdSession Right => _right.Session;

        public void Turn(int turns)
        {
            for (int i = 0; i < turns; i++)
            {
                _left.DeliverTo(_right, Now);
                _right.DeliverTo(_left, Now);
                Now = MonotonicTime.Max(Now, MonotonicTime.Min(Left.NextDeadline, Right.NextDeadline));
                (Left.NextDeadline <= Right.NextDeadline ? Left : Right).Advance(Now);
            }
        }
    }

    private sealed class Side : IBfdSessionEffects
    {
        private readonly byte[] _packet = new byte[64];
        private readonly byte[] _echo = new byte[64];
        private int _length;
        private int _echoLength;

        public Side(BfdSessionOptions options, int seed)
        {
            Table = new(new Random(seed), SessionRig.Signer);
            Session = Table.Open(7, options, this);
        }

        public BfdSessionTable<int> Table { get; }

        public BfdSession Session { get; }

        public void DeliverTo(Side other, MonotonicTime now)
        {
            if (_length > 0)
            {
                other.Table.Receive(_packet.AsSpan(0, _length), 7, new(255, false), now);
                _length = 0;
            }

            if (_echoLength > 0)
            {
                Table.ReceiveEcho(_echo.AsSpan(0, _echoLength), now);
                _echoLength = 0;
            }
        }

        public void Send(ReadOnlySpan<byte> packet)
        {
            packet.CopyTo(_packet);
            _length = packet.Length;
        }

        public void SendEcho(ReadOnlySpan<byte> packet)
        {
            packet.CopyTo(_echo);
            _echoLength = packet.Length;
        }

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
