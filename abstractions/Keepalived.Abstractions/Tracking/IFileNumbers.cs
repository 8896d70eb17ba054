namespace Keepalived.Tracking;

/// <summary>
/// Follows the numbers in files. The host reads a file when it has been written and closed, replaced, made or removed; a file that is missing,
/// empty or begins with no number says 0. Numbers are as C writes them: decimal, <c>0x</c>, a leading 0 for octal, with a sign.
/// </summary>
public interface IFileNumbers
{
    /// <summary>Begins to follow a file, which need not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="changed">Called on the loop when the number is another one.</param>
    IFileNumber Follow(string path, Action changed);
}

/// <summary>A file that is followed; disposing ends that.</summary>
public interface IFileNumber : IDisposable
{
    /// <summary>The number in the file, -2147483648..2147483647; what is beyond is cut to that.</summary>
    int Value { get; }
}
