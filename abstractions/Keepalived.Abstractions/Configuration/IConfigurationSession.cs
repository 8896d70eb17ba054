using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>One reading of the configuration: where handlers leave what they read and everybody reports findings.</summary>
public interface IConfigurationSession
{
    /// <summary>The processes whose blocks are read: one role in a child, all under <c>-t</c>.</summary>
    PluginRoles Roles { get; }

    /// <summary>
    /// The processes that this configuration starts. A plugin that runs in several and does something for all of them (one script for
    /// a FIFO that all write to) decides by it which of them acts.
    /// </summary>
    PluginRoles StartedRoles => Roles;

    /// <summary>True under <c>-t</c>.</summary>
    bool IsTest { get; }

    /// <summary>
    /// The one object of this type in this reading, made when first asked for. A plugin keeps its collections here rather than in itself,
    /// so that a reading that fails leaves nothing behind.
    /// </summary>
    T Get<T>()
        where T : class, new();

    /// <summary>What <c>global_defs</c> said for everybody; complete when <see cref="IPlugin.BuildConfiguration"/> is called.</summary>
    GlobalDefinitions Globals { get; }

    /// <summary>Which scripts may be run, and as whom.</summary>
    Scripts.IScriptPolicy Scripts { get; }

    /// <summary>Adds a finding. The same finding at the same place is kept once.</summary>
    void Report(Diagnostic diagnostic);

    /// <summary>Adds an error of class <see cref="DiagnosticClass.GeneralError"/>.</summary>
    void Error(SourceLocation location, string message, string? remedy = null) =>
        Report(new(DiagnosticClass.GeneralError, DiagnosticSeverity.Error, location, message, remedy));

    /// <summary>Adds an error of class <see cref="DiagnosticClass.GeneralError"/> about two places, of which <paramref name="note"/> is the first.</summary>
    void Error(SourceLocation location, string message, string? remedy, DiagnosticNote note) =>
        Report(new(DiagnosticClass.GeneralError, DiagnosticSeverity.Error, location, message, remedy) { Note = note });

    /// <summary>Adds a warning.</summary>
    void Warn(SourceLocation location, string message, string? remedy = null) =>
        Report(new(DiagnosticClass.Warning, DiagnosticSeverity.Warning, location, message, remedy));

    /// <summary>
    /// Adds what a lint rule found: a configuration that is valid and likely not what was meant. Kept only under <c>-t</c> and
    /// <c>config lint</c>, unless the operator has switched the rule off (a block <c>lint</c> in <c>global_defs</c>, <c>--lint</c>,
    /// <c>--no-lint</c>); never changes an exit code.
    /// </summary>
    /// <param name="rule">Name of the rule, registered with <see cref="IKeywordTree.LintRule"/>: lower case letters, digits, hyphens.</param>
    /// <param name="location">Where it is.</param>
    /// <param name="message">What is suspicious, naming the object; no full stop.</param>
    /// <param name="remedy">What to do.</param>
    void Lint(string rule, SourceLocation location, string message, string? remedy = null) =>
        Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, message, remedy, rule));
}
