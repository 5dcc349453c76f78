using System.Globalization;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>In which unit a threshold is given, and in which the metric counts.</summary>
internal enum ThresholdUnit
{
    /// <summary>A time such as <c>5m</c>; the metric counts seconds.</summary>
    Seconds,

    /// <summary>A time such as <c>2s</c>; the metric counts milliseconds.</summary>
    Milliseconds,

    /// <summary>A part such as <c>5%</c>.</summary>
    Ratio,

    /// <summary>A number, such as <c>3</c> or <c>0.1</c>.</summary>
    Number,
}

/// <summary>The value beyond which a rule fires.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Default">The default, in the unit of the metric.</param>
internal sealed record AlertThreshold(ThresholdUnit Unit, double Default)
{
    /// <summary>The largest value, in the unit of the metric: above the highest bucket of a histogram a rule could never fire.</summary>
    public double Most { get; init; } = double.MaxValue;

    /// <summary>What the user may give, to follow "give".</summary>
    public string Form => Unit switch
    {
        ThresholdUnit.Ratio => "a percentage from 0% to 100%, such as 5%",
        ThresholdUnit.Number => "a number of 0 or more, such as 3",
        _ when Most < double.MaxValue => $"a time of at most {Describe(Most)}, such as 500ms or 2s",
        _ => "a time with a unit, such as 90s or 5m",
    };

    /// <summary>Reads a value that the user gives.</summary>
    /// <returns>The value in the unit of the metric; null if it is no such value.</returns>
    public double? Parse(string text)
    {
        var value = Unit switch
        {
            ThresholdUnit.Seconds => ScrapeDuration.Parse(text)?.TotalSeconds,
            ThresholdUnit.Milliseconds => ScrapeDuration.Parse(text)?.TotalMilliseconds,
            ThresholdUnit.Ratio when text.EndsWith('%') => ParseNumber(text[..^1]) / 100,
            _ => ParseNumber(text),
        };
        return value >= 0 && value <= Most && (Unit != ThresholdUnit.Ratio || value <= 1) ? value : null;
    }

    /// <summary>Writes a value as the user gives it.</summary>
    public string Describe(double value) => Unit switch
    {
        ThresholdUnit.Seconds => PromText.Format(TimeSpan.FromSeconds(value)),
        ThresholdUnit.Milliseconds => PromText.Format(TimeSpan.FromMilliseconds(value)),
        ThresholdUnit.Ratio => PromText.Format(value * 100) + "%",
        _ => PromText.Format(value),
    };

    private static double? ParseNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;
}
