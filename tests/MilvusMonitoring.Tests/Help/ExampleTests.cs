using EmbeddedCluster.Monitoring;
using HelpBuilder;

namespace MilvusMonitoring.Tests.Help;

/// <summary>Every example of the help, typed as it stands there.</summary>
/// <param name="stages">Where they run.</param>
public sealed class ExampleTests(ExampleStages stages) : IClassFixture<ExampleStages>
{
    private const string Internet = "internet";

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task An_example_does_what_it_says_without_an_error(string cmdlet, string title)
    {
        var example = ReadPages().Single(page => page.Cmdlet == cmdlet).Examples.Single(example => example.Title == title);
        Assert.SkipWhen(
            ExampleStages.IsTest(example.Code) && MonitoredCluster.Missing is not null,
            $"{MonitoredCluster.Missing}");
        var stage = await stages.TakeAsync(example.Code);
        AssertNone(await stage.FaultsOfAsync(example.Code));
        if (example.Needs is null && await stage.IsForTheEngineAsync(example.Code))
        {
            AssertNone(await stage.RunInEngineAsync(example.Code));
            return;
        }

        Assert.SkipUnless(example.Needs is null or Internet, $"It parses and binds; to run, it needs {example.Needs}.");
        Assert.SkipUnless(Programs.OnPath("pwsh"), "It parses and binds; pwsh is not on PATH to run it.");
        AssertNone(await stage.RunInPwshAsync(example.Code, example.Needs == Internet ? await stages.KeepReleaseAsync() : null));
    }

    [Fact]
    public void Every_page_has_three_examples_and_numbers_them() => Assert.All(ReadPages(), page =>
        {
            Assert.True(page.Examples.Count >= 3, $"{page.Cmdlet} has {page.Examples.Count}");
            Assert.All(page.Examples.Index(), example =>
                Assert.StartsWith($"Example {example.Index + 1}: ", example.Item.Title, StringComparison.Ordinal));
        });

    public static IEnumerable<TheoryDataRow<string, string>> All() =>
        ReadPages()
            .SelectMany(page => page.Examples.Select(example => (page.Cmdlet, Example: example)))
            .OrderBy(row => ExampleStages.PlaceOf(row.Example.Code))
            .Select(row => new TheoryDataRow<string, string>(row.Cmdlet, row.Example.Title));

    private static void AssertNone(string faults) => Assert.True(faults.Length == 0, faults);

    private static List<HelpPage> ReadPages() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(BuiltTree.Root, "docs"), "*-*.md")
                .Order(StringComparer.Ordinal)
                .Select(file => HelpPageReader.Read(file, File.ReadAllLines(file))),
        ];
}
