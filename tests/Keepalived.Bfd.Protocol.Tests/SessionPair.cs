namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>Two sessions that hear each other over a wire without delay or loss, in virtual time.</summary>
internal sealed class SessionPair
{
    private readonly Side _left;
    private readonly Side _right;
    private readonly Queue<(Side To, byte[] Bytes, bool IsEcho)> _wire = [];

    public SessionPair(BfdSessionOptions left, BfdSessionOptions? right = null)
    {
        _left = new(this, left, 1);
        _right = new(this, right ?? left, 2);
        _left.Peer = _right;
        _right.Peer = _left;
        Left.Start(Now);
        Right.Start(Now);
        Deliver();
    }

    public MonotonicTime Now { get; private set; } = new(1_000_000_000);

    public BfdSession Left => _left.Session;

    public BfdSession Right => _right.Session;

    public byte[] LastFromLeft { get; private set; } = [];

    /// <summary>False: nothing arrives, either way.</summary>
    public bool IsConnected { get; set; } = true;

    /// <summary>False: control packets arrive, echo packets do not come back.</summary>
    public bool IsEchoReturned { get; set; } = true;

    public void AssertBothUp() => Assert.Equal((BfdState.Up, BfdState.Up), (Left.State, Right.State));

    public void Run(TimeSpan duration)
    {
        MonotonicTime end = Now + duration;
        Deliver();
        while (MonotonicTime.Min(Left.NextDeadline, Right.NextDeadline) is var next && next <= end)
        {
            Now = MonotonicTime.Max(Now, next);
            Side due = Left.NextDeadline <= Right.NextDeadline ? _left : _right;
            due.Session.Advance(Now);
            Deliver();
        }

        Now = end;
    }

    private void Deliver()
    {
        while (_wire.TryDequeue(out (Side To, byte[] Bytes, bool IsEcho) packet))
        {
            if (packet.IsEcho)
            {
                packet.To.Table.ReceiveEcho(packet.Bytes, Now);
            }
            else
            {
                packet.To.Table.Receive(packet.Bytes, "peer", new(255, false), Now);
            }
        }
    }

    private sealed class Side : IBfdSessionEffects
    {
        private readonly SessionPair _pair;

        public Side(SessionPair pair, BfdSessionOptions options, int seed)
        {
            _pair = pair;
            Table = new(new Random(seed), SessionRig.Signer);
            Session = Table.Open("peer", options, this);
        }

        public BfdSessionTable<string> Table { get; }

        public BfdSession Session { get; }

        public Side Peer { get; set; } = null!;

        public void Send(ReadOnlySpan<byte> packet)
        {
            if (this == _pair._left)
            {
                _pair.LastFromLeft = packet.ToArray();
            }

            if (_pair.IsConnected)
            {
                _pair._wire.Enqueue((Peer, packet.ToArray(), false));
            }
        }

        public void SendEcho(ReadOnlySpan<byte> packet)
        {
            if (_pair.IsConnected && _pair.IsEchoReturned)
            {
                _pair._wire.Enqueue((this, packet.ToArray(), true));
            }
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
