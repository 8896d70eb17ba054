namespace Keepalived.Configuration;

// The configuration room.
//
// Owns: everything from the files to the calls of the plugins' keyword handlers. The stages, each in a folder of its own:
//   Reading      files -> raw lines (length limit, NUL) -> comments cut -> conditions, definitions, repetitions and includes acted on
//   Text         -> expanded lines: one block of text, every part of it with its place; the form that the parent hands to its children
//   Lexing       -> statements (braces split off) -> words, lexed when a handler asks for them
//   Tree         the keywords of the plugins, and those of others
//   Walking      statements + tree -> calls of handlers, which leave records in the session
//   Diagnostics  findings -> text and exit status
// A plain line is copied once, from the file into the text. What a definition or a repetition makes is put together in a LineText, which
// knows for every byte the unit (file, use of a definition, round of a repetition), line and column that it comes from; the chain of units is
// what a finding shows. ExpansionBudget bounds what they may make.
//
// Runs on the thread that calls it, at start and at each reload, and keeps nothing between two readings.
// Never: reads a clock, starts a process, touches the network, knows a protocol, throws because of what a file says.
// Covers the configuration language of keepalived 2.4 and the status of -t. Differs from 2.2.7 on purpose: an include that a definition or a
// repetition makes is followed in its place (2.2.7 reads the lines behind it first); a definition may make a line longer than 1023 bytes; a
// definition that uses itself is named (2.2.7 hangs or fills its buffer); '#' that $_HASH made is text everywhere.

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
