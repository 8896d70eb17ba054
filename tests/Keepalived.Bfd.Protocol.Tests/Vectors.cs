using System.Globalization;

namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>A packet that vectors/make-vectors.py made, with what it was made of.</summary>
public sealed record PacketVector(string Name, BfdAuthenticationType Type, byte KeyId, byte[] Secret, uint Sequence, BfdControlHeader Header, bool IsDemand, byte[] Packet)
{
    /// <summary>What believes it.</summary>
    public BfdAuthentication Authentication => new()
    {
        Type = Type,
        Keys = EquatableArray.Create<BfdKey>([new(KeyId, EquatableArray.Create<byte>(Secret))]),
        ActiveKey = KeyId,
    };

    public override string ToString() => Name;
}

internal static class Vectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", "packets.tsv")).Where(l => !l.StartsWith('#')).Select(l => Read(l.Split('\t')))];

    public static PacketVector Named(string name) => All.Single(v => v.Name == name);

    private static PacketVector Read(string[] fields) => new(
        fields[0],
        (BfdAuthenticationType)Number(fields[1]),
        (byte)Number(fields[2]),
        Convert.FromHexString(fields[3]),
        Number(fields[4]),
        new()
        {
            Diagnostic = (BfdDiagnostic)Number(fields[5]),
            State = (BfdState)Number(fields[6]),
            IsPoll = fields[7] == "1",
            IsFinal = fields[8] == "1",
            IsAuthenticated = fields[1] != "0",
            DetectMultiplier = (byte)Number(fields[10]),
            MyDiscriminator = Number(fields[11]),
            YourDiscriminator = Number(fields[12]),
            DesiredMinimumTransmit = Number(fields[13]),
            RequiredMinimumReceive = Number(fields[14]),
            RequiredMinimumEchoReceive = Number(fields[15]),
        },
        fields[9] == "1",
        Convert.FromHexString(fields[16]));

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
