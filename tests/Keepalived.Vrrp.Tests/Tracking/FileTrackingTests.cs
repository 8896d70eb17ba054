using Keepalived.Scheduling;
using Keepalived.Tracking;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Tests.Runtime;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary><c>track_file</c> of keepalived.conf(5), through a whole daemon in virtual time.</summary>
public sealed class FileTrackingTests : IDisposable
{
    private readonly FakeFiles _files = new();

    [Fact]
    public void The_value_times_the_weight_moves_the_priority_when_the_file_is_written()
    {
        Lab lab = Start("weight 2");
        Assert.Equal(100, lab.Only.Router.EffectivePriority);
        _files.Write("/d/f", "7\n");
        lab.Advance(0);
        Assert.Equal(114, lab.Only.Router.EffectivePriority);
        Assert.Contains("(VI_1) Changing effective priority from 100 to 114: tracked objects add 14 (track_file f: value 7, +14)", lab.Log.Lines);
    }

    [Fact]
    public void The_value_at_start_counts_before_the_instance_starts()
    {
        _files.Contents["/d/f"] = "-30";
        Lab lab = Start("weight 1");
        Assert.Equal(70, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void A_file_that_is_removed_counts_0()
    {
        _files.Contents["/d/f"] = "5";
        Lab lab = Start("weight 1");
        _files.Write("/d/f", null);
        lab.Advance(0);
        Assert.Equal(100, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void With_weight_0_any_value_but_0_is_a_fault()
    {
        Lab lab = Start("weight 0");
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        _files.Write("/d/f", "1");
        lab.Advance(0);
        Assert.Equal((VirtualRouterState.Fault, 1), (lab.State, lab.Only.Router.TrackerFaults));
        _files.Write("/d/f", "0");
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_file_that_is_written_faster_than_it_is_followed_is_read_once_a_turn()
    {
        Lab lab = Start("weight 0");
        int reads = _files.Reads;
        _files.Reading = () => _files.Contents["/d/f"] = _files.Contents.GetValueOrDefault("/d/f") == "1" ? "0" : "1";
        for (int i = 0; i < 5; i++)
        {
            _files.Write("/d/f", "0");
        }

        lab.Advance(0);
        Assert.Equal(1, _files.Reads - reads);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void A_status_of_minus_254_is_a_fault_of_a_weighted_file_too()
    {
        Lab lab = Start("weight 1");
        _files.Write("/d/f", "-254");
        lab.Advance(0);
        Assert.Equal((VirtualRouterState.Fault, (byte)100), (lab.State, lab.Only.Router.EffectivePriority));
        _files.Write("/d/f", "-253");
        lab.Advance(0);
        Assert.Equal((VirtualRouterState.Backup, (byte)1), (lab.State, lab.Only.Router.EffectivePriority));
    }

    [Theory]
    [InlineData(false, null, 109)]
    [InlineData(false, "3", 103)]
    [InlineData(true, "3", 109)]
    public void Init_file_writes_what_is_missing_and_what_may_be_overwritten(bool overwrites, string? before, int priority)
    {
        if (before is not null)
        {
            _files.Contents["/d/f"] = before;
        }

        Assert.Equal(priority, Start("weight 1", new FileInitialization(9, overwrites)).Only.Router.EffectivePriority);
        Assert.True(_files.Contents.ContainsKey("/d/f"));
    }

    [Fact]
    public void Other_files_of_the_directory_do_not_matter()
    {
        Lab lab = Start("weight 1");
        _files.Contents["/d/f"] = "5";
        _files.Write("/d/g", "7");
        lab.Advance(0);
        Assert.Equal(100, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void After_an_overrun_the_file_is_read_again()
    {
        Lab lab = Start("weight 1");
        _files.Contents["/d/f"] = "5";
        _files.Overrun();
        lab.Advance(0);
        Assert.Equal(105, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void A_directory_that_goes_and_comes_back_is_watched_again()
    {
        _files.Contents["/d/f"] = "5";
        Lab lab = Start("weight 1");
        _files.Contents.Clear();
        _files.Drop("/d");
        lab.Advance(0);
        Assert.Equal(100, lab.Only.Router.EffectivePriority);
        lab.Advance(1.1);
        Assert.Contains("Track file f: directory /d cannot be watched", lab.Log.Lines);
        _files.Directories.Add("/d");
        _files.Contents["/d/f"] = "6";
        lab.Advance(1.5);
        Assert.Equal(106, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void A_reload_that_drops_the_file_ends_its_watch_and_its_effect()
    {
        _files.Contents["/d/f"] = "5";
        Lab lab = Start("weight 1");
        lab.Reload(Lab.Instance());
        Assert.Equal((100, 0), (lab.Only.Router.EffectivePriority, _files.Watches));
    }

    [Fact]
    public void A_reload_with_another_weight_reckons_with_it_at_once()
    {
        _files.Contents["/d/f"] = "5";
        Lab lab = Start("weight 1");
        lab.Reload(Configuration("weight -3"));
        Assert.Equal(85, lab.Only.Router.EffectivePriority);
    }

    public void Dispose() => _files.Dispose();

    private static string Configuration(string reference) => Lab.Instance($"track_file {{\n f {reference}\n}}");

    private Lab Start(string reference, FileInitialization? initial = null)
    {
        Lab lab = new(Configuration(reference), openFiles: () => _files, file: new TrackedFile("f", "/d/f", new TrackWeight(1, false), initial));
        _files.Ready = () => lab.Loop.SignalReady(_files.Descriptor, Readiness.Read);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        return lab;
    }
}
