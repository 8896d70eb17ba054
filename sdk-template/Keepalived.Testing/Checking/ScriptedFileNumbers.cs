using Keepalived.Tracking;

namespace Keepalived.Testing;

/// <summary>Numbers in files that a test sets.</summary>
public sealed class ScriptedFileNumbers : IFileNumbers
{
    private readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);
    private readonly List<Followed> _followed = [];

    /// <summary>The files that are followed now, each as often as it is.</summary>
    public IReadOnlyList<string> Paths => _followed.ConvertAll(file => file.Path);

    /// <summary>Writes a number into a file; who follows it is told at once when it is another one.</summary>
    public void Write(string path, int value)
    {
        int previous = _values.GetValueOrDefault(path);
        _values[path] = value;
        foreach (Followed file in _followed.ToArray())
        {
            if (file.Path == path && value != previous)
            {
                file.Changed();
            }
        }
    }

    /// <inheritdoc/>
    public IFileNumber Follow(string path, Action changed)
    {
        var file = new Followed(this, path, changed);
        _followed.Add(file);
        return file;
    }

    private sealed record Followed(ScriptedFileNumbers Owner, string Path, Action Changed) : IFileNumber
    {
        public int Value => Owner._values.GetValueOrDefault(Path);

        public void Dispose() => Owner._followed.RemoveAll(file => ReferenceEquals(file, this));
    }
}
