using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows warnings and errors as issues of the step that an Azure Pipelines agent runs, where the caller has asked for it.
/// </summary>
/// <remarks>The agent reads such lines from the host's output; nothing of it goes into the pipeline.</remarks>
internal sealed class AgentLog
{
    /// <summary>The variable that asks for it.</summary>
    public const string Variable = "MilvusMonitoringAgentLogging";

    private readonly PSCmdlet _command;

    private AgentLog(PSCmdlet command) => _command = command;

    /// <summary>The log for a command; null outside of an agent, or where nobody asked. To be called on the pipeline thread.</summary>
    public static AgentLog? Create(PSCmdlet command) =>
        Environment.GetEnvironmentVariable("TF_BUILD") is { Length: > 0 }
        && LanguagePrimitives.IsTrue(command.SessionState.PSVariable.GetValue(Variable))
            ? new AgentLog(command)
            : null;

    /// <summary>Shows a warning, unless the caller does not want to see warnings.</summary>
    public void Warning(string message) => Issue("warning", "Warning", code: null, message);

    /// <summary>
    /// Shows an error, unless the caller does not want to see errors: all of it, for an issue has no other place for the remedy.
    /// </summary>
    public void Error(ErrorRecord error) => Issue("error", "Error", error.FullyQualifiedErrorId.Split(',')[0], error.Exception.Message);

    /// <summary>The command that the agent understands.</summary>
    /// <param name="type"><c>error</c> or <c>warning</c>.</param>
    /// <param name="code">An error's id; null for none.</param>
    /// <param name="message">The text.</param>
    public static string Line(string type, string? code, string message) =>
        $"##vso[task.logissue type={type}{(code is null ? "" : $";code={Escape(code)}")}]{Escape(message)}";

    // The percent sign first, else it would escape the others' escapes.
    private static string Escape(string text) => text
        .Replace("%", "%AZP25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal)
        .Replace(";", "%3B", StringComparison.Ordinal)
        .Replace("]", "%5D", StringComparison.Ordinal);

    private void Issue(string type, string stream, string? code, string message)
    {
        if (IsWanted(stream))
        {
            _command.Host.UI?.WriteLine(Line(type, code, message));
        }
    }

    private bool IsWanted(string stream)
    {
        var preference = _command.MyInvocation.BoundParameters.TryGetValue(stream + "Action", out var bound) ? bound
            : _command.SessionState.PSVariable.GetValue(stream == "Error" ? "ErrorActionPreference" : "WarningPreference");
        return !LanguagePrimitives.TryConvertTo<ActionPreference>(preference, out var chosen)
            || chosen is not (ActionPreference.Ignore or ActionPreference.SilentlyContinue);
    }
}
