using System.Globalization;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Formats floating-point numbers as Go's encoders do, so that the module sends the same text as kubectl.</summary>
internal static class GoNumber
{
    /// <summary>Formats a number as Go's <c>encoding/json</c> does: <c>1000</c>, <c>0.5</c>, <c>1e-7</c>, <c>1e+21</c>.</summary>
    /// <param name="value">A finite number.</param>
    public static string ToJson(double value)
    {
        // "R" gives the shortest digits that parse to the same value, as d[.ddd]E±xx.
        var (sign, digits, exponent) = Split(value.ToString("R", CultureInfo.InvariantCulture));
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

    private static (string Sign, string Digits, int Exponent) Split(string text)
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
