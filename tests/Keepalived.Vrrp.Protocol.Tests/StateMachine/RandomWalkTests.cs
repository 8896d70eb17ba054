namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>Long random sequences of inputs; the effects must make one consistent story.</summary>
public sealed class RandomWalkTests
{
    [Fact]
    public void Whatever_happens_the_effects_tell_one_consistent_story()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            new Walk(seed).Steps(600);
        }
    }

    private sealed class Walk : IVirtualRouterEffects, ITakeoverGate
    {
        private readonly Random _random;
        private readonly VirtualRouter _router;
        private readonly List<FaultReason> _faults = [];
        private MonotonicTime _now = new(1_000_000_000);
        private MonotonicTime? _deadline;
        private VirtualRouterState _told;
        private bool _hasAddresses;
        private byte _priority;
        private bool _isStarted;

        public Walk(int seed)
        {
            _random = new Random(seed);
            _router = new VirtualRouter(Parameters(), RouterRig.Own, this, this);
            _priority = _router.EffectivePriority;
        }

        public void Steps(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Step();
                Check();
            }
        }

        private VirtualRouterParameters Parameters() => RouterRig.Version3 with
        {
            BasePriority = _random.Next(3) == 0 ? (byte)255 : (byte)_random.Next(1, 255),
            StartsAsMaster = _random.Next(2) == 0,
            Preempts = _random.Next(2) == 0,
            PreemptDelay = _random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(3),
            AdvertisementInterval = TimeSpan.FromMilliseconds(10 * _random.Next(1, 300)),
            AdvertisesBeforeYielding = _random.Next(2) == 0,
            SilentToLowerPriority = _random.Next(2) == 0,
            Announcements = new() { MasterRefresh = TimeSpan.FromMilliseconds(_random.Next(3000)) },
        };

        private void Step()
        {
            switch (_random.Next(12))
            {
                case 0 when !_isStarted: _isStarted = true; _router.Start(_now); break;
                case 1 when _random.Next(8) == 0: _isStarted = false; _router.Stop(_now); break;
                case 2: AddFault(); break;
                case 3 or 4 when _faults.Count > 0: ClearFault(); break;
                case 5: _router.AdjustPriority(_random.Next(-300, 300), _now); break;
                case 6: _router.OnAddressLost(_now); break;
                case 7 when _random.Next(4) == 0: _router.SwitchToMaster(_now); break;
                case 8 when _random.Next(4) == 0: _router.SwitchToBackup(_now); break;
                case 9 when _random.Next(4) == 0: _router.UpdateParameters(Parameters(), _now); break;
                case 10: Hear(); break;
                default: Wait(); break;
            }
        }

        private void AddFault()
        {
            if (_faults.Count < 2)
            {
                _faults.Add((FaultReason)_random.Next(8));
                _router.AddFault(_faults[^1], _now);
            }
        }

        private void ClearFault()
        {
            FaultReason reason = _faults[^1];
            _faults.RemoveAt(_faults.Count - 1);
            // A fact told twice is cleared once, and must then not be held any more.
            if (!_faults.Contains(reason) || reason is FaultReason.Configuration or FaultReason.Tracker or FaultReason.TrackerPending)
            {
                _router.ClearFault(reason, _now);
            }
        }

        private void Hear()
        {
            InternetAddress[] sources = [RouterRig.Lower, RouterRig.Higher, RouterRig.Own];
            byte[] priorities = [0, 1, 100, 254, 255, (byte)_random.Next(256)];
            _router.Receive(
                new ReceivedAdvertisement(
                    sources[_random.Next(sources.Length)],
                    priorities[_random.Next(priorities.Length)],
                    TimeSpan.FromMilliseconds(10 * _random.Next(0, 400))),
                _now);
        }

        private void Wait()
        {
            _now = _random.Next(3) != 0 && _deadline is { } next
                ? MonotonicTime.Max(_now, next)
                : _now + TimeSpan.FromMilliseconds(_random.Next(2000));
            _router.OnDeadline(_now);
        }

        private void Check()
        {
            Assert.Equal(_told, _router.State);
            Assert.Equal(_router.State == VirtualRouterState.Master, _hasAddresses);
            Assert.Equal(_priority, _router.EffectivePriority);
            Assert.Equal(_router.State is VirtualRouterState.Backup or VirtualRouterState.Master, _deadline is not null);
            bool mustRest = !_isStarted || _faults.Exists(f => f != FaultReason.TrackerPending);
            Assert.True(!mustRest || _router.State is VirtualRouterState.Init or VirtualRouterState.Fault);
            if (_router.State == VirtualRouterState.Master)
            {
                Assert.True(_deadline!.Value - _now <= _router.Parameters.AdvertisementInterval);
            }
        }

        void IVirtualRouterEffects.SendAdvertisement(byte priority)
        {
            Assert.Equal(VirtualRouterState.Master, _router.State);
            Assert.True(priority == 0 || priority == _router.EffectivePriority);
        }

        void IVirtualRouterEffects.SetDeadline(MonotonicTime? deadline)
        {
            Assert.NotEqual(_deadline, deadline);
            _deadline = deadline;
        }

        void IVirtualRouterEffects.InstallAddresses()
        {
            Assert.False(_hasAddresses);
            _hasAddresses = true;
        }

        void IVirtualRouterEffects.RemoveAddresses() => _hasAddresses = false;

        void IVirtualRouterEffects.Announce(int repeat, AnnouncementReason reason)
        {
            Assert.True(_hasAddresses);
            Assert.True(repeat > 0);
        }

        void IVirtualRouterEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause)
        {
            Assert.Equal(_told, previous);
            Assert.NotEqual(previous, current);
            Assert.NotEmpty(cause.ToString());
            _told = current;
        }

        void IVirtualRouterEffects.PriorityChanged(byte previous, byte current, in TransitionCause cause)
        {
            Assert.Equal(_priority, previous);
            Assert.NotEqual(previous, current);
            _priority = current;
        }

        void IVirtualRouterEffects.LowerPriorityReceived(in ReceivedAdvertisement advertisement) => Assert.True(_hasAddresses);

        void IVirtualRouterEffects.Report(in RouterReport report) => Assert.NotEmpty(report.ToString());

        bool ITakeoverGate.PermitsTakeover(VirtualRouter router) => _random.Next(4) != 0;
    }
}
