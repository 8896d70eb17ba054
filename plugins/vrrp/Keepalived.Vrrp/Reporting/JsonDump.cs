using System.Globalization;
using System.Text;
using Keepalived.Scripts;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Reporting;

/// <summary>
/// The JSON dump: keys, their order, number forms and the escaped slash as keepalived has them. One line without its end.
/// </summary>
internal sealed class JsonDump
{
    private readonly StringBuilder _text = new();
    private bool _needsComma;

    /// <param name="writer">Where it goes.</param>
    /// <param name="instances">What runs.</param>
    /// <param name="version">1 or 2.</param>
    /// <param name="processes">What processes are counted; only version 2 has them.</param>
    public static void Write(TextWriter writer, IReadOnlyList<RunningInstance> instances, int version, IReadOnlyCollection<FollowedProcess>? processes = null)
    {
        if (instances.Count == 0)
        {
            return;
        }

        JsonDump dump = new();
        if (version == 2)
        {
            dump.Open('{');
            dump.Key("vrrp");
        }

        dump.Open('[');
        foreach (RunningInstance instance in instances)
        {
            dump.WriteInstance(instance);
        }

        dump.Close(']');
        if (version == 2)
        {
            dump.Key("track_process");
            dump.Open('[');
            foreach (FollowedProcess process in processes ?? [])
            {
                dump.WriteProcess(process);
            }

            dump.Close(']');
            dump.Close('}');
        }

        writer.Write(dump._text);
    }

    private void WriteInstance(RunningInstance instance)
    {
        Open('{');
        Key("data");
        Open('{');
        WriteSettings(instance);
        WriteState(instance);
        WriteScripts(instance.Settings.Notify);
        WriteAddresses(instance);
        Close('}');
        Key("stats");
        Open('{');
        WriteStatistics(instance.Router.Statistics);
        Close('}');
        Close('}');
    }

    private void WriteSettings(RunningInstance instance)
    {
        InstanceSettings settings = instance.Settings;
        AnnouncementParameters announcements = settings.Announcements;
        Text("iname", settings.Name);
        Number("dont_track_primary", settings.TracksInterface ? 0 : 1);
        Number("skip_check_adv_addr", settings.SkipsAddressCheck ? 1 : 0);
        Number("strict_mode", settings.Strict ? 1 : 0);
        Text("vmac_ifname", "");
        Text("ifp_ifname", settings.Interface ?? "");
        Number("master_priority", instance.Router.LastMasterPriority);
        Raw("last_transition", UnixSeconds(instance.LastTransition));
        Number("garp_delay", (long)announcements.MasterDelay.TotalSeconds);
        Number("garp_refresh", (long)announcements.MasterRefresh.TotalSeconds);
        Number("garp_rep", announcements.MasterRepeat);
        Number("garp_refresh_rep", announcements.MasterRefreshRepeat);
        Number("garp_lower_prio_delay", (long)announcements.LowerPriorityDelay.TotalSeconds);
        Number("garp_lower_prio_rep", announcements.LowerPriorityRepeat);
        Number("lower_prio_no_advert", settings.SilentToLowerPriority ? 1 : 0);
        Number("higher_prio_send_advert", settings.AdvertisesBeforeYielding ? 1 : 0);
        Number("vrid", settings.VirtualRouterId);
        Number("base_priority", settings.Priority);
    }

    private void WriteState(RunningInstance instance)
    {
        InstanceSettings settings = instance.Settings;
        Number("effective_priority", instance.Router.EffectivePriority);
        Boolean("vipset", instance.Addresses.AreWanted);
        Boolean("promote_secondaries", settings.PromotesSecondaries);
        Seconds("adver_int", settings.AdvertisementInterval);
        Seconds("master_adver_int", instance.Router.MasterInterval);
        Number("accept", settings.Accepts ? 1 : 0);
        Boolean("nopreempt", !settings.Preempts);
        Seconds("preempt_delay", settings.PreemptDelay);
        Number("state", (int)instance.Router.State);
        Number("wantstate", (int)InstanceText.WantedState(instance));
        Number("version", (int)settings.Version);
        Boolean("smtp_alert", settings.SmtpAlert);
        Boolean("notify_deleted", settings.Notify.SaysDeleted);
    }

    private void WriteScripts(NotifyScripts scripts)
    {
        Script("script_backup", scripts.Backup);
        Script("script_master", scripts.Master);
        Script("script_fault", scripts.Fault);
        Script("script_stop", scripts.Stop);
        Script("script_deleted", scripts.Deleted);
        Script("script", scripts.Any);
        Script("script_master_rx_lower_pri", scripts.LowerPriority);
    }

    private void WriteAddresses(RunningInstance instance)
    {
        int counted = instance.Settings.Addresses.Count;
        Addresses("vips", instance, 0, counted);
        Addresses("evips", instance, counted, instance.Addresses.All.Count);
        Array("vroutes", instance.Settings.Routes, RoutingText.Describe);
        Array("vrules", instance.Settings.Rules, RoutingText.Describe);
        TrackingSettings tracking = instance.Settings.Tracking;
        Array("track_ifp", tracking.Interfaces, link => link.Interface);
        Array("track_script", tracking.Scripts, script => CommandText.Quote(script.Tracker.Command));
        Array("track_process", tracking.Processes, process => process.Tracker.Name);
        Number("auth_type", instance.Settings.Password is null ? 0 : instance.Settings.UsesAuthenticationHeader ? 2 : 1);
        if (instance.Settings.Password is not null)
        {
            Text("auth_data", "********");
        }
    }

    private void Addresses(string key, RunningInstance instance, int first, int end)
    {
        if (first == end)
        {
            return;
        }

        Key(key);
        Open('[');
        for (int i = first; i < end; i++)
        {
            ManagedAddress address = instance.Addresses.All[i];
            Separate();
            Quoted(InstanceText.Describe(address, instance.Settings));
        }

        Close(']');
    }

    private void Array<T>(string key, EquatableArray<T> items, Func<T, string> text)
    {
        if (items.Count == 0)
        {
            return;
        }

        Key(key);
        Open('[');
        foreach (T item in items)
        {
            Separate();
            Quoted(text(item));
        }

        Close(']');
    }

    private void WriteProcess(FollowedProcess process)
    {
        ProcessTracker settings = process.Settings;
        Open('{');
        Text("process", settings.Program);
        if (settings.ComparesParameters)
        {
            Text("parameters", string.Join(' ', settings.Parameters));
        }

        Text("param_match", settings.ComparesParameters ? settings.Match.ToString().ToLowerInvariant() : "none");
        Number("min_processes", settings.Quorum);
        if (settings.QuorumMaximum is { } most)
        {
            Number("max_processes", most);
        }

        Number("current_processes", process.Quorum.Count);
        Boolean("have_quorum", process.Quorum.IsUp);
        Number("weight", settings.Weight.Value);
        Seconds("terminate_delay", settings.TerminateDelay);
        Seconds("fork_delay", settings.ForkDelay);
        Boolean("fork_delay_timer_running", process.Quorum.WaitsForGain);
        Boolean("terminate_delay_timer_running", process.Quorum.WaitsForLoss);
        Boolean("full_command", settings.UsesFullCommand);
        Close('}');
    }

    private void WriteStatistics(VrrpStatistics s)
    {
        Counter("advert_rcvd", s.AdvertisementsReceived);
        Counter("advert_sent", s.AdvertisementsSent);
        Counter("become_master", s.BecameMaster);
        Counter("release_master", s.ReleasedMaster);
        Counter("packet_len_err", s.LengthErrors);
        Counter("advert_interval_err", s.IntervalErrors);
        Counter("ip_ttl_err", s.TtlErrors);
        Counter("invalid_type_rcvd", s.InvalidTypes);
        Counter("addr_list_err", s.AddressListErrors);
        Counter("invalid_authtype", s.InvalidAuthenticationTypes);
        Counter("authtype_mismatch", s.AuthenticationTypeMismatches);
        Counter("auth_failure", s.AuthenticationFailures);
        Counter("auth_ext_missing", s.TrailersMissing);
        Counter("auth_ext_malformed", s.TrailersMalformed);
        Counter("auth_ext_unknown_key", s.TrailersOfUnknownKeys);
        Counter("auth_ext_invalid_hmac", s.TrailersWithWrongDigest);
        Counter("auth_ext_stale", s.TrailersStale);
        Counter("auth_ext_replay", s.TrailersReplayed);
        Counter("pri_zero_rcvd", s.PriorityZeroReceived);
        Counter("pri_zero_sent", s.PriorityZeroSent);
    }

    private static string UnixSeconds(DateTimeOffset? time) =>
        time is { } t ? ((t - DateTimeOffset.UnixEpoch).Ticks / 10_000_000m).ToString("0.000000", CultureInfo.InvariantCulture) : "0";

    private void Script(string key, ScriptCommand? command)
    {
        if (command is not null)
        {
            Text(key, CommandText.Quote(command));
        }
    }

    private void Counter(string key, ulong value) => Raw(key, value.ToString(CultureInfo.InvariantCulture));

    private void Number(string key, long value) => Raw(key, value.ToString(CultureInfo.InvariantCulture));

    private void Seconds(string key, TimeSpan value) => Raw(key, value.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));

    private void Boolean(string key, bool value) => Raw(key, value ? "true" : "false");

    private void Text(string key, string value)
    {
        Key(key);
        Quoted(value);
    }

    private void Raw(string key, string value)
    {
        Key(key);
        _text.Append(value);
        _needsComma = true;
    }

    private void Key(string key)
    {
        Separate();
        Quoted(key);
        _text.Append(':');
        _needsComma = false;
    }

    private void Open(char bracket)
    {
        Separate();
        _text.Append(bracket);
        _needsComma = false;
    }

    private void Close(char bracket)
    {
        _text.Append(bracket);
        _needsComma = true;
    }

    private void Separate()
    {
        if (_needsComma)
        {
            _text.Append(',');
        }
    }

    private void Quoted(string value)
    {
        _text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"' or '\\' or '/': _text.Append('\\').Append(c); break;
                case '\n': _text.Append("\\n"); break;
                case '\t': _text.Append("\\t"); break;
                case < ' ': _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: _text.Append(c); break;
            }
        }

        _text.Append('"');
        _needsComma = true;
    }
}
