using System.Text.Json;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Writes unquoted scalars as JSON.</summary>
internal static class PlainScalar
{
    /// <summary>Writes what a scalar stands for.</summary>
    /// <param name="text">The scalar as it stands in the file.</param>
    /// <param name="writer">Gets the value.</param>
    /// <returns>False, with nothing written, where JSON has no word for it.</returns>
    public static bool TryWrite(ReadOnlySpan<char> text, Utf8JsonWriter writer)
    {
        switch (YamlScalar.Resolve(text, out var integer, out var number))
        {
            case YamlScalarKind.Null:
                writer.WriteNullValue();
                return true;
            case YamlScalarKind.True:
                writer.WriteBooleanValue(true);
                return true;
            case YamlScalarKind.False:
                writer.WriteBooleanValue(false);
                return true;
            case YamlScalarKind.Integer when integer >= 0:
                writer.WriteNumberValue((ulong)integer);
                return true;
            case YamlScalarKind.Integer:
                writer.WriteNumberValue((long)integer);
                return true;
            case YamlScalarKind.Float:
                writer.WriteRawValue(GoNumber.ToJson(number), skipInputValidation: true);
                return true;
            case YamlScalarKind.NotFinite:
                return false;
            default:
                writer.WriteStringValue(text);
                return true;
        }
    }
}
