using MilvusMonitoring.IO;

namespace MilvusMonitoring.Manifests.Archives;

/// <summary>
/// Passes a tar on, and ends it before a header that is too large: <see cref="System.Formats.Tar.TarReader"/> reserves the memory that a
/// header of extended attributes asks for, up to 2 GiB, before it reads it.
/// </summary>
internal sealed class TarGuard(Stream inner, Func<Exception> tooLarge) : ReadOnlyStream
{
    private const int BlockSize = 512;
    private const int SizeStart = 124;
    private const int SizeLength = 12;
    private const int TypeAt = 156;
    private const byte LargeNumber = 0x80;

    private readonly byte[] _block = new byte[BlockSize];
    private readonly MemoryStream _attributes = new();
    private int _filled;
    private long _content;
    private long _padding;
    private bool _isAttributes;

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Follow(buffer.AsSpan(offset, read));
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Follow(buffer.Span[..read]);
        return read;
    }

    private void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var length = (int)Math.Min(bytes.Length, _content > 0 ? _content : _padding);
            if (_content > 0)
            {
                FollowContent(bytes[..length]);
            }
            else if (_padding > 0)
            {
                _padding -= length;
            }
            else
            {
                length = Math.Min(bytes.Length, BlockSize - _filled);
                bytes[..length].CopyTo(_block.AsSpan(_filled));
                _filled += length;
                if (_filled == BlockSize)
                {
                    _filled = 0;
                    FollowHeader();
                }
            }

            bytes = bytes[length..];
        }
    }

    private void FollowContent(ReadOnlySpan<byte> content)
    {
        _content -= content.Length;
        if (_isAttributes)
        {
            _attributes.Write(content);

            // An attribute can give the next entry another size than its header does.
            if (_content == 0 && _attributes.GetBuffer().AsSpan(0, (int)_attributes.Length).IndexOf(" size="u8) >= 0)
            {
                throw tooLarge();
            }
        }
    }

    private void FollowHeader()
    {
        _attributes.SetLength(0);
        _content = ReadSize();
        _padding = (BlockSize - (_content % BlockSize)) % BlockSize;
        _isAttributes = _block[TypeAt] is (byte)'x' or (byte)'g' or (byte)'X' or (byte)'L' or (byte)'K';
        if (_isAttributes && _content > Bounds.ArchiveHeader.Limit)
        {
            throw tooLarge();
        }
    }

    private long ReadSize()
    {
        var digits = _block.AsSpan(SizeStart, SizeLength);
        if ((digits[0] & LargeNumber) != 0)
        {
            throw tooLarge();
        }

        long size = 0;
        foreach (var digit in digits.Trim("\0 "u8))
        {
            size = digit is >= (byte)'0' and <= (byte)'7'
                ? (size * 8) + digit - '0'
                : throw new InvalidDataException("A size is not a number.");
        }

        return size;
    }
}
