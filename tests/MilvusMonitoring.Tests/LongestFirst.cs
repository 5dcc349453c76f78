using MilvusMonitoring.Tests.Alerts;
using MilvusMonitoring.Tests.Help;
using MilvusMonitoring.Tests.Package;
using MilvusMonitoring.Tests.Permissions;
using MilvusMonitoring.Tests.Pipelines;
using MilvusMonitoring.Tests.Verification;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(MilvusMonitoring.Tests.LongestFirst))]

namespace MilvusMonitoring.Tests;

/// <summary>Begins with what takes longest, so that nothing long is left for the end, when nothing runs beside it.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_order =
    [
        RealNode.Collection,
        RealNode.Beside,
        RealApiServer.Collection,
        typeof(CampaignTests).FullName!,
        typeof(ExampleTests).FullName!,
        typeof(BrokenForGoodTests).FullName!,
        typeof(PipelineTests).FullName!,
        typeof(RightsTests).FullName!,
        typeof(BrokenLinkTests).FullName!,
        typeof(AlertRuleUnitTests).FullName!,
        typeof(PackageTests).FullName!,
        typeof(OldestRuntimeTests).FullName!,
        typeof(DemoTests).FullName!,
        typeof(DemoOnOwnClusterTests).FullName!,
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Rank)];

    private static int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        // A class without a collection of its own is named in a sentence.
        var words = collection.TestCollectionDisplayName.Split(' ');
        var rank = Array.FindIndex(s_order, name => name == collection.TestCollectionDisplayName || words.Contains(name));
        return rank < 0 ? s_order.Length : rank;
    }
}
