using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Objects;

internal static class JsonExtensions
{
    extension(JsonObject value)
    {
        /// <summary>The object under <paramref name="key"/>, made if it is missing.</summary>
        public JsonObject Child(string key)
        {
            if (value[key] is not JsonObject child)
            {
                value[key] = child = [];
            }

            return child;
        }

        public string? Text(string key) => value[key] is JsonValue text && text.TryGetValue<string>(out var result) ? result : null;

        public long? Number(string key) =>
            value[key] is JsonValue number && number.GetValueKind() == JsonValueKind.Number && number.TryGetValue<long>(out var result)
                ? result
                : null;

        public IEnumerable<JsonObject> Items(string key) => (value[key] as JsonArray ?? []).OfType<JsonObject>();

        /// <summary>Sets what has no value yet.</summary>
        public void Default(string key, JsonNode? fallback)
        {
            if (value[key] is null)
            {
                value[key] = fallback;
            }
        }

        public JsonObject Copy() => (JsonObject)value.DeepClone();

        /// <summary>Gives <paramref name="key"/> the value that it has in <paramref name="source"/>, or none.</summary>
        public void TakeFrom(JsonObject source, string key)
        {
            if (source[key] is { } node)
            {
                value[key] = node.DeepClone();
            }
            else
            {
                value.Remove(key);
            }
        }

        public JsonNode? At(string path)
        {
            JsonNode? node = value;
            foreach (var step in path.Split('.'))
            {
                node = (node as JsonObject)?[step];
            }

            return node;
        }
    }
}
