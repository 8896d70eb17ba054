using System.Globalization;
using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Bfd;

/// <summary>The block <c>bfd_instance</c>.</summary>
internal static class BfdKeywords
{
    public const string Block = "bfd_instance";
    private const int LongestInterval = 4294967;
    private const int ShortestIdle = 1000;
    private const int SensibleInterval = 10000;
    private const int SensibleMultiplier = 10;
    private const int LargestWeight = 253;
    private const int AnyHops = 255;

    public static void Register(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<BfdDraft> block = root.Block<BfdDraft>(
            new(Block, "NAME { … }", "A BFD session with a neighbour; names have up to 31 characters.") { Process = PluginRoles.All },
            static (r, session) => Open(r, session),
            static (session, _, draft) => session.Get<BfdReading>().Close(session, draft));
        AddAddresses(block);
        AddIntervals(block);
        AddHops(block);
        AddConsumers(block);
        BfdExtensionKeywords.Register(block);
    }

    private static BfdDraft? Open(IKeywordReader reader, IConfigurationSession session)
    {
        string name = reader.Word("name of the session");
        if (name.Length > BfdSessionSettings.LongestName)
        {
            throw reader.Reject($"the name '{name}' has {name.Length} characters: bfd_instance is left out", "write at most 31 characters");
        }

        BfdReading reading = session.Get<BfdReading>();
        return reading.Known.TryAdd(name, reader.Location)
            ? new(name, reader.Location)
            : throw reader.Reject($"bfd_instance {name} is there already: this one is left out", "give it another name", note: new(reading.Known[name], "the first is here"));
    }

    private static void AddAddresses(IKeywordBlock<BfdDraft> block)
    {
        foreach (string name in (ReadOnlySpan<string>)["neighbor_ip", "neighbour_ip"])
        {
            block.Keyword(new(name, "ADDRESS", "Address of the neighbour.") { Process = PluginRoles.Bfd }, static (r, d) =>
            {
                d.NeighborLocation = r.NextLocation;
                d.Settings = d.Settings with { Neighbor = r.Address("neighbour") };
                d.HasNeighbor = true;
            });
        }

        block.Keyword(new("source_ip", "ADDRESS", "Address to send from.") { Process = PluginRoles.Bfd }, static (r, d) =>
            d.Settings = d.Settings with { Source = r.Address("source") });
    }

    private static void AddIntervals(IKeywordBlock<BfdDraft> block)
    {
        block.Keyword(new("min_rx", "MILLISECONDS 1..4294967", "Shortest interval at which packets are welcome.") { Default = "10", Process = PluginRoles.Bfd }, static (r, d) =>
            d.Settings = d.Settings with { MinimumReceive = Interval(r, 1) });
        block.Keyword(new("min_tx", "MILLISECONDS 1..4294967", "Interval at which to send while the session is up.") { Default = "10", Process = PluginRoles.Bfd }, static (r, d) =>
            d.Settings = d.Settings with { MinimumTransmit = Interval(r, 1) });
        block.Keyword(new("idle_tx", "MILLISECONDS 1000..4294967", "Interval at which to send while it is not.") { Default = "1000", Process = PluginRoles.Bfd }, static (r, d) =>
            d.Settings = d.Settings with { IdleTransmit = Interval(r, ShortestIdle) });
        block.Keyword(new("multiplier", "INT 1..255", "Packets that may be missed before the session is down.") { Default = "5", Process = PluginRoles.Bfd }, static (r, d) =>
        {
            int multiplier = (int)r.Integer("multiplier", 1, 255);
            if (multiplier > SensibleMultiplier)
            {
                Mention(r, $"with a multiplier of {multiplier} the loss of the neighbour is noticed late", "10 or less is usual");
            }

            d.Settings = d.Settings with { DetectMultiplier = (byte)multiplier };
        });
        block.Keyword(new("passive", "", "Say nothing until the neighbour speaks.") { Default = "false", Process = PluginRoles.Bfd }, static (r, d) =>
        {
            r.Rest();
            d.Settings = d.Settings with { IsPassive = true };
        });
    }

    private static void AddHops(IKeywordBlock<BfdDraft> block)
    {
        foreach (string name in (ReadOnlySpan<string>)["ttl", "hoplimit"])
        {
            block.Keyword(new(name, "INT 1..255", "TTL or hop limit of packets that are sent; 64 for IPv6 if absent.") { Default = "255", Process = PluginRoles.Bfd }, static (r, d) =>
                d.TimeToLive = (byte)r.Integer("TTL", 1, 255));
        }

        block.Keyword(new("max_hops", "INT -1..255", "Hops that received packets may have taken; -1 and 255 accept any number.") { Default = "0", Process = PluginRoles.Bfd }, static (r, d) =>
        {
            d.LargestHopsLocation = r.NextLocation;
            int hops = (int)r.Integer("number of hops", -1, AnyHops);
            d.Settings = d.Settings with { LargestHops = hops is -1 or AnyHops ? null : (byte)hops };
        });
        block.Keyword(new("multihop", "BOOL?", "The neighbour is beyond routers (RFC 5883): port 4784 instead of 3784.") { Default = "false", Process = PluginRoles.Bfd }, static (r, d) =>
            d.Settings = d.Settings with { IsMultihop = r.OptionalBoolean() });
    }

    private static void AddConsumers(IKeywordBlock<BfdDraft> block)
    {
        block.Keyword(
            new("weight", "INT -253..253 [reverse]", "Weight for VRRP instances that track the session and name none; 0 = its loss is a fault.") { Default = "0", Process = PluginRoles.Vrrp },
            static (r, d) =>
            {
                int weight = (int)r.Integer("weight", -LargestWeight, LargestWeight);
                bool isReversed = r.TryWord(out string word);
                if (isReversed && word != "reverse")
                {
                    throw r.Reject($"'{word}' cannot follow a weight", "write reverse or nothing");
                }

                d.Settings = d.Settings with { Weight = weight, IsReversed = isReversed };
            });
        block.Keyword(new("vrrp", "", "Tell VRRP; without vrrp and checker both are told.") { Process = PluginRoles.Bfd | PluginRoles.Vrrp }, static (_, d) => d.NamesVrrp = true);
        block.Keyword(new("checker", "", "Tell checkers; without vrrp and checker both are told.") { Process = PluginRoles.Bfd | PluginRoles.Checker }, static (_, d) =>
            d.NamesChecker = true);
    }

    /// <summary>Reads milliseconds with up to three decimal places. The contract reads seconds, which have the same form.</summary>
    private static TimeSpan Interval(IKeywordReader reader, int minimum)
    {
        TimeSpan read = reader.Seconds("interval in milliseconds", TimeSpan.FromSeconds(minimum), TimeSpan.FromSeconds(LongestInterval), decimals: 3);
        if (read.TotalSeconds > SensibleInterval)
        {
            Mention(reader, $"{reader.Keyword} {read.TotalSeconds.ToString(CultureInfo.InvariantCulture)} is more than {SensibleInterval} ms", "this is a number of milliseconds");
        }

        return TimeSpan.FromTicks(read.Ticks / 1000);
    }

    /// <summary>Says something that does not change the verdict.</summary>
    private static void Mention(IKeywordReader reader, string message, string remedy) =>
        reader.Session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, reader.Location, message, remedy));
}
