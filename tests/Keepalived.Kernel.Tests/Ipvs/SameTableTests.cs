using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>The table that ours makes from a file is the table that C keepalived makes from it, as <c>ipvsadm -Ln</c> shows both.</summary>
public sealed class SameTableTests
{
    [Fact]
    public Task Schedulers_forwarding_methods_weights_and_persistence() => SameTable("""
        virtual_server 10.77.0.100 80 {
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.78.0.11 8080 {
                weight 3
            }
            real_server 10.78.0.12 80 {
                weight 0
            }
        }
        virtual_server 10.77.0.100 81 {
            lb_algo wrr
            lb_kind DR
            persistence_timeout 50
            persistence_granularity 255.255.255.0
            protocol TCP
            real_server 10.78.0.11 81 {
                weight 100
            }
        }
        virtual_server 10.77.0.100 82 {
            lvs_sched lc
            lvs_method TUN
            protocol TCP
            real_server 10.78.0.11 82 {
            }
        }
        virtual_server 10.77.0.100 83 {
            protocol TCP
            lb_kind NAT
            real_server 10.78.0.11 83 {
                uthreshold 100
                lthreshold 10
            }
        }
        virtual_server 10.77.0.100 84 {
            lb_algo sh
            sh-port
            sh-fallback
            lb_kind NAT
            protocol TCP
            real_server 10.78.0.11 84 {
            }
        }
        """);

    [Fact]
    public Task Udp_one_packet_scheduling_firewall_marks_and_ipv6() => SameTable("""
        virtual_server 10.77.0.100 53 {
            lb_algo sed
            lb_kind NAT
            ops
            protocol UDP
            real_server 10.78.0.11 53 {
            }
            real_server 10.78.0.12 53 {
                weight 2
            }
        }
        virtual_server fwmark 7 {
            lb_algo nq
            lb_kind DR
            real_server 10.78.0.11 0 {
            }
        }
        virtual_server fd77::100 80 {
            lb_algo wlc
            lb_kind NAT
            protocol TCP
            real_server fd78::11 80 {
                weight 5
            }
        }
        """);

    [Fact]
    public Task A_failing_check_an_inhibited_one_and_a_sorry_server() => SameTable("""
        virtual_server 10.77.0.100 80 {
            delay_loop 1
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.78.0.11 9 {
                TCP_CHECK {
                    connect_timeout 1
                    retry 0
                }
            }
            real_server 10.78.0.12 9 {
                inhibit_on_failure
                TCP_CHECK {
                    connect_timeout 1
                    retry 0
                }
            }
            real_server 10.78.0.13 80 {
            }
        }
        virtual_server 10.77.0.100 81 {
            delay_loop 1
            lb_algo rr
            lb_kind NAT
            protocol TCP
            sorry_server 10.78.0.20 80
            real_server 10.78.0.11 9 {
                TCP_CHECK {
                    connect_timeout 1
                    retry 0
                }
            }
        }
        virtual_server 10.77.0.100 82 {
            delay_loop 1
            lb_algo rr
            lb_kind NAT
            alpha
            protocol TCP
            quorum 2
            hysteresis 1
            real_server 10.78.0.11 9 {
                TCP_CHECK {
                    connect_timeout 1
                    retry 0
                }
            }
            real_server 10.78.0.13 80 {
            }
        }
        """);

    private static Task SameTable(string configuration, [System.Runtime.CompilerServices.CallerMemberName] string name = "") => Inside.Run(
        async () =>
        {
            await using var balancer = new Balancer();
            var ours = Director.Start(balancer.Director, Software.Ours, configuration);
            var theirs = Director.Start(balancer.Other, Software.C, configuration);

            IReadOnlyList<string> wanted = [];
            await Wait.Until("C has made its table and it rests", Balancer.Patience, () => Rests(balancer.Other, ref wanted), () => theirs.Log);
            await Wait.Until(
                "both tables are equal", Balancer.Patience, () => IpvsTable.Of(balancer.Director).SequenceEqual(wanted = IpvsTable.Of(balancer.Other)),
                () => $"--- C\n{string.Join('\n', wanted)}\n--- ours\n{string.Join('\n', IpvsTable.Of(balancer.Director))}\n{ours.Log}");

            ours.Stop();
            Assert.Empty(IpvsTable.Of(balancer.Director));
        },
        name);

    // The same table for three seconds: longer than the first round of checks takes.
    private static bool Rests(Host host, ref IReadOnlyList<string> last)
    {
        for (var i = 0; i < 6; i++)
        {
            var now = IpvsTable.Of(host);
            if (now.Count == 0 || !now.SequenceEqual(last))
            {
                last = now;
                return false;
            }

            Thread.Sleep(500);
        }

        return true;
    }
}
