using Keepalived.Configuration;

namespace Keepalived.Ipvs;

/// <summary>The keywords inside <c>virtual_server/real_server</c>, apart from the checkers, which are plugins of their own.</summary>
internal static class RealServerKeywords
{
    public static void Register(IKeywordBlock<VirtualServerBuilder> parent)
    {
        IKeywordBlock<RealServerBuilder> block = parent.Block<RealServerBuilder>(
            new("real_server", "ADDRESS [PORT] { … }", "A server of the pool."),
            static (r, virtualServer) =>
            {
                var (address, port) = SharedKeywords.ReadServer(r, "real server");

                // keepalived hands on what the virtual server has said so far: a later lvs_method is for later servers.
                return new(address, port, virtualServer.Forwarding, r.Location);
            },
            static (session, virtualServer, server) => virtualServer.RealServers.Add(server.Close(session.Get<IpvsReading>().Values)));
        block.Keyword(new("weight", "INT 0..2147483647", "Share of the load; the virtual server's setting if absent.") { Default = "1" }, (r, b) =>
            b.Weight = (int)r.Integer("weight", 0, int.MaxValue));
        block.Keyword(new("lvs_method", SharedKeywords.MethodArguments, "How packets reach the server; the virtual server's setting if absent.") { Default = "NAT" }, (r, b) =>
            b.Forwarding = SharedKeywords.ReadMethod(r));
        block.Keyword(new("uthreshold", "INT 0..4294967295", "Connections from which no new ones are given; 0 is no limit.") { Default = "0" }, (r, b) =>
            b.UpperThreshold = (uint)r.Integer("limit", 0, uint.MaxValue));
        block.Keyword(new("lthreshold", "INT 0..4294967295", "Connections under which new ones are given again; 0 leaves that to the kernel.") { Default = "0" }, (r, b) =>
            b.LowerThreshold = (uint)r.Integer("limit", 0, uint.MaxValue));
        block.Keyword(new("inhibit_on_failure", "BOOL?", "Set the weight to 0 instead of removing the server; the virtual server's setting if absent.") { Default = "false" }, (r, b) =>
            b.InhibitOnFailure = r.OptionalBoolean());
        block.Keyword(new("alpha", "BOOL?", "Start as down; the first good probe raises the server; the virtual server's setting if absent.") { Default = "false" }, (r, b) =>
            b.Defaults = b.Defaults with { Alpha = r.OptionalBoolean() });
        block.Keyword(new("notify_up", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Script to run when the server comes up."), (r, b) =>
            b.NotifyUp = SharedKeywords.ReadCommand(r, b.NotifyUp));
        block.Keyword(new("notify_down", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Script to run when the server goes down."), (r, b) =>
            b.NotifyDown = SharedKeywords.ReadCommand(r, b.NotifyDown));
        SharedKeywords.AddCheckDefaults(block);
    }
}
