namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>The keys of every open mapping, which show whether a key occurs twice.</summary>
internal sealed class KeyFrames
{
    // For fewer keys, comparing with each key is faster than hashing. For more keys, a hostile file would make the comparison quadratic.
    private const int CompareUpTo = 16;

    private readonly List<string> _keys = [];
    private readonly Stack<(int Start, HashSet<string>? Set)> _outer = new();
    private int _start;
    private HashSet<string>? _set;

    /// <summary>Opens a mapping.</summary>
    public void Push()
    {
        _outer.Push((_start, _set));
        _start = _keys.Count;
        _set = null;
    }

    /// <summary>Closes the innermost mapping.</summary>
    public void Pop()
    {
        _keys.RemoveRange(_start, _keys.Count - _start);
        (_start, _set) = _outer.Pop();
    }

    /// <summary>Adds a key to the innermost mapping.</summary>
    /// <returns>False if the mapping already has the key.</returns>
    public bool Add(string key)
    {
        if (_set is not null)
        {
            return _set.Add(key);
        }

        for (var index = _start; index < _keys.Count; index++)
        {
            if (_keys[index] == key)
            {
                return false;
            }
        }

        _keys.Add(key);
        if (_keys.Count - _start >= CompareUpTo)
        {
            _set = new HashSet<string>(_keys.Skip(_start), StringComparer.Ordinal);
        }

        return true;
    }
}
