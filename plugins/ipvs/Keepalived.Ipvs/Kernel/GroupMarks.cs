using System.Buffers.Binary;
using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Netfilter;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>
/// <c>nftables_ipvs</c>: gives each virtual server of a group a mark and has nftables put it on packets for the group's addresses, so that
/// IPVS needs one service by mark in place of one for each address. Groups that have marks of their own keep their services, as with
/// keepalived. Marks stay what they are over a reload; the tables are changed by the difference alone. Made only when
/// configured. Loop thread; a batch is carried out inside its send, which waits for nothing.
/// </summary>
internal sealed class GroupMarks(NftablesSettings settings, bool counts, Func<INetlinkTransport> open, ILogger logger)
{
    // A send buffer of the system's size takes it at once.
    private const int BatchSize = 500;

    private readonly Dictionary<ServiceAddress, uint> _marks = [];
    private readonly HashSet<MarkMap> _maps = [];
    private readonly HashSet<ServiceAddress> _told = [];
    private readonly Dictionary<MarkArea, uint> _areas = [];
    private EquatableArray<VirtualServerDefinition>? _inLine;
    private INetlinkTransport? _transport;

    /// <summary>Brings nftables to a configuration.</summary>
    /// <returns>The configuration with the marks; as it was when there is no nftables, so that its groups are served nevertheless.</returns>
    public IpvsConfiguration Apply(IpvsConfiguration configuration)
    {
        IpvsConfiguration marked = Allocate(configuration);
        if (_inLine is { } last && last == marked.VirtualServers)
        {
            return marked;
        }

        bool isInLine = BringTo(AreasOf(marked));
        _inLine = isInLine ? marked.VirtualServers : null;
        return isInLine || _maps.Count > 0 ? marked : configuration;
    }

    /// <summary>Deletes the tables, unless they shall stay.</summary>
    public void Stop(bool keepTables)
    {
        var batch = new NftablesBatch();
        foreach (NftablesFamily family in _maps.Select(static map => map.Family).Distinct())
        {
            batch.DeleteTable(family, settings.Table!);
        }

        if (!keepTables && batch.Count > 0)
        {
            Send(batch);
        }

        _transport?.Dispose();
        _transport = null;
    }

    private IpvsConfiguration Allocate(IpvsConfiguration configuration)
    {
        VirtualServerDefinition[] servers = [.. configuration.VirtualServers];
        HashSet<ServiceAddress> present = [.. servers.Where(CanBeMarked).Select(static server => server.Address)];
        foreach (ServiceAddress gone in _marks.Keys.Where(address => !present.Contains(address)).ToArray())
        {
            _marks.Remove(gone);
            _told.Remove(gone);
        }

        // What the file says itself must not be given away a second time.
        HashSet<uint> taken = [.. _marks.Values, .. servers.Select(static server => server.Address.FirewallMark),
            .. servers.SelectMany(static server => server.Entries).Select(static entry => entry.FirewallMark)];
        uint next = settings.FirstMark;
        for (int i = 0; i < servers.Length; i++)
        {
            if (!CanBeMarked(servers[i]))
            {
                continue;
            }

            if (!_marks.TryGetValue(servers[i].Address, out uint mark))
            {
                while (next == 0 || !taken.Add(next))
                {
                    next = unchecked(next + 1);
                }

                mark = next;
                _marks.Add(servers[i].Address, mark);
            }

            servers[i] = servers[i] with { GroupMark = mark };
        }

        return configuration with { VirtualServers = servers.ToEquatableArray() };
    }

    private static bool CanBeMarked(VirtualServerDefinition server) => server.Address.IsGroup && server.Entries.All(static entry => !entry.IsMark);

    /// <summary>What is to be in the maps. Ranges may not overlap: a port goes before all ports, then the first in the file has it.</summary>
    private Dictionary<MarkArea, uint> AreasOf(IpvsConfiguration configuration)
    {
        var areas = new Dictionary<MarkArea, uint>();
        foreach (bool takesAllPorts in (bool[])[false, true])
        {
            foreach (VirtualServerDefinition server in configuration.VirtualServers)
            {
                if (server.GroupMark == 0)
                {
                    continue;
                }

                foreach (GroupEntry entry in server.Entries)
                {
                    if (entry.Port == 0 == takesAllPorts)
                    {
                        Add(areas, AreaOf(entry, server), server);
                    }
                }
            }
        }

        return areas;
    }

    private void Add(Dictionary<MarkArea, uint> areas, MarkArea area, VirtualServerDefinition server)
    {
        List<MarkArea> pieces = [area];
        foreach ((MarkArea other, uint mark) in areas)
        {
            if (!OverlapsAny(in other, pieces))
            {
                continue;
            }

            pieces = Cut(pieces, in other);
            if (mark != server.GroupMark && _told.Add(server.Address))
            {
                logger.MarkShared(server.Address.ToString());
            }
        }

        foreach (MarkArea piece in pieces)
        {
            areas.Add(piece, server.GroupMark);
        }
    }

    private static bool OverlapsAny(in MarkArea area, List<MarkArea> pieces)
    {
        foreach (MarkArea piece in pieces)
        {
            if (piece.Overlaps(in area))
            {
                return true;
            }
        }

        return false;
    }

    private static List<MarkArea> Cut(List<MarkArea> pieces, in MarkArea area)
    {
        List<MarkArea> rest = [];
        foreach (MarkArea piece in pieces)
        {
            if (piece.Overlaps(in area))
            {
                piece.Without(in area, rest);
            }
            else
            {
                rest.Add(piece);
            }
        }

        return rest;
    }

    private static MarkArea AreaOf(GroupEntry entry, VirtualServerDefinition server)
    {
        byte[] octets = entry.First!.GetAddressBytes();
        UInt128 first = octets.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt128BigEndian(octets);
        NftablesFamily family = entry.Family == AddressFamily.InterNetworkV6 ? NftablesFamily.IPv6 : NftablesFamily.IPv4;
        return new(new(family, server.Address.Protocol), first, first + entry.More, (ushort)entry.Port, entry.Port == 0 ? ushort.MaxValue : (ushort)entry.Port);
    }

    private void AddStructure(NftablesBatch batch, MarkMap[] missing)
    {
        foreach (NftablesFamily family in missing.Select(static map => map.Family).Distinct())
        {
            if (!_maps.Any(map => map.Family == family))
            {
                // A table that an earlier life left goes first; deleting what is not there would fail.
                batch.AddTable(family, settings.Table!);
                batch.DeleteTable(family, settings.Table!);
                batch.AddTable(family, settings.Table!);
                MarkMap.AddChain(batch, family, settings);
            }
        }

        foreach (MarkMap map in missing)
        {
            map.Add(batch, settings.Table!, counts);
        }
    }

    /// <summary>Changes the tables by the difference: what goes before what comes, since ranges may not overlap at any time.</summary>
    private bool BringTo(Dictionary<MarkArea, uint> wanted)
    {
        MarkMap[] missing = [.. wanted.Keys.Select(static area => area.Map).Distinct().Where(map => !_maps.Contains(map))];
        List<(MarkArea Area, uint Mark, bool IsAdd)> changes =
        [
            .. _areas.Except(wanted).Select(static pair => (pair.Key, pair.Value, false)),
            .. wanted.Except(_areas).Select(static pair => (pair.Key, pair.Value, true)),
        ];
        var batch = new NftablesBatch();
        AddStructure(batch, missing);
        for (int sent = 0; sent < changes.Count; sent += BatchSize)
        {
            List<(MarkArea Area, uint Mark, bool IsAdd)> part = changes[sent..Math.Min(sent + BatchSize, changes.Count)];
            foreach ((MarkArea area, uint mark, bool isAdd) in part)
            {
                Change(batch, area, mark, isAdd);
            }

            if (!Send(batch))
            {
                return false;
            }

            _maps.UnionWith(missing);
            Remember(part);
            batch = new NftablesBatch();
        }

        return true;
    }

    private void Remember(List<(MarkArea Area, uint Mark, bool IsAdd)> changes)
    {
        foreach ((MarkArea area, uint mark, bool isAdd) in changes)
        {
            if (isAdd)
            {
                _areas.Add(area, mark);
            }
            else
            {
                _areas.Remove(area);
            }
        }
    }

    private void Change(NftablesBatch batch, MarkArea area, uint mark, bool isAdd)
    {
        Span<byte> first = stackalloc byte[MarkArea.LongestKey];
        Span<byte> last = stackalloc byte[MarkArea.LongestKey];
        batch.ChangeRange(area.Map.Family, settings.Table!, area.Map.Name, isAdd, area.WriteKey(first, isLast: false), area.WriteKey(last, isLast: true), BitConverter.GetBytes(mark));
    }

    private bool Send(NftablesBatch batch)
    {
        try
        {
            _transport ??= open();
            batch.Send(_transport);
            return true;
        }
        catch (LinuxException exception)
        {
            logger.MarksRefused(exception.Message, _maps.Count == 0 ? "Each address of a group is a service of its own" : "What was not changed is tried again by the next reload");
            return false;
        }
    }
}
