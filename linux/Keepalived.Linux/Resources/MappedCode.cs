// proc(5) smaps, madvise(2).
using System.Buffers.Text;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Keepalived.Linux.Resources;

/// <summary>
/// Takes pages of program code out of this process's memory that only its start needed. They stay in the kernel's page cache, and one that
/// is touched again is mapped again at the cost of a minor fault. Works through the list of mappings a part at a time; each part takes
/// well under a millisecond. Belongs to one thread.
/// </summary>
public sealed unsafe partial class MappedCode : IDisposable
{
    private const int DontNeed = 4;

    private readonly SafeFileHandle _list;
    private readonly byte[] _folder;

    // More than the page that the kernel fills at once, so that mappings come whole.
    private readonly byte[] _buffer = new byte[8192];
    private long _offset;
    private (nuint Start, nuint End) _candidate;

    /// <summary>Opens the list.</summary>
    /// <param name="folder">Only files in this folder and below.</param>
    /// <exception cref="IOException">There is no /proc.</exception>
    public MappedCode(string folder)
    {
        _folder = System.Text.Encoding.UTF8.GetBytes(folder);
        _list = File.OpenHandle("/proc/self/smaps");
    }

    /// <summary>Releases what the next part of the list permits.</summary>
    /// <returns>False at the end of the list.</returns>
    public bool ReleaseNext()
    {
        int length = RandomAccess.Read(_list, _buffer, _offset);
        _offset += length;

        // What the last part ended in could have been changed meanwhile.
        _candidate = default;
        ReadOnlySpan<byte> rest = _buffer.AsSpan(0, length);
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            Consider(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return length > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _list.Dispose();

    private void Consider(ReadOnlySpan<byte> line)
    {
        if (TryReadMapping(line, out nuint start, out nuint end, out ReadOnlySpan<byte> access))
        {
            // Code, which nobody writes once it is mapped, and what is shared with the file. Private data may be in another thread's hands
            // just now, which relocates it.
            bool isSafe = access.SequenceEqual("r-xp"u8) || access.SequenceEqual("r--s"u8);
            bool isCandidate = isSafe && line.IndexOf((byte)'/') is var path and >= 0 && line[path..].StartsWith(_folder);
            _candidate = isCandidate ? (start, end) : default;
        }
        else if (_candidate.End != 0 && line.StartsWith("Anonymous:"u8))
        {
            // A page of our own would be lost with what is in it.
            if (line.EndsWith(" 0 kB"u8))
            {
                _ = Advise((void*)_candidate.Start, _candidate.End - _candidate.Start, DontNeed);
            }

            _candidate = default;
        }
    }

    // 7f33c0a00000-7f33c0b00000 r-xp 00000000 fe:00 1234   /path
    private static bool TryReadMapping(ReadOnlySpan<byte> line, out nuint start, out nuint end, out ReadOnlySpan<byte> access)
    {
        start = 0;
        end = 0;
        access = default;
        if (!Utf8Parser.TryParse(line, out ulong first, out int used, 'x') || line.Length <= used || line[used] != (byte)'-')
        {
            return false;
        }

        line = line[(used + 1)..];
        if (!Utf8Parser.TryParse(line, out ulong last, out used, 'x') || line.Length < used + 5 || line[used] != (byte)' ')
        {
            return false;
        }

        start = (nuint)first;
        end = (nuint)last;
        access = line.Slice(used + 1, 4);
        return true;
    }

    [LibraryImport(LibC.Name, EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(void* address, nuint length, int advice);
}
