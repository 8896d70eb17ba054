using System.Buffers.Binary;
using System.Numerics;

namespace Keepalived.Host.Plugins.Metadata;

/// <summary>The rows of the metadata tables (ECMA-335 II.24.2.6). The size of a row depends on how many rows other tables have.</summary>
internal readonly ref struct MetadataTables
{
    internal const int TypeReference = 0x01;
    internal const int MemberReference = 0x0A;
    internal const int CustomAttribute = 0x0C;
    private const int Tables = 64;

    // The columns of the tables up to Assembly (II.22): a digit is that many bytes; S, G, B an index into a heap; c with a letter
    // a coded index (II.24.2.6); @XX an index into table 0xXX.
    private static readonly string[] _columns =
    [
        "2SGGG", "cRSS", "4SScD@04@06", "@04", "2SB", "@06", "422SB@08", "@08", "22S", "@02cD", "cMSB", "2cCB", "cAcTB", "cFB", "2cHB", "24@02",
        "4@04", "B", "@02@14", "@14", "2ScD", "@02@17", "@17", "2SB", "2@06cS", "@02cEcE", "S", "B", "2cOS@1A", "4@04", "44", "4", "422224BSS",
    ];

    private readonly ReadOnlySpan<byte> _stream;
    private readonly int[] _rows = new int[Tables];
    private readonly int[] _starts = new int[Tables];
    private readonly int[] _sizes = new int[Tables];
    private readonly int _stringSize;
    private readonly int _guidSize;
    private readonly int _blobSize;

    internal MetadataTables(ReadOnlySpan<byte> stream)
    {
        _stream = stream;
        byte heaps = stream[6];
        (_stringSize, _guidSize, _blobSize) = ((heaps & 1) != 0 ? 4 : 2, (heaps & 2) != 0 ? 4 : 2, (heaps & 4) != 0 ? 4 : 2);
        ulong present = BinaryPrimitives.ReadUInt64LittleEndian(stream[8..]);
        int offset = 24;
        for (ulong left = present; left != 0; left &= left - 1)
        {
            _rows[BitOperations.TrailingZeroCount(left)] = BinaryPrimitives.ReadInt32LittleEndian(stream[offset..]);
            offset += 4;
        }

        for (int table = 0; table < _columns.Length; table++)
        {
            _starts[table] = offset;
            _sizes[table] = Width(_columns[table]);
            offset += _sizes[table] * _rows[table];
        }
    }

    internal int Rows(int table) => _rows[table];

    internal ReadOnlySpan<byte> Row(int table, int number) =>
        number >= 1 && number <= _rows[table]
            ? _stream.Slice(_starts[table] + (_sizes[table] * (number - 1)), _sizes[table])
            : throw new BadImageFormatException("its metadata is damaged");

    /// <summary>An attribute of the assembly itself whose type is another assembly's; offsets into the heaps.</summary>
    internal (int Namespace, int Name, int Value)? AttributeOfAssembly(int number)
    {
        const int ParentIsAssembly = 14, ConstructorIsMemberReference = 3, ClassIsTypeReference = 1;
        ReadOnlySpan<byte> row = Row(CustomAttribute, number);
        int parentSize = Coded('A'), constructorSize = Coded('T');
        int parent = Index(row, 0, parentSize), constructor = Index(row, parentSize, constructorSize);
        if ((parent & 31) != ParentIsAssembly || (constructor & 7) != ConstructorIsMemberReference)
        {
            return null;
        }

        int member = Index(Row(MemberReference, constructor >> 3), 0, Coded('M'));
        if ((member & 7) != ClassIsTypeReference)
        {
            return null;
        }

        ReadOnlySpan<byte> type = Row(TypeReference, member >> 3);
        int scopeSize = Coded('R');
        return (Index(type, scopeSize + _stringSize, _stringSize), Index(type, scopeSize, _stringSize),
            Index(row, parentSize + constructorSize, _blobSize));
    }

    private static int Index(ReadOnlySpan<byte> row, int offset, int size) =>
        size == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(row[offset..]) : BinaryPrimitives.ReadInt32LittleEndian(row[offset..]);

    private int Width(string columns)
    {
        int width = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            width += columns[i] switch
            {
                'S' => _stringSize,
                'G' => _guidSize,
                'B' => _blobSize,
                'c' => Coded(columns[++i]),
                '@' => Simple((Digit(columns[++i]) * 16) + Digit(columns[++i])),
                char digit => digit - '0',
            };
        }

        return width;
    }

    private static int Digit(char digit) => digit <= '9' ? digit - '0' : digit - 'A' + 10;

    private int Simple(int table) => _rows[table] < 0x1_0000 ? 2 : 4;

    private int Coded(char kind) => kind switch
    {
        'D' => Coded(2, [0x02, 0x01, 0x1B]),
        'C' => Coded(2, [0x04, 0x08, 0x17]),
        'A' => Coded(5, [
            0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26, 0x27, 0x28, 0x2A, 0x2C, 0x2B]),
        'F' => Coded(1, [0x04, 0x08]),
        'H' => Coded(2, [0x02, 0x06, 0x20]),
        'M' => Coded(3, [0x02, 0x01, 0x1A, 0x06, 0x1B]),
        'S' => Coded(1, [0x14, 0x17]),
        'E' => Coded(1, [0x06, 0x0A]),
        'O' => Coded(1, [0x04, 0x06]),
        'T' => Coded(3, [0x06, 0x0A]),
        _ => Coded(2, [0x00, 0x1A, 0x23, 0x01]), // R
    };

    private int Coded(int tagBits, ReadOnlySpan<byte> tables)
    {
        int most = 0;
        foreach (byte table in tables)
        {
            most = Math.Max(most, _rows[table]);
        }

        return most < 1 << (16 - tagBits) ? 2 : 4;
    }
}
