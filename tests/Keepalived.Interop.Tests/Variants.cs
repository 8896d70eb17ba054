namespace Keepalived.Interop.Tests;

// One class for each variant and role: xunit runs classes side by side and the tests of one class in turn.
#pragma warning disable CA1716, SA1402

public sealed class Ours_as_master_v3_IPv4_multicast() : Failover(new VrrpVariant(3, IPv6: false, Unicast: false), oursIsMaster: true);

public sealed class Ours_as_backup_v3_IPv4_multicast() : Failover(new VrrpVariant(3, IPv6: false, Unicast: false), oursIsMaster: false);

public sealed class Ours_as_master_v3_IPv4_unicast() : Failover(new VrrpVariant(3, IPv6: false, Unicast: true), oursIsMaster: true);

public sealed class Ours_as_backup_v3_IPv4_unicast() : Failover(new VrrpVariant(3, IPv6: false, Unicast: true), oursIsMaster: false);

public sealed class Ours_as_master_v3_IPv6_multicast() : Failover(new VrrpVariant(3, IPv6: true, Unicast: false), oursIsMaster: true);

public sealed class Ours_as_backup_v3_IPv6_multicast() : Failover(new VrrpVariant(3, IPv6: true, Unicast: false), oursIsMaster: false);

public sealed class Ours_as_master_v3_IPv6_unicast() : Failover(new VrrpVariant(3, IPv6: true, Unicast: true), oursIsMaster: true);

public sealed class Ours_as_backup_v3_IPv6_unicast() : Failover(new VrrpVariant(3, IPv6: true, Unicast: true), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv4_multicast() : Failover(new VrrpVariant(2, IPv6: false, Unicast: false), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv4_multicast() : Failover(new VrrpVariant(2, IPv6: false, Unicast: false), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv4_unicast() : Failover(new VrrpVariant(2, IPv6: false, Unicast: true), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv4_unicast() : Failover(new VrrpVariant(2, IPv6: false, Unicast: true), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv4_multicast_PASS() : Failover(new VrrpVariant(2, IPv6: false, Unicast: false, Password: "s3cret12"), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv4_multicast_PASS() : Failover(new VrrpVariant(2, IPv6: false, Unicast: false, Password: "s3cret12"), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv4_unicast_PASS() : Failover(new VrrpVariant(2, IPv6: false, Unicast: true, Password: "s3cret12"), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv4_unicast_PASS() : Failover(new VrrpVariant(2, IPv6: false, Unicast: true, Password: "s3cret12"), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv4_multicast_AH() : Failover(new VrrpVariant(2, IPv6: false, Unicast: false, Password: "s3cret12", AuthType: "AH"), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv4_multicast_AH() : Failover(new VrrpVariant(2, IPv6: false, Unicast: false, Password: "s3cret12", AuthType: "AH"), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv4_unicast_AH() : Failover(new VrrpVariant(2, IPv6: false, Unicast: true, Password: "s3cret12", AuthType: "AH"), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv4_unicast_AH() : Failover(new VrrpVariant(2, IPv6: false, Unicast: true, Password: "s3cret12", AuthType: "AH"), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv6_multicast() : Failover(new VrrpVariant(2, IPv6: true, Unicast: false), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv6_multicast() : Failover(new VrrpVariant(2, IPv6: true, Unicast: false), oursIsMaster: false);

public sealed class Ours_as_master_v2_IPv6_unicast() : Failover(new VrrpVariant(2, IPv6: true, Unicast: true), oursIsMaster: true);

public sealed class Ours_as_backup_v2_IPv6_unicast() : Failover(new VrrpVariant(2, IPv6: true, Unicast: true), oursIsMaster: false);
