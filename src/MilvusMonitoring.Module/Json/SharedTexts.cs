namespace MilvusMonitoring.Json;

/// <summary>
/// Gives equal short texts one string, as far as they are read close to one another: thousands of objects have the same names of labels,
/// and many the same values. Holds a bounded number of texts, each until another one takes its place.
/// </summary>
internal sealed class SharedTexts
{
    private const int Longest = 128;

    private readonly string?[] _texts = new string?[4096];

    /// <summary>The texts of this process.</summary>
    public static SharedTexts All { get; } = new();

    /// <summary>Gives a string that equals a text.</summary>
    public string Share(string text)
    {
        if (text.Length > Longest)
        {
            return text;
        }

        // Two threads at one place at once cost a string, and nothing else.
        ref var place = ref _texts[(uint)text.GetHashCode(StringComparison.Ordinal) % _texts.Length];
        var last = place;
        if (last == text)
        {
            return last;
        }

        place = text;
        return text;
    }
}
