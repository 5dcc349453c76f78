using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>Runs asynchronous work for each input object, shows what it says on the pipeline thread, and ends soon after Ctrl+C.</summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();

    /// <summary>
    /// How long Ctrl+C waits for the work to end before it leaves it behind: less than 2 s, but for work that has to come to an end of its
    /// own.
    /// </summary>
    private protected virtual TimeSpan LongestStop => TimeSpan.FromMilliseconds(1900);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    protected sealed override void ProcessRecord() => Run(RunAsync);

    /// <inheritdoc />
    protected sealed override void EndProcessing() => Run(FinishAsync);

    private void Run(Func<CommandOutput, CancellationToken, Task> step)
    {
        var output = new CommandOutput(this);
        var work = Task.Run(() => RunToEndAsync(step, output));
        try
        {
            output.Pump(() => Stopping, _giveUp.Token);
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            return;
        }
        catch
        {
            // The error preference or a downstream command has ended the pipeline: the work ends too, before anything else goes on.
            StopProcessing();
            ((IAsyncResult)work).AsyncWaitHandle.WaitOne(LongestStop);
            throw;
        }

        // The work ends a moment after its last word.
        ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        output.Dispose();
        if (!Stopping && EndOf(work) is { } failure)
        {
            var error = ErrorRecords.From(failure, null);
            AgentLog.Create(this)?.Error(error);
            WriteError(error);
        }
    }

    /// <inheritdoc />
    protected sealed override void StopProcessing()
    {
        _stop.Cancel();
        _giveUp.CancelAfter(LongestStop);
    }

    /// <summary>Frees what the command holds.</summary>
    /// <param name="disposing">Whether called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
            _giveUp.Dispose();
        }
    }

    /// <summary>The work on one input object.</summary>
    /// <param name="output">Where to say what becomes of it.</param>
    /// <param name="cancellationToken">Ctrl+C.</param>
    private protected abstract Task RunAsync(CommandOutput output, CancellationToken cancellationToken);

    /// <summary>The work after the last input object; none as a rule.</summary>
    /// <param name="output">Where to say what becomes of it.</param>
    /// <param name="cancellationToken">Ctrl+C.</param>
    private protected virtual Task FinishAsync(CommandOutput output, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Work that was cancelled although nobody stopped it has run into a limit of its own: that is no success either.</summary>
    private static Exception? EndOf(Task work) =>
        work.IsCanceled
            ? new MonitoringException(
                ErrorId.TimedOut,
                "The API server did not answer in time",
                "see its state, and run the command again",
                target: null)
            : work.Exception?.InnerException;

    private async Task RunToEndAsync(Func<CommandOutput, CancellationToken, Task> step, CommandOutput output)
    {
        try
        {
            await step(output, _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            output.Complete();
        }
    }
}
