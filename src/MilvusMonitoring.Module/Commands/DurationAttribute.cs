using System.Globalization;
using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Accepts a duration as seconds (<c>300</c>), in kubectl's form (<c>90s</c>, <c>5m</c>, <c>1h</c>), or as a <see cref="TimeSpan"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var duration = value switch
        {
            TimeSpan span => span,
            // Not decimal: PowerShell reads 2d as the decimal 2, and a user who types 2d does not mean two seconds.
            int or long or short or byte or double or float => FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            string text => Parse(text),
            _ => null,
        };
        return duration is { } valid && valid > TimeSpan.Zero && valid <= Longest
            ? valid
            : throw new ArgumentTransformationMetadataException(
                $"'{inputData}' is not a duration between 1 second and 1 day; give seconds (300), 90s, 5m, 1h or a TimeSpan.");
    }

    private static TimeSpan? FromSeconds(double seconds) =>
        Math.Abs(seconds) <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    private static TimeSpan? Parse(string text)
    {
        var unit = text.Length == 0 ? '\0' : char.ToLowerInvariant(text[^1]);
        var number = unit is 's' or 'm' or 'h' ? text[..^1] : text;
        if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) && Math.Abs(amount) < 1e6)
        {
            return unit switch
            {
                'm' => TimeSpan.FromMinutes(amount),
                'h' => TimeSpan.FromHours(amount),
                _ => TimeSpan.FromSeconds(amount),
            };
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
    }
}
