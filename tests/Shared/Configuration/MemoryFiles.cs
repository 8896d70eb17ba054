using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Configuration.Tests;

/// <summary>Files that exist only in a test.</summary>
internal sealed class MemoryFiles : IConfigurationFileSystem
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _executable = new(StringComparer.Ordinal);

    public MemoryFiles Add(string path, string content) => Add(path, System.Text.Encoding.UTF8.GetBytes(content));

    public MemoryFiles Add(string path, byte[] content)
    {
        _files.Add(path, content);
        return this;
    }

    public MemoryFiles AddExecutable(string path, string content)
    {
        _executable.Add(path);
        return Add(path, content);
    }

    public string FullPath(string path) => Path.GetFullPath(path, "/");

    public ConfigurationFileKind KindOf(string path)
    {
        string full = FullPath(path);
        if (_files.ContainsKey(full))
        {
            return _executable.Contains(full) ? ConfigurationFileKind.Executable : ConfigurationFileKind.Regular;
        }

        return _files.Keys.Any(file => file.StartsWith(full.TrimEnd('/') + "/", StringComparison.Ordinal))
            ? ConfigurationFileKind.Directory
            : ConfigurationFileKind.Missing;
    }

    public Stream Open(string path) => new MemoryStream(_files[FullPath(path)]);

    public IEnumerable<string> Names(string directory)
    {
        string prefix = FullPath(directory).TrimEnd('/') + "/";
        return _files.Keys.Where(file => file.StartsWith(prefix, StringComparison.Ordinal)).Select(file => file[prefix.Length..].Split('/')[0]).Distinct();
    }
}

/// <summary>Lets every script run.</summary>
internal sealed class AnyScript : IScriptPolicy
{
    public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session) => true;

    public ScriptUser? ResolveUser(IKeywordReader reader)
    {
        reader.Rest();
        return null;
    }
}
