using System.Text.Json.Nodes;
using MilvusMonitoring.Dashboards;
using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>What is said of Milvus's own dashboards, and what a repair makes of them.</summary>
public sealed class OfficialDashboardTests
{
    private const string Variable = "MILVUS_DASHBOARDS";

    [Fact]
    public void Its_dead_panels_are_those_that_the_sources_of_Milvus_tell()
    {
        var document = Read("official-2026-08.json");
        var panels = DashboardContent.ListPanels(document.Parse());
        Assert.Equal(154, panels.Count);
        var dead = DashboardAdvice.ListDead(panels, [MilvusVersion.Parse("2.6.20")!]);

        // The search library under Milvus has metrics too, which no table of Milvus has.
        Assert.Equal(ReadDead("2.6.20").Where(title => title != "range search rate"), dead.Select(title => title.Trim()));
    }

    [Theory]
    [InlineData("official-2.2.json", 124)]
    [InlineData("official-2026-08.json", 142)]
    public void A_repair_leaves_no_old_panel_and_no_fixed_data_source_and_changes_nothing_else(string file, int graphs)
    {
        var document = Read(file);
        var faults = DashboardRepair.Find(document.Parse());
        Assert.Equal(graphs, faults.OldPanels["graph"]);
        Assert.NotEmpty(faults.DataSources);

        var mended = DashboardRepair.Mend(document);

        Assert.False(DashboardRepair.Find(mended.Parse()).Any);
        Assert.Equal((document.Uid, document.Title), (mended.Uid, mended.Title));
        var (before, after) = (DashboardContent.ListPanels(document.Parse()), DashboardContent.ListPanels(mended.Parse()));
        Assert.Equal(before.Select(panel => panel.Title), after.Select(panel => panel.Title));
        Assert.Equal(before.SelectMany(panel => panel.Queries), after.SelectMany(panel => panel.Queries));
        Assert.Equal(mended.Json.ToArray(), DashboardRepair.Mend(mended).Json.ToArray());
        Assert.All(
            DashboardContent.ListPanelObjects(mended.Parse()).Where(panel => DashboardContent.ReadText(panel, "type") == "timeseries"),
            panel => Assert.IsType<JsonObject>(panel["options"]!["legend"]));
    }

    private static DashboardDocument Read(string file) => DashboardDocument.Read(File.ReadAllBytes(Path.Combine(Folder(), file)), file);

    /// <summary>The panels of the table that have no data on a version.</summary>
    private static List<string> ReadDead(string version)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder(), "dead-panels.md")).Where(line => line.StartsWith('|')).Select(line => line.Split('|')).ToList();
        var column = Array.FindIndex(lines[0], cell => cell.Trim() == version);
        return [.. lines.Where(cells => cells[column].Trim() == "dead").Select(cells => cells[2].Trim())];
    }

    private static string Folder()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder.");
        return folder!;
    }
}
