using System.Text.Json;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Spoilt JSON that is JSON still: what an API server could send, as far as its syntax goes.</summary>
internal static class Documents
{
    /// <returns>The document; null where the spoilt text is no JSON.</returns>
    public static JsonElement? Next(Mutator mutator, Random random)
    {
        try
        {
            using var document = JsonDocument.Parse(mutator.Next(random));
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
