using Keepalived.Bfd.Simulation;

namespace Keepalived.Bfd.Protocol.Tests.Simulation;

/// <summary>Mistakes that a core could have, made by whoever stands before it.</summary>
internal static class PlantedMistakes
{
    private const byte PollAndFinalOff = 0xCF;

    /// <summary>The detection time is made with the own multiplier, not the neighbour's (RFC 5880 section 6.8.4).</summary>
    public sealed class OwnMultiplier : SessionInterposer
    {
        public override bool Receives(BfdSession? session, Span<byte> packet)
        {
            // Only where no digest covers it.
            if (session is not null && (packet[1] & 0x04) == 0)
            {
                packet[2] = session.Options.DetectMultiplier;
            }

            return true;
        }
    }

    /// <summary>The interval is not shortened (section 6.8.7).</summary>
    public sealed class JitterLeftOut : SessionInterposer
    {
        public override Random Chance(Random chance) => new Whole(chance);

        private sealed class Whole(Random chance) : Random
        {
            // What jitter asks for is added to 75 % of 4096.
            public override int Next(int maxValue) => 1024;

            public override long NextInt64(long maxValue) => chance.NextInt64(maxValue);

            public override long NextInt64(long minValue, long maxValue) => chance.NextInt64(minValue, maxValue);
        }
    }

    /// <summary>Polls are not answered (section 6.5).</summary>
    public sealed class FinalNotSent : SessionInterposer
    {
        public override bool Sends(BfdSession session, ReadOnlySpan<byte> packet) => (packet[1] & 0x10) == 0;
    }

    /// <summary>What waits unread when the timer is noticed does not count.</summary>
    public sealed class NoSecondLook : SessionInterposer
    {
        public override void Advance(BfdSession session, MonotonicTime now)
        {
            session.Advance(now);
            session.Advance(now);
        }
    }

    /// <summary>A neighbour that says AdminDown is taken for one that says nothing (section 6.8.6).</summary>
    public sealed class AdminDownIgnored : SessionInterposer
    {
        public override bool Receives(BfdSession? session, Span<byte> packet) => packet[1] >> 6 != (int)BfdState.AdminDown;
    }

    /// <summary>A packet that says the same as the last one is not taken for a sign of life (section 6.8.4).</summary>
    public sealed class SamePacketIgnored : SessionInterposer
    {
        private readonly Dictionary<BfdSession, byte[]> _last = [];

        public override bool Receives(BfdSession? session, Span<byte> packet)
        {
            byte[] news = [.. packet];
            news[1] &= PollAndFinalOff;
            bool isSame = session is not null && _last.TryGetValue(session, out byte[]? last) && news.AsSpan().SequenceEqual(last);
            if (session is not null)
            {
                _last[session] = news;
            }

            return !isSame;
        }
    }

    /// <summary>Faster packets are asked for, and slower ones are waited for (section 6.8.2: the neighbour's minimum is not looked at).</summary>
    public sealed class NeighborsMinimumIgnored : SessionInterposer
    {
        public override bool Receives(BfdSession? session, Span<byte> packet)
        {
            if ((packet[1] & 0x04) == 0)
            {
                packet.Slice(16, 3).Clear();
                packet[19] = 1;
            }

            return true;
        }
    }
}
