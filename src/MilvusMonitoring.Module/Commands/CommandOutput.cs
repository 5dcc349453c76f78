using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Host;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Commands;

/// <summary>Carries what a capability says, from any thread, to the pipeline thread, in order.</summary>
internal sealed class CommandOutput(PSCmdlet command) : IActivitySink, IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    // What Write-Host marks its lines with: hosts show them whatever the preference.
    private static readonly string[] ForHost = ["PSHOST"];

    private readonly BlockingCollection<Action> _messages = [];
    private readonly Stopwatch _sinceProgress = new();
    private readonly object _progressGate = new();
    private string? _shownActivity;

    /// <summary>Writes an object to the pipeline.</summary>
    public void Object(object value) => Post(() => command.WriteObject(value));

    /// <summary>Writes an error that ends neither the command nor its work on other objects.</summary>
    public void Error(Exception exception, object? target = null) =>
        Post(() => command.WriteError(Shown(ErrorRecords.From(exception, target))));

    /// <summary>Writes an error for a check that failed.</summary>
    public void Error(MonitoringCheck check) => Post(() => command.WriteError(Shown(ErrorRecords.From(check))));

    /// <summary>Writes an error for a Milvus of which nothing proves that it is scraped.</summary>
    public void Error(string milvus, MonitoringCheck why) => Post(() => command.WriteError(Shown(ErrorRecords.From(milvus, why))));

    /// <summary>Says something to whoever looks on, beside the output.</summary>
    public void Tell(string message) => Post(() => command.WriteInformation(new HostInformationMessage { Message = message }, ForHost));

    /// <inheritdoc />
    public void Verbose(string message) => Post(() => command.WriteVerbose(message));

    /// <inheritdoc />
    public void Warning(string message) => Post(() =>
    {
        AgentLog.Create(command)?.Warning(message);
        command.WriteWarning(message);
    });

    /// <inheritdoc />
    public void Progress(string activity, string status, int percent)
    {
        lock (_progressGate)
        {
            if (_sinceProgress.IsRunning && _sinceProgress.Elapsed < ProgressInterval)
            {
                return;
            }

            _sinceProgress.Restart();
            _shownActivity = activity;
        }

        Post(() => command.WriteProgress(new ProgressRecord(0, activity, status) { PercentComplete = percent }));
    }

    /// <summary>Asks, on the pipeline thread, whether to go ahead; says what would be done under <c>-WhatIf</c>.</summary>
    /// <param name="target">What is acted upon.</param>
    /// <param name="action">What is to be done to it.</param>
    /// <returns>Whether to go ahead, and whether it is <c>-WhatIf</c> that says no.</returns>
    public Task<Approval> ApproveAsync(string target, string action)
    {
        var answer = new TaskCompletionSource<Approval>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                Question.EnsureAnswerable(command);
                var approved = command.ShouldProcess($"{action} {target}", $"{action} {target}?", "Confirm", out var reason);
                answer.TrySetResult(new Approval(approved, reason == ShouldProcessReason.WhatIf));
            }
            catch (Exception exception) when (exception is not RuntimeException or HostException)
            {
                // Whatever a host throws that has nobody to ask: pwsh's own a NullReferenceException at the end of its input.
                answer.TrySetException(
                    new MonitoringException(
                        ErrorId.ConfirmationImpossible,
                        $"Nobody can be asked whether to {action.ToLowerInvariant()} {target}",
                        "add -Confirm:$false to go ahead without a question",
                        target,
                        exception));
            }
            catch (Exception exception)
            {
                answer.TrySetException(exception);
                throw;
            }
        });
        return answer.Task;
    }

    /// <summary>Runs what was posted, until <see cref="Complete"/>.</summary>
    /// <param name="isStopping">Whether nothing may be written any more.</param>
    /// <param name="giveUp">Ends the loop without waiting for what is still to come.</param>
    public void Pump(Func<bool> isStopping, CancellationToken giveUp)
    {
        foreach (var message in _messages.GetConsumingEnumerable(giveUp))
        {
            if (!isStopping())
            {
                message();
            }
        }
    }

    /// <summary>Says that nothing more will come.</summary>
    public void Complete()
    {
        lock (_progressGate)
        {
            if (_shownActivity is { } activity)
            {
                Post(() => command.WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed }));
            }
        }

        _messages.CompleteAdding();
    }

    /// <inheritdoc />
    public void Dispose() => _messages.Dispose();

    private ErrorRecord Shown(ErrorRecord error)
    {
        AgentLog.Create(command)?.Error(error);
        return error;
    }

    private void Post(Action message)
    {
        try
        {
            _messages.Add(message);
        }
        catch (InvalidOperationException)
        {
            // The command has ended; a late word of a request that was given up has nobody to hear it.
        }
    }
}
