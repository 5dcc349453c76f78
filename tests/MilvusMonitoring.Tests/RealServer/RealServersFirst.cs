using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(MilvusMonitoring.Tests.RealServersFirst))]

namespace MilvusMonitoring.Tests;

/// <summary>Starts the collections on real servers first: they take the longest, and wait most of the time.</summary>
internal sealed class RealServersFirst : ITestCollectionOrderer
{
    private static readonly string[] s_first = [RealNode.Collection, RealNode.Beside, RealApiServer.Collection];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => s_first.Contains(collection.TestCollectionDisplayName))];
}
