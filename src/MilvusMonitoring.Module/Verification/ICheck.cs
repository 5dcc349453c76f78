namespace MilvusMonitoring.Verification;

/// <summary>One check of <see cref="CheckTable"/>. A check only reads.</summary>
internal interface ICheck
{
    /// <summary>Names the object of the check, as far as the context knows it before the check runs.</summary>
    string DescribeTarget(CheckContext context);

    /// <summary>Runs the check, and stores in the context what later checks need.</summary>
    /// <returns>The finding; null if the context lacks a value that an earlier check stores.</returns>
    Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken);
}

/// <summary>A check whose question to Prometheus is asked for many Milvus at once.</summary>
internal interface IBatchedCheck : ICheck
{
    /// <summary>
    /// Asks for all Milvus before the check runs for each of them, and stores in each context what its own question would have answered.
    /// Where nothing is stored, the check asks for its own Milvus.
    /// </summary>
    Task AskAsync(IReadOnlyList<CheckContext> contexts, CancellationToken cancellationToken);
}
