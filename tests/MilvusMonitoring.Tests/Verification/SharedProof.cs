namespace MilvusMonitoring.Tests.Verification;

/// <summary>
/// One stage for all tests of a class, which run one after the other. A stage that a test has left broken is not used again.
/// </summary>
public sealed class SharedProof : IAsyncDisposable
{
    private ProofStage? _proof;

    /// <summary>A stage on which all links hold, or will as soon as Prometheus has scraped.</summary>
    internal async Task<ProofStage> TakeAsync() => _proof ??= await ProofStage.StartAsync();

    /// <summary>Ends the stage where the test has failed or has left a link broken.</summary>
    internal ValueTask GiveBackAsync() =>
        _proof is { IsWhole: true } && TestContext.Current.TestState?.Result != TestResult.Failed
            ? ValueTask.CompletedTask
            : DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_proof is { } proof)
        {
            _proof = null;
            await proof.DisposeAsync();
        }
    }
}
