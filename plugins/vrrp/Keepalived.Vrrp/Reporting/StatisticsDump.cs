using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Reporting;

/// <summary>The statistics file, line by line as keepalived writes it: tools parse it.</summary>
internal static class StatisticsDump
{
    public static void Write(TextWriter writer, IReadOnlyList<RunningInstance> instances, bool clears)
    {
        foreach (RunningInstance instance in instances)
        {
            Write(writer, instance.Settings.Name, instance.Router.Statistics);
            if (clears)
            {
                instance.Router.Statistics.Clear();
            }
        }
    }

    private static void Write(TextWriter writer, string name, VrrpStatistics s)
    {
        writer.Write($"""
            VRRP Instance: {name}
              Advertisements:
                Received: {s.AdvertisementsReceived}
                Sent: {s.AdvertisementsSent}
              Became master: {s.BecameMaster}
              Released master: {s.ReleasedMaster}
              Packet Errors:
                Length: {s.LengthErrors}
                TTL: {s.TtlErrors}
                Invalid Type: {s.InvalidTypes}
                Advertisement Interval: {s.IntervalErrors}
                Address List: {s.AddressListErrors}
              Authentication Errors:
                Invalid Type: {s.InvalidAuthenticationTypes}
                Type Mismatch: {s.AuthenticationTypeMismatches}
                Failure: {s.AuthenticationFailures}
              Authentication Extension Errors:
                Missing: {s.TrailersMissing}
                Malformed: {s.TrailersMalformed}
                Unknown Key: {s.TrailersOfUnknownKeys}
                Invalid HMAC: {s.TrailersWithWrongDigest}
                Stale: {s.TrailersStale}
                Replay: {s.TrailersReplayed}
              Priority Zero:
                Received: {s.PriorityZeroReceived}
                Sent: {s.PriorityZeroSent}

            """);
    }
}
