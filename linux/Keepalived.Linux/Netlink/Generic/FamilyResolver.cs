namespace Keepalived.Linux.Netlink.Generic;

/// <summary>A generic netlink family as this kernel numbered it.</summary>
/// <param name="Id">The message type of its messages.</param>
/// <param name="Version">The version the kernel speaks.</param>
public readonly record struct GenericFamily(ushort Id, uint Version);

/// <summary>Asks the generic netlink controller for families. Header: linux/genetlink.h.</summary>
public static class FamilyResolver
{
    /// <summary>Finds a family by name; the kernel loads its module if it can. Waits for the answer.</summary>
    /// <param name="connection">A connection of <see cref="NetlinkFamily.Generic"/>.</param>
    /// <param name="name">The family's name, such as "IPVS".</param>
    /// <param name="remedy">What a person can do when the kernel has none.</param>
    /// <exception cref="NetlinkException">
    /// <see cref="NetlinkFailure.FamilyMissing"/> when the kernel has no such family; otherwise it refused or stayed silent.
    /// </exception>
    public static GenericFamily Resolve(NetlinkConnection connection, string name, string? remedy = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        string operation = $"find the generic netlink family {name}";
        NetlinkWriter request = connection.Begin(GenericAbi.ControllerId);
        request.PutStructure(new GenericAbi.Header { Command = GenericAbi.CommandGetFamily, Version = GenericAbi.ControllerVersion });
        request.PutName(GenericAbi.AttrFamilyName, new KernelName(name));
        try
        {
            return connection.Ask<GenericFamily>(in request, operation, TryRead);
        }
        catch (NetlinkException error) when (error.Failure == NetlinkFailure.Absent)
        {
            throw new NetlinkException(operation, error.Errno, error.KernelText, 0, NetlinkFailure.FamilyMissing, remedy);
        }
    }

    private static bool TryRead(in NetlinkMessage message, out GenericFamily family)
    {
        ushort id = 0;
        uint version = 0;
        AttributeReader reader = message.Attributes(GenericAbi.HeaderLength);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case GenericAbi.AttrFamilyId: id = reader.UInt16(); break;
                case GenericAbi.AttrVersion: version = reader.UInt32(); break;
            }
        }

        family = new GenericFamily(id, version);
        return !reader.Malformed && id != 0;
    }
}
