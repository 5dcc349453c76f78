namespace MilvusMonitoring.Tests;

/// <summary>Work that is done again and again beside a test, until it is disposed of or the test ends.</summary>
internal sealed class Repeating : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task _running;

    /// <param name="interval">How long to wait before each turn.</param>
    /// <param name="turn">Does the work once.</param>
    public Repeating(TimeSpan interval, Func<CancellationToken, Task> turn) => _running = RunAsync(interval, turn);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan interval, Func<CancellationToken, Task> turn)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            await turn(_stop.Token);
        }
    }
}
