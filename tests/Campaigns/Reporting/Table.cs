using System.Globalization;

namespace MilvusMonitoring.Campaigns.Reporting;

/// <summary>The rows as text.</summary>
internal static class Table
{
    private const int MostShown = 20;
    private const int MostCharacters = 3000;

    public static void Write(IReadOnlyList<CampaignRow> rows, TextWriter output)
    {
        output.WriteLine(Line("campaign", "name", "cases", "violations", "time"));
        foreach (var row in rows)
        {
            output.WriteLine(row.Skipped is { } why
                ? $"{row.Campaign,-8} {row.Name,-28} skipped: {why}"
                : Line(row.Campaign, row.Name, Number(row.Cases), Number(row.Violations.Count), Seconds(row.Duration)));
        }

        output.WriteLine(
            Line(
                "",
                "all",
                Number(rows.Sum(row => row.Cases)),
                Number(rows.Sum(row => row.Violations.Count)),
                Seconds(TimeSpan.FromTicks(rows.Sum(row => row.Duration.Ticks)))));
        foreach (var row in rows)
        {
            foreach (var violation in row.Violations.Take(MostShown))
            {
                output.WriteLine();
                output.WriteLine($"--seed {violation.Seed} --only {row.Campaign} --case \"{violation.Case}\"");
                output.WriteLine($"  {Shown(violation.What)}");
            }

            if (row.Violations.Count > MostShown)
            {
                output.WriteLine($"  and {row.Violations.Count - MostShown} more of {row.Name}");
            }
        }
    }

    private static string Line(string campaign, string name, string cases, string violations, string time) =>
        $"{campaign,-8} {name,-28} {cases,11} {violations,11} {time,9}";

    /// <summary>Without what a terminal would act upon.</summary>
    private static string Shown(string what) =>
        string.Concat(what.Take(MostCharacters).Select(character => char.IsControl(character) && character != '\n' ? '?' : character));

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}
