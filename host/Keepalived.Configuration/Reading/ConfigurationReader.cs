namespace Keepalived.Configuration;

// The configuration room.
//
// Owns: everything from the files to the calls of the plugins' keyword handlers. The stages, each in a folder of its own:
//   Reading      files -> raw lines (length limit, NUL) -> comments cut -> includes and conditions acted on
//   Text         -> expanded lines: one block of text, every line with its origin; the form that the parent hands to its children
//   Lexing       -> statements (braces split off) -> words, lexed when a handler asks for them
//   Tree         the keywords of the plugins, and those of others
//   Walking      statements + tree -> calls of handlers, which leave records in the session
//   Diagnostics  findings -> text and exit status
// Definitions ($NAME) and repetitions (~SEQ, ~LST) will be a stage between Reading and Text: they turn one line into several, each in a
// SourceUnit of its own whose parent is the line that was expanded.
//
// Runs on the thread that calls it, at start and at each reload, and keeps nothing between two readings.
// Never: reads a clock, starts a process, touches the network, knows a protocol, throws because of what a file says.
// Covers behaviour of keepalived: configuration language, include checks, status of -t. Leaves out for now: $NAME, ~SEQ, ~LST.

/// <summary>Reads a configuration file with everything that it includes.</summary>
public static class ConfigurationReader
{
    /// <summary>Preprocesses a configuration. What is wrong is in the result's diagnostics; nothing that a file says makes it throw.</summary>
    /// <param name="path">The main file.</param>
    /// <param name="options">How to read.</param>
    public static ExpandedConfiguration Read(string path, ConfigurationReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        var preprocessor = new Preprocessor(options);
        preprocessor.ReadMain(path);
        return preprocessor.ToConfiguration();
    }
}
