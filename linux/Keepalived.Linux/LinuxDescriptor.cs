namespace Keepalived.Linux;

/// <summary>
/// An open file descriptor that one object owns. There is no finalizer: a descriptor belongs to the loop of its process, and one
/// closed behind the loop's back would be a worse bug than one left open.
/// </summary>
public abstract class LinuxDescriptor : IDisposable
{
    private int _descriptor;

    /// <summary>Takes ownership of a descriptor.</summary>
    private protected LinuxDescriptor(int descriptor) => _descriptor = descriptor;

    /// <summary>The descriptor's number, for watching it and for passing it to a child.</summary>
    /// <exception cref="ObjectDisposedException">It has been closed.</exception>
    public int Descriptor
    {
        get
        {
            ObjectDisposedException.ThrowIf(_descriptor < 0, this);
            return _descriptor;
        }
    }

    /// <summary>True once it has been closed or handed over.</summary>
    public bool IsClosed => _descriptor < 0;

    /// <summary>Gives the descriptor up without closing it; the caller owns it from now on.</summary>
    public int Release()
    {
        int descriptor = Descriptor;
        _descriptor = -1;
        return descriptor;
    }

    /// <summary>Closes the descriptor; again is harmless.</summary>
    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            Closing();
            _ = LibC.Close(_descriptor);
            _descriptor = -1;
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what belongs to the descriptor, just before it is closed.</summary>
    private protected virtual void Closing()
    {
    }
}
