using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Spoilt JSON that is JSON still: what an API server could send, as far as its syntax goes.</summary>
internal static class Documents
{
    /// <returns>The document; null where the spoilt text is none that gets past the client.</returns>
    public static JsonElement? Next(Mutator mutator, Random random)
    {
        try
        {
            var text = mutator.Next(random);
            if (!JsonTexts.AreReadable(text))
            {
                return null;
            }

            using var document = JsonDocument.Parse(text);
            return NamesNothingTwice(document.RootElement) ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool NamesNothingTwice(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().DistinctBy(member => member.Name).Count() == element.EnumerateObject().Count()
                && element.EnumerateObject().All(member => NamesNothingTwice(member.Value)),
            JsonValueKind.Array => element.EnumerateArray().All(NamesNothingTwice),
            _ => true,
        };
}
