using Keepalived.Configuration;
using Keepalived.Scripts;

namespace Keepalived.Notify;

/// <summary>The plugin's keywords in <c>global_defs</c>.</summary>
internal static class NotifyKeywords
{
    public const string Names =
        "notify_fifo notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script fifo_write_vrrp_states_on_reload log_event_limit";

    public static void Register(IKeywordBlock<IConfigurationSession> block)
    {
        AddFifo(block, "notify_fifo", FifoKind.Common, "every event");
        AddFifo(block, "vrrp_notify_fifo", FifoKind.Vrrp, "VRRP events");
        AddFifo(block, "lvs_notify_fifo", FifoKind.Lvs, "events of virtual and real servers");
        block.Keyword(
            new("fifo_write_vrrp_states_on_reload", "", "Write all VRRP states to the FIFOs after a reload.") { Default = "off" },
            (_, session) => session.Get<NotifyDraft>().WritesStatesOnReload = true);
        block.Keyword(
            new("log_event_limit", "COUNT 0..1000000 [SECONDS 1..86400]", "Most log lines about one kind of event of one object in that time; the rest is counted. 0 = no limit.") { Default = "10 60" },
            (reader, session) =>
            {
                int most = (int)reader.Integer("number of lines", 0, 1_000_000);
                session.Get<NotifyDraft>().Log = new(most, reader.AtEnd ? EventLogSettings.Default.Window : TimeSpan.FromSeconds(reader.Integer("time in seconds", 1, 86_400)));
            });
    }

    private static void AddFifo(IKeywordBlock<IConfigurationSession> block, string name, FifoKind kind, string what)
    {
        block.Keyword(new(name, "PATH [USER [[:]GROUP]]", $"FIFO that {what} are written to."), (reader, session) =>
        {
            reader.RefuseSecond(session.Get<NotifyDraft>().Fifo(kind).HasPath);
            SourceLocation location = reader.Location;
            string path = reader.Word("path of the FIFO");
            session.Get<NotifyDraft>().Fifo(kind).Set(path, UserOf(reader), location);
        });
        block.Keyword(new(name + "_script", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Program that reads the FIFO; gets its path as last argument."), (reader, session) =>
        {
            reader.RefuseSecond(session.Get<NotifyDraft>().Fifo(kind).HasScript);
            SourceLocation location = reader.NextLocation;
            IReadOnlyList<string> words = reader.Command("script");
            var command = new ScriptCommand(words[0], [.. words.Skip(1)], UserOf(reader));
            session.Get<NotifyDraft>().Fifo(kind).SetScript(command, location);
        });
    }

    private static ScriptUser? UserOf(IKeywordReader reader) => reader.AtEnd ? null : reader.Session.Scripts.ResolveUser(reader);
}
