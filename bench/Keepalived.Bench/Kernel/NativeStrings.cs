using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Bench.Kernel;

/// <summary>C strings and vectors of them that live until this is disposed.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    public byte* Text(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        byte* block = (byte*)Allocate(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(block, length));
        block[length] = 0;
        return block;
    }

    public byte** Vector(IReadOnlyList<string> texts)
    {
        byte** vector = (byte**)Allocate((texts.Count + 1) * sizeof(byte*));
        for (int index = 0; index < texts.Count; index++)
        {
            vector[index] = Text(texts[index]);
        }

        vector[texts.Count] = null;
        return vector;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }
    }

    private void* Allocate(int length)
    {
        void* block = NativeMemory.Alloc((nuint)length);
        _blocks.Add((nint)block);
        return block;
    }
}
