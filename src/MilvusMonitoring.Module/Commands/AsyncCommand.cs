using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Runs asynchronous work for each input object, writes its output on the pipeline thread, and ends within 2 s after Ctrl+C.
/// Work that takes long does not hold up the work on other clusters.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    /// <summary>How many clusters may be under way at once.</summary>
    private const int MostAtOnce = 16;

    /// <summary>How long the next input object waits for the work on another cluster.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly MessageQueue _queue = new();
    private readonly List<RunningWork> _running = [];
    private HashSet<string> _bound = [];

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
    protected sealed override void ProcessRecord()
    {
        // PowerShell binds the next object to the parameters of this instance, perhaps while the work on the present one goes on.
        var record = (AsyncCommand)MemberwiseClone();
        record._bound = MyInvocation.BoundParameters.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        Run(new CommandWork(Subject, record.RunAsync));
    }

    /// <inheritdoc />
    protected sealed override void EndProcessing()
    {
        foreach (var work in ListLastWork())
        {
            Run(work);
        }

        Pump(() => _running.Count == 0);
    }

    /// <summary>
    /// Runs work, and leaves it behind if it takes long: what is slow does not hold up what comes after it. Work on one subject is done in
    /// order, one after the other.
    /// </summary>
    private void Run(CommandWork work)
    {
        Pump(() => _running.Count < MostAtOnce);
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        var before = _running.FindLast(other => Equals(other.Subject, work.Subject));
        var output = new CommandOutput(this, _queue, _stop.Token);
        var running = new RunningWork(work.Subject, RunAsync(work, before?.Task, output, _stop.Token), output);
        _running.Add(running);
        running.Task.ObserveError();
        running.Task.ContinueWith(
            _ => output.End(() => End(running)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        Pump(() => !_running.Contains(running), (work.Subject, before) switch
        {
            (null, _) => null,
            (_, null) => s_patience,
            _ => TimeSpan.Zero,
        });
    }

    private static Task RunAsync(CommandWork work, Task? before, CommandOutput output, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            if (before is not null)
            {
                await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            await work.RunAsync(output, cancellationToken).ConfigureAwait(false);
        },
        CancellationToken.None);

    private void End(RunningWork work)
    {
        _running.Remove(work);
        work.Output.EndProgress();
        if (!Stopping && FindFailure(work.Task) is { } failure)
        {
            work.Output.WriteFailure(failure);
        }
    }

    /// <summary>Writes what the work has to say until a condition holds.</summary>
    /// <param name="isDone">The condition.</param>
    /// <param name="patience">How long to wait; null for as long as it takes.</param>
    private void Pump(Func<bool> isDone, TimeSpan? patience = null)
    {
        try
        {
            _queue.Run(isDone, patience, () => Stopping, _giveUp.Token);
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            Abandon();
        }
        catch
        {
            // The error preference or a downstream command has ended the pipeline: end the work before the exception goes on.
            StopProcessing();
            ((IAsyncResult)Task.WhenAll(_running.Select(work => work.Task))).AsyncWaitHandle.WaitOne(LongestStop);
            Abandon();
            throw;
        }
    }

    private void Abandon()
    {
        _running.ForEach(work => work.Output.EndProgress());
        _running.Clear();
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
            _queue.Dispose();
        }
    }

    /// <summary>Processes one input object.</summary>
    /// <param name="output">Writes objects, errors and messages.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl+C.</param>
    private protected abstract Task RunAsync(CommandOutput output, CancellationToken cancellationToken);

    /// <summary>
    /// What the work on the present input object is on, such as a cluster: work on another subject need not wait for it. Null: all work is
    /// done in order.
    /// </summary>
    private protected virtual object? Subject => null;

    /// <summary>Lists the work that follows the last input object.</summary>
    private protected virtual IEnumerable<CommandWork> ListLastWork() => [];

    /// <summary>Whether a parameter has a value for the input object, typed or from the pipeline.</summary>
    private protected bool IsBound(string parameter) => _bound.Contains(parameter);

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
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: the path is not one of the file system.</exception>
    [return: NotNullIfNotNull(nameof(path))]
    private protected string? ResolvePath(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == FileSystemProvider.ProviderName
            ? full
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{path} is a path of {provider.Name}, not of the file system",
                "give a path of the file system",
                path);
    }

    private sealed record RunningWork(object? Subject, Task Task, CommandOutput Output);
}
