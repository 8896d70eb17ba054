using Keepalived.Host.Scripts;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Tests.Scripts;

public sealed class ScriptPathWalkTests : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0x1ed; // 0755
    private const uint Nobody = 65534;
    private readonly string _directory;

    public ScriptPathWalkTests()
    {
        // Not under /tmp, which everybody may write to and which is fine only because it is sticky.
        _directory = Directory.CreateDirectory("/var/lib/keepalived-test-" + Guid.NewGuid().ToString("N")[..8], Executable).FullName;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_script_that_only_root_can_change_is_usable()
    {
        RequireRoot();
        ScriptPath path = Resolve(Script("s.sh"));
        Assert.Equal(ScriptPathState.Usable, path.State);
        Assert.Equal(Path.Combine(_directory, "s.sh"), path.Path);
    }

    [Theory]
    [InlineData(0x1ef)] // 0757: others write
    [InlineData(0x1ff)]
    public void A_script_that_others_may_write_is_insecure_and_named(int mode)
    {
        RequireRoot();
        string script = Script("s.sh", (UnixFileMode)mode);
        ScriptPath path = Resolve(script);
        Assert.Equal(ScriptPathState.Insecure, path.State);
        Assert.Equal(script, path.Culprit);
    }

    [Fact]
    public void A_directory_that_others_may_write_makes_what_is_in_it_insecure_unless_it_is_sticky()
    {
        RequireRoot();
        string script = Script("open/s.sh");
        File.SetUnixFileMode(Path.GetDirectoryName(script)!, (UnixFileMode)0x1ff);
        Assert.Equal(Path.GetDirectoryName(script), Resolve(script).Culprit);
        File.SetUnixFileMode(Path.GetDirectoryName(script)!, (UnixFileMode)0x3ff);
        Assert.Equal(ScriptPathState.Usable, Resolve(script).State);
    }

    [Fact]
    public void A_link_of_roots_on_the_way_is_followed_and_what_it_leads_to_is_walked_too()
    {
        RequireRoot();
        string script = Script("real/s.sh");
        Directory.CreateSymbolicLink(Path.Combine(_directory, "link"), Path.GetDirectoryName(script)!);
        string linked = Path.Combine(_directory, "link", "s.sh");
        Assert.Equal(ScriptPathState.Usable, Resolve(linked).State);
        Assert.Equal(script, Resolve(linked).Path);
        Assert.Equal(linked, Resolve(linked, keepLinks: true).Path);
        File.SetUnixFileMode(Path.GetDirectoryName(script)!, (UnixFileMode)0x1ff);
        Assert.Equal(ScriptPathState.Insecure, Resolve(linked).State);
    }

    [Fact]
    public void What_is_not_there_is_not_found() => Assert.Equal(ScriptPathState.NotFound, Resolve(Path.Combine(_directory, "no")).State);

    [Fact]
    public void What_the_user_may_not_execute_is_not_executable()
    {
        string script = Script("s.sh", (UnixFileMode)0x1a4); // 0644
        Assert.Equal(ScriptPathState.NotExecutable, Resolve(script, Nobody).State);
        Assert.Equal(ScriptPathState.NotExecutable, Resolve(script, 0).State);
    }

    [Fact]
    public void What_the_user_cannot_reach_is_not_found_and_the_closed_directory_is_named()
    {
        string script = Script("closed/s.sh");
        File.SetUnixFileMode(Path.GetDirectoryName(script)!, (UnixFileMode)0x1c0); // 0700
        ScriptPath path = Resolve(script, Nobody);
        Assert.Equal(ScriptPathState.NotFound, path.State);
        Assert.Equal(Path.GetDirectoryName(script), path.Culprit);
    }

    [Fact]
    public void A_name_without_slash_is_searched_as_the_user_who_runs_it()
    {
        string closed = Path.GetDirectoryName(Script("first/tool", (UnixFileMode)0x1c0))!;
        string open = Path.GetDirectoryName(Script("second/tool"))!;
        Assert.Equal(Path.Combine(open, "tool"), ScriptPathWalk.Resolve("tool", Nobody, [Nobody], true, $"{closed}:{open}").Path);
        Assert.Equal(Path.Combine(closed, "tool"), ScriptPathWalk.Resolve("tool", 0, [0], true, $"{closed}:{open}").Path);
    }

    [Fact]
    public void A_file_for_the_shell_need_only_be_readable()
    {
        string script = Script("s.sh", (UnixFileMode)0x1a4);
        ScriptPath path = Resolve("< " + script, Nobody);
        Assert.True(path.CanRun);
        Assert.True(path.IsShellInput);
    }

    [Theory]
    [InlineData(0x81ed, 0u, 0u, true)] // -rwxr-xr-x root root
    [InlineData(0x81fd, 0u, 0u, true)] // group root may write
    [InlineData(0x81fd, 0u, 5u, false)] // another group may
    [InlineData(0x81ef, 0u, 0u, false)] // others may
    [InlineData(0x81ed, 1000u, 0u, false)] // not root's
    [InlineData(0x43ff, 0u, 0u, true)] // sticky directory
    [InlineData(0x83ff, 0u, 0u, false)] // sticky means nothing on a file
    [InlineData(0xa1ff, 0u, 0u, true)] // a link's own bits mean nothing
    [InlineData(0xa1ff, 1000u, 0u, false)]
    public void Security_is_decided_by_owner_group_and_mode(int mode, uint user, uint group, bool secure) =>
        Assert.Equal(secure, ScriptPathWalk.IsSecure(new FileStatus((uint)mode, user, group)));

    private static ScriptPath Resolve(string program, uint user = 0, bool keepLinks = false) =>
        ScriptPathWalk.Resolve(program, user, [user], keepLinks, null);

    private static void RequireRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "paths are only judged when the daemon runs as root");

    private string Script(string name, UnixFileMode mode = Executable)
    {
        string path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.SetUnixFileMode(Path.GetDirectoryName(path)!, Executable);
        File.WriteAllText(path, "#!/bin/sh\n");
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
