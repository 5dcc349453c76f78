using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows warnings and errors as issues of an Azure Pipelines step, if the variable <see cref="Variable"/> is set.
/// </summary>
/// <remarks>The agent reads such lines from the host's output; none of them goes into the pipeline.</remarks>
internal sealed class AgentLog
{
    /// <summary>The PowerShell variable that turns this on.</summary>
    public const string Variable = "MilvusMonitoringAgentLogging";

    private readonly PSCmdlet _command;

    private AgentLog(PSCmdlet command) => _command = command;

    /// <summary>The log for a command; null outside of an agent, or if the variable is not set. Call it on the pipeline thread.</summary>
    public static AgentLog? Create(PSCmdlet command) =>
        Environment.GetEnvironmentVariable("TF_BUILD") is { Length: > 0 }
        && LanguagePrimitives.IsTrue(command.SessionState.PSVariable.GetValue(Variable))
            ? new AgentLog(command)
            : null;

    /// <summary>Shows a warning, unless the preference hides warnings.</summary>
    public void Warning(string message) => WriteIssue("warning", "Warning", code: null, message);

    /// <summary>
    /// Shows an error, unless the preference hides errors: with the remedy, because an issue has no field for a remedy.
    /// </summary>
    public void Error(ErrorRecord error) =>
        WriteIssue("error", "Error", error.FullyQualifiedErrorId.Split(',')[0], error.Exception.Message);

    /// <summary>The logging command of the agent for an issue.</summary>
    /// <param name="type"><c>error</c> or <c>warning</c>.</param>
    /// <param name="code">An error's id; null for none.</param>
    /// <param name="message">The text.</param>
    public static string FormatLine(string type, string? code, string message) =>
        $"##vso[task.logissue type={type}{(code is null ? "" : $";code={Escape(code)}")}]{Escape(message)}";

    // The percent sign comes first: otherwise it is replaced in the other escapes too.
    private static string Escape(string text) => text
        .Replace("%", "%AZP25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal)
        .Replace(";", "%3B", StringComparison.Ordinal)
        .Replace("]", "%5D", StringComparison.Ordinal);

    private void WriteIssue(string type, string stream, string? code, string message)
    {
        if (IsVisible(stream))
        {
            _command.Host.UI?.WriteLine(FormatLine(type, code, message));
        }
    }

    private bool IsVisible(string stream)
    {
        var variable = stream == "Error" ? "ErrorActionPreference" : "WarningPreference";
        var preference = _command.MyInvocation.BoundParameters.TryGetValue(stream + "Action", out var bound)
            ? bound
            : _command.SessionState.PSVariable.GetValue(variable);
        return !LanguagePrimitives.TryConvertTo<ActionPreference>(preference, out var chosen)
            || chosen is not (ActionPreference.Ignore or ActionPreference.SilentlyContinue);
    }
}
