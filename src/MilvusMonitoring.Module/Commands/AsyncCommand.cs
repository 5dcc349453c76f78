using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Runs asynchronous work for each input object, writes its output on the pipeline thread, and ends within 2 s after Ctrl+C.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();

    /// <summary>
    /// How long Ctrl+C waits for the work before the command ends without it: less than 2 s, unless a child process has to end cleanly.
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
        var output = new CommandOutput(this, _stop.Token);
        var work = Task.Run(() => RunToEndAsync(step, output));
        work.ObserveError();
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
            // The error preference or a downstream command has ended the pipeline: end the work before the exception goes on.
            StopProcessing();
            ((IAsyncResult)work).AsyncWaitHandle.WaitOne(LongestStop);
            throw;
        }
        finally
        {
            output.EndProgress();
        }

        // Complete() is called just before the task ends.
        ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        output.Dispose();
        if (!Stopping && FindFailure(work) is { } failure)
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

    /// <summary>Releases the resources of the command.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> is the caller.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
            _giveUp.Dispose();
        }
    }

    /// <summary>Processes one input object.</summary>
    /// <param name="output">Writes objects, errors and messages.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl+C.</param>
    private protected abstract Task RunAsync(CommandOutput output, CancellationToken cancellationToken);

    /// <summary>Runs after the last input object.</summary>
    /// <param name="output">Writes objects, errors and messages.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl+C.</param>
    private protected virtual Task FinishAsync(CommandOutput output, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// The error of the work. Work that was cancelled although nobody stopped the command has reached a time limit: an error too.
    /// </summary>
    private static Exception? FindFailure(Task work) =>
        work.IsCanceled
            ? new MonitoringException(
                ErrorId.TimedOut,
                "The API server did not answer in time",
                "check the API server, and run the command again",
                target: null)
            : work.Exception?.InnerException;

    /// <summary>A path of the file system, made absolute by PowerShell's current location; null stays null.</summary>
    [return: NotNullIfNotNull(nameof(path))]
    private protected string? ResolvePath(string? path) =>
        path is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

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
