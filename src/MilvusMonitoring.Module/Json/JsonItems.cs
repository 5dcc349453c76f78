using System.Buffers;
using System.Text.Json;

namespace MilvusMonitoring.Json;

/// <summary>
/// Reads the items of one array of a JSON text from a stream, item by item: a list of thousands of items is never in memory as a whole.
/// </summary>
internal sealed class JsonItems : IDisposable
{
    private readonly IReadOnlyList<string> _path;
    private readonly Bound _longest;
    private readonly Func<Exception> _tooLong;
    private readonly Action<ReadOnlyMemory<byte>> _read;
    private readonly ArrayBufferWriter<byte> _rest = new();
    private byte[] _buffer;
    private int _length;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = Bounds.JsonDepth.Limit });
    private int _matched;
    private bool _isNext;
    private bool _isInArray;

    /// <param name="path">The names of the members that lead to the array.</param>
    /// <param name="longest">The bound of one item, and of all that is no item.</param>
    /// <param name="tooLong">Creates the exception for what is longer.</param>
    /// <param name="read">Is given the text of each item, which it must not keep.</param>
    /// <param name="firstBuffer">How many bytes are read at once, until an item is longer.</param>
    public JsonItems(
        IReadOnlyList<string> path,
        Bound longest,
        Func<Exception> tooLong,
        Action<ReadOnlyMemory<byte>> read,
        int firstBuffer = 1 << 16)
    {
        (_path, _longest, _tooLong, _read) = (path, longest, tooLong, read);
        _buffer = ArrayPool<byte>.Shared.Rent(firstBuffer);
    }

    /// <inheritdoc />
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Reads a stream to its end.</summary>
    /// <returns>The text without the items of the array.</returns>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The buffer is filled first: an item that is not whole yet is read again from its beginning.
            var count = await stream.ReadAtLeastAsync(_buffer.AsMemory(_length), _buffer.Length - _length, false, cancellationToken)
                .ConfigureAwait(false);
            _length += count;
            var isEnd = _length < _buffer.Length;
            var consumed = Process(isEnd);
            if (isEnd)
            {
                return _rest.WrittenMemory;
            }

            _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
            _length -= consumed;
            if (_length == _buffer.Length)
            {
                Grow();
            }
        }
    }

    /// <returns>How much of the buffer is done with.</returns>
    private int Process(bool isEnd)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(0, _length), isEnd, _state);
        while (true)
        {
            var before = reader;
            if (!reader.Read())
            {
                break;
            }

            if (_isInArray && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                if (!reader.TrySkip())
                {
                    reader = before;
                    break;
                }

                _read(_buffer.AsMemory(start, (int)reader.BytesConsumed - start));
                continue;
            }

            // A comma between two items belongs to neither.
            var from = _isInArray ? reader.TokenStartIndex : before.BytesConsumed;
            Keep(_buffer.AsSpan((int)from, (int)(reader.BytesConsumed - from)));
            Follow(ref reader);
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    /// <summary>Follows the path to the array.</summary>
    private void Follow(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when reader.CurrentDepth == _matched + 1 && _matched < _path.Count:
                _isNext = reader.ValueTextEquals(_path[_matched]);
                return;
            case JsonTokenType.StartArray when _isNext && _matched == _path.Count - 1:
                _isInArray = true;
                break;
            case JsonTokenType.StartObject when _isNext && _matched < _path.Count - 1:
                _matched++;
                break;
            case JsonTokenType.EndArray when _isInArray:
                _isInArray = false;
                break;
            case JsonTokenType.EndObject when _matched > 0 && reader.CurrentDepth == _matched:
                _matched--;
                break;
        }

        _isNext = false;
    }

    private void Keep(ReadOnlySpan<byte> text)
    {
        if (_rest.WrittenCount + text.Length > _longest.Limit)
        {
            throw _tooLong();
        }

        _rest.Write(text);
    }

    private void Grow()
    {
        if (_buffer.Length >= _longest.Limit)
        {
            throw _tooLong();
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
