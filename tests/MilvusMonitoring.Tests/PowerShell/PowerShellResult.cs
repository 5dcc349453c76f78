using System.Management.Automation;

namespace MilvusMonitoring.Tests;

/// <summary>All that a script left behind.</summary>
/// <param name="Output">The objects of the pipeline, in order.</param>
/// <param name="Errors">Every error, the one that ended the script last.</param>
/// <param name="Warnings">The lines of <c>WARNING:</c>.</param>
/// <param name="Verbose">The lines of <c>VERBOSE:</c>.</param>
/// <param name="Information">The information stream, as text.</param>
/// <param name="Progress">Every progress record.</param>
/// <param name="HostLines">What was written to the host itself, such as <c>What if:</c> lines.</param>
/// <param name="Terminated">Whether an error ended the script before its last statement.</param>
/// <param name="Stopped">Whether it was stopped, as by Ctrl+C.</param>
public sealed record PowerShellResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    IReadOnlyList<string> Information,
    IReadOnlyList<ProgressRecord> Progress,
    IReadOnlyList<string> HostLines,
    bool Terminated,
    bool Stopped)
{
    /// <summary>The ids of the errors up to the comma: what <see cref="ErrorId"/> lists.</summary>
    public IReadOnlyList<string> ErrorIds => [.. Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0])];

    /// <summary>The output as objects of one type; anything else in it fails the test.</summary>
    public IReadOnlyList<T> OutputOf<T>() => [.. Output.Select(item => Assert.IsType<T>(item.BaseObject, exactMatch: false))];

    /// <summary>Fails the test if the script had any error.</summary>
    public PowerShellResult EnsureNoError()
    {
        Assert.True(Errors.Count == 0 && !Terminated && !Stopped, string.Join('\n', Errors));
        return this;
    }
}
