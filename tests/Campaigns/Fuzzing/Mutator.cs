using System.Text;

namespace MilvusMonitoring.Campaigns.Fuzzing;

/// <summary>Spoils texts: bytes and pieces of them change, go, come twice, or come from elsewhere.</summary>
/// <param name="samples">Texts as they should be.</param>
/// <param name="words">What means something in them.</param>
internal sealed class Mutator(IReadOnlyList<string> samples, IReadOnlyList<string> words)
{
    private const int MostSteps = 6;
    private const int LongestRun = 3000;

    private static readonly string[] Anywhere =
    [
        "\0",
        "\uFEFF",
        "\\ud800",
        "\\u0000",
        "\r",
        "\n",
        "\t",
        "\"",
        "é",
        "𝄞",
        "null",
        "-1",
        "1e999",
        "99999999999999999999",
        "true",
        "[]",
        "{}",
        "[[[[[[[[[[[[[[[[",
        "{\"a\":{\"a\":{\"a\":",
        " ",
    ];

    private readonly List<byte[]> _samples = [.. samples.Select(Encoding.UTF8.GetBytes)];
    private readonly List<byte[]> _words = [.. words.Concat(Anywhere).Select(Encoding.UTF8.GetBytes)];

    /// <summary>A spoilt text, or now and then one that is as it should be.</summary>
    public byte[] Next(Random random)
    {
        var text = new List<byte>(_samples[random.Next(_samples.Count)]);
        for (var steps = random.Next(MostSteps); steps > 0; steps--)
        {
            Spoil(text, random);
        }

        return [.. text];
    }

    private void Spoil(List<byte> text, Random random)
    {
        var at = random.Next(text.Count + 1);
        var length = random.Next(Math.Min(text.Count - at, 1 << random.Next(8)) + 1);
        switch (random.Next(9))
        {
            case 0 when at < text.Count:
                text[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < text.Count:
                text[at] = (byte)random.Next(256);
                break;
            case 2:
                text.RemoveRange(at, length);
                break;
            case 3:
                text.InsertRange(at, text.GetRange(at, length));
                break;
            case 4:
                text.RemoveRange(at, text.Count - at);
                break;
            case 5:
                var other = _samples[random.Next(_samples.Count)];
                var from = random.Next(other.Length + 1);
                text.InsertRange(at, other[from..(from + random.Next(Math.Min(other.Length - from, 200) + 1))]);
                break;
            case 6 when random.Next(8) == 0:
                text.InsertRange(
                    at,
                    Enumerable.Repeat(_words[random.Next(_words.Count)], random.Next(LongestRun)).SelectMany(word => word));
                break;
            default:
                text.RemoveRange(at, length);
                text.InsertRange(at, _words[random.Next(_words.Count)]);
                break;
        }
    }
}
