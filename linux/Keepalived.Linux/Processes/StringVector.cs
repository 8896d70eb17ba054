using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Processes;

/// <summary>A null-terminated vector of C strings in one block of native memory, as argv and environ are.</summary>
internal sealed unsafe class StringVector : IDisposable
{
    private byte** _pointers;

    internal StringVector(IReadOnlyList<string> strings)
    {
        int table = (strings.Count + 1) * sizeof(byte*);
        int bytes = table;
        foreach (string text in strings)
        {
            bytes += Encoding.UTF8.GetByteCount(text) + 1;
        }

        byte* block = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        _pointers = (byte**)block;
        byte* next = block + table;
        for (int i = 0; i < strings.Count; i++)
        {
            _pointers[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)(block + bytes - next))) + 1;
        }
    }

    internal byte** Pointers => _pointers;

    public void Dispose()
    {
        NativeMemory.Free(_pointers);
        _pointers = null;
    }
}
