using System.Globalization;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Writes floating-point numbers in the text that Go's encoders give them, so that what is sent is what kubectl sends.</summary>
internal static class GoNumber
{
    /// <summary>A number as Go's <c>encoding/json</c> writes it: <c>1000</c>, <c>0.5</c>, <c>1e-7</c>, <c>1e+21</c>.</summary>
    /// <param name="value">A finite number.</param>
    /// <returns>The JSON number.</returns>
    public static string ToJson(double value)
    {
        // The shortest digits that give the same value again, as d[.ddd]E±xx.
        var (sign, digits, exponent) = Shortest(value.ToString("R", CultureInfo.InvariantCulture));
        if (exponent is < -6 or >= 21)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString(CultureInfo.InvariantCulture)}";
        }

        if (exponent < 0)
        {
            return sign + "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0')
            : sign + digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    private static (string Sign, string Digits, int Exponent) Shortest(string text)
    {
        var sign = text.StartsWith('-') ? "-" : "";
        var parts = text[sign.Length..].Split('E');
        var whole = parts[0].Split('.')[0];
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var significant = all.TrimStart('0');
        if (significant.Length == 0)
        {
            return (sign, "0", 0);
        }

        var exponent = whole.Length - 1 - (all.Length - significant.Length)
            + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        return (sign, significant.TrimEnd('0'), exponent);
    }
}
