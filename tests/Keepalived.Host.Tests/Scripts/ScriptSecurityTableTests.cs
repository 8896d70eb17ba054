using System.Diagnostics;
using Keepalived.Configuration;
using Keepalived.Host.Scripts;
using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Host.Tests.Scripts;

/// <summary>
/// Paths and owners with the expected verdict, with and without <c>enable_script_security</c>; the finding names the component of the path that is at
/// fault and what to do about it.
/// </summary>
public sealed class ScriptSecurityTableTests : IDisposable
{
    private const UnixFileMode Usual = (UnixFileMode)0x1ed; // 0755
    private readonly string _root = "/var/lib/keepalived-table-" + Guid.NewGuid().ToString("N")[..8];

    /// <summary>What is made (shell, in an empty directory of root's), the script, runs without and with security, the component at fault, the remedy.</summary>
    public static TheoryData<string, string, string, bool, bool, string?, string?> Table => new()
    {
        { "all is root's", "", "d/s", true, true, null, null },
        { "the script is somebody else's", "chown nobody d/s", "d/s", true, false, "d/s", "make {0} writable by root alone" },
        { "a group that is not root's may write the script", "chgrp nogroup d/s; chmod 775 d/s", "d/s", true, false, "d/s", "make {0} writable by root alone" },
        { "a group that is not root's may read the script", "chgrp nogroup d/s; chmod 755 d/s", "d/s", true, true, null, null },
        { "the group root may write the script", "chmod 775 d/s", "d/s", true, true, null, null },
        { "everybody may write the script", "chmod 757 d/s", "d/s", true, false, "d/s", "make {0} writable by root alone" },
        { "the directory is somebody else's", "chown nobody d", "d/s", true, false, "d", "make {0} writable by root alone" },
        { "everybody may write to the directory", "chmod 777 d", "d/s", true, false, "d", "make {0} writable by root alone" },
        { "everybody may write to the directory, which is sticky", "chmod 1777 d", "d/s", true, true, null, null },
        { "a group may write to the directory", "chgrp nogroup d; chmod 775 d", "d/s", true, false, "d", "make {0} writable by root alone" },
        { "everybody may write two directories up", "mkdir -p a/b; cp d/s a/b/s; chmod 777 a", "a/b/s", true, false, "a", "make {0} writable by root alone" },
        { "a link of root's to a directory of root's", "ln -s d l", "l/s", true, true, null, null },
        { "a link of somebody else's to a directory of root's", "ln -s d l; chown -h nobody l", "l/s", true, false, "l", "make {0} writable by root alone" },
        { "a link of root's to a directory that everybody may write to", "ln -s d l; chmod 777 d", "l/s", true, false, "d", "make {0} writable by root alone" },
        { "a link of root's to a script of somebody else's", "chown nobody d/s; ln -s d/s l", "l", true, false, "d/s", "make {0} writable by root alone" },
        { "a link to nothing", "ln -s nothing l", "l", false, false, null, "correct the path" },
        { "nothing there", "", "d/none", false, false, null, "correct the path" },
        { "not executable", "chmod 644 d/s", "d/s", false, false, null, "chmod a+x {1}" },
        { "executable by root alone, run by nobody", "chmod 700 d/s", "d/s", false, false, null, "chmod a+x {1}" },
        { "a directory that nobody may not search", "chmod 700 d", "d/s", false, false, "d", "let the user search {0}" },
        { "a directory instead of a script", "mkdir d/x", "d/x", false, false, null, "chmod a+x {1}" },
        { "for the shell, readable and not executable", "chmod 644 d/s", "<d/s", true, true, null, null },
        { "for the shell, not readable for nobody", "chmod 600 d/s", "<d/s", false, false, null, "chmod a+r {1}" },
        { "for the shell, somebody else's", "chown nobody d/s", "<d/s", true, false, "d/s", "make {0} writable by root alone" },
    };

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Paths_and_owners(string name, string setUp, string script, bool runs, bool runsSecurely, string? culprit, string? remedy)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "paths are only judged when the daemon runs as root");
        Shell($"mkdir -p {_root}/d; chmod 755 {_root} {_root}/d; printf '#!/bin/sh\\n' >{_root}/d/s; chmod 755 {_root}/d/s; cd {_root}; {setUp}");
        string program = script.StartsWith('<') ? $"<{_root}/{script[1..]}" : $"{_root}/{script}";
        Check(name, program, security: false, runs, culprit, remedy);
        Check(name, program, security: true, runsSecurely, culprit, remedy);
    }

    private void Check(string name, string program, bool security, bool runs, string? culprit, string? remedy)
    {
        ScriptPolicy policy = new();
        ConfigurationSession session = new(PluginRoles.Vrrp, isTest: true, policy);
        session.SetGlobals(new GlobalDefinitions { RouterId = "r", ScriptSecurity = security, ScriptUser = new ScriptUser(65534, 65534, false, "nobody") });
        Assert.True(runs == policy.Validate(new ScriptCommand(program, [], null), default, session), $"{name}, security {security}: should {(runs ? "" : "not ")}run");
        Diagnostic[] findings = [.. session.Diagnostics.Where(finding => !finding.Message.StartsWith("SECURITY VIOLATION", StringComparison.Ordinal))];
        if (remedy is null)
        {
            Assert.Empty(findings);
            return;
        }

        Diagnostic finding = Assert.Single(findings);
        Assert.StartsWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, remedy, $"{_root}/{culprit}", program.TrimStart('<')), finding.Remedy, StringComparison.Ordinal);
        if (culprit is not null && finding.Message.Contains("insecure", StringComparison.Ordinal))
        {
            Assert.EndsWith($"since others than root can change {_root}/{culprit}", finding.Message, StringComparison.Ordinal);
            Assert.Equal(security ? DiagnosticClass.Ok : DiagnosticClass.Security, finding.Class);
        }
    }

    private static void Shell(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-e", "-c", script } })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
