using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Host;
using MilvusMonitoring.IO;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Commands;

/// <summary>Carries the output and the messages of one piece of work from any thread to the pipeline thread, in order.</summary>
/// <param name="command">The command that writes.</param>
/// <param name="queue">Runs the messages on the pipeline thread.</param>
/// <param name="stop">Cancelled by Ctrl+C, which leaves a question without an answer.</param>
internal sealed class CommandOutput(PSCmdlet command, MessageQueue queue, CancellationToken stop) : IActivitySink
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    // The tag of Write-Host: hosts show such lines whatever the preference.
    private static readonly string[] HostTags = ["PSHOST"];

    // Far from the numbers that PowerShell gives to the progress of other commands.
    private static long s_lastSource = 1L << 40;

    private readonly long _source = Interlocked.Increment(ref s_lastSource);
    private readonly Stopwatch _sinceProgress = new();
    private readonly object _progressGate = new();
    private readonly object _postGate = new();
    private string? _shownActivity;
    private bool _hasEnded;

    /// <summary>Writes an object to the pipeline.</summary>
    public void Object(object value) => Post(() => command.WriteObject(value));

    /// <summary>Writes a non-terminating error: the work on other objects goes on.</summary>
    public void Error(Exception exception, object? target = null) =>
        Post(() => command.WriteError(Log(ErrorRecords.From(exception, target))));

    /// <summary>Writes the error that has ended the work.</summary>
    public void WriteFailure(Exception failure) => command.WriteError(Log(ErrorRecords.From(failure, null)));

    /// <summary>Writes an error for a check that failed.</summary>
    public void Error(MonitoringCheck check) => Post(() => command.WriteError(Log(ErrorRecords.From(check))));

    /// <summary>Writes an error for a Milvus without a proof that Prometheus scrapes it.</summary>
    public void Error(string milvus, MonitoringCheck unknown) => Post(() => command.WriteError(Log(ErrorRecords.From(milvus, unknown))));

    /// <summary>Writes a line to the host, as Write-Host does: the line is not part of the output.</summary>
    public void WriteHostLine(string message) =>
        Post(() => command.WriteInformation(new HostInformationMessage { Message = SafeText.Clean(message) }, HostTags));

    /// <inheritdoc />
    public void Verbose(string message) => Post(() => command.WriteVerbose(SafeText.Clean(message)));

    /// <inheritdoc />
    public void Warning(string message) => Post(() =>
    {
        var safe = SafeText.Clean(message);
        AgentLog.Create(command)?.Warning(safe);
        command.WriteWarning(safe);
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
            _shownActivity = SafeText.Clean(activity);
        }

        Post(() => command.CommandRuntime.WriteProgress(
            _source,
            new ProgressRecord(0, SafeText.Clean(activity), SafeText.Clean(status)) { PercentComplete = percent }));
    }

    /// <summary>
    /// Calls <c>ShouldProcess</c> on the pipeline thread: asks the user, or under <c>-WhatIf</c> writes what would be done.
    /// </summary>
    /// <param name="target">The object of the action.</param>
    /// <param name="action">The action, a verb.</param>
    /// <param name="notes">What the user has to know before the answer. Each is shown on a line of its own.</param>
    /// <exception cref="OperationCanceledException">The command was stopped before there was an answer.</exception>
    public Task<Approval> ApproveAsync(string target, string action, IReadOnlyList<string>? notes = null)
    {
        var answer = new TaskCompletionSource<Approval>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                PromptGuard.EnsureAnswerable(command);
                var question = SafeText.Clean($"{action} {target}");
                var lines = string.Concat((notes ?? []).Select(note => $"{Environment.NewLine}- {SafeText.Clean(note)}"));
                var approved = command.ShouldProcess(question + lines, $"{question}?{lines}", "Confirm", out var reason);
                answer.TrySetResult(new Approval(approved, reason == ShouldProcessReason.WhatIf));
            }
            catch (Exception exception) when (exception is not RuntimeException or HostException)
            {
                // A host without a user may throw anything: pwsh throws a NullReferenceException at the end of its input.
                answer.TrySetException(
                    new MonitoringException(
                        ErrorId.ConfirmationImpossible,
                        $"Nobody can answer the question whether to {action.ToLowerInvariant()} {target}",
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
        answer.Task.ObserveError();
        return answer.Task.WaitAsync(stop);
    }

    /// <summary>Ends the output: what comes later, from requests that nobody waits for any more, is dropped.</summary>
    /// <param name="last">Runs after all messages, even if the command may write nothing more.</param>
    public void End(Action last)
    {
        lock (_postGate)
        {
            _hasEnded = true;
            queue.Post(last, isOutput: false);
        }
    }

    /// <summary>
    /// Takes the progress away; to be called on the pipeline thread. A command that is stopped, or whose pipeline an error has ended, may
    /// write nothing more: the host itself is told.
    /// </summary>
    public void EndProgress()
    {
        lock (_progressGate)
        {
            if (_shownActivity is { } activity)
            {
                _shownActivity = null;
                var end = new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed };
                command.Host.UI?.WriteProgress(_source, end);
            }
        }
    }

    private ErrorRecord Log(ErrorRecord error)
    {
        AgentLog.Create(command)?.Error(error);
        return error;
    }

    private void Post(Action message)
    {
        lock (_postGate)
        {
            if (!_hasEnded)
            {
                queue.Post(message, isOutput: true);
            }
        }
    }
}

/// <summary>The answer of <c>ShouldProcess</c>.</summary>
/// <param name="IsGiven">Whether to go ahead.</param>
/// <param name="IsWhatIf">Whether the user asked for the plan only.</param>
internal sealed record Approval(bool IsGiven, bool IsWhatIf);
