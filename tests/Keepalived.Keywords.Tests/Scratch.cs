namespace Keepalived.Keywords.Tests;

/// <summary>A directory for the files of one test.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("keywords-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    internal string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
