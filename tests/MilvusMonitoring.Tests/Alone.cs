namespace MilvusMonitoring.Tests;

/// <summary>
/// The collection of tests that count what the process holds, or change what all tests share: nothing runs beside them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The name of the collection.</summary>
    public const string Name = nameof(Alone);
}
