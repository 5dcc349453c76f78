using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>Prevents a question that nobody can answer.</summary>
internal static class PromptGuard
{
    /// <summary>
    /// The host of pwsh. Without a terminal it reads the answer from the redirected input, and waits for it without limit.
    /// </summary>
    private const string ConsoleHost = "ConsoleHost";

    /// <summary>Refuses to ask if the input is not a terminal, as in a CI step, a cron job or a service.</summary>
    /// <exception cref="InvalidOperationException"><c>ShouldProcess</c> is going to ask, and nobody can answer.</exception>
    public static void EnsureAnswerable(PSCmdlet command)
    {
        if (command.Host.Name == ConsoleHost && Console.IsInputRedirected && WillAsk(command))
        {
            throw new InvalidOperationException("The input is not a terminal.");
        }
    }

    /// <summary>Whether <c>ShouldProcess</c> is going to ask.</summary>
    private static bool WillAsk(PSCmdlet command)
    {
        var bound = command.MyInvocation.BoundParameters;
        if (ReadSwitch(bound, "WhatIf") ?? LanguagePrimitives.IsTrue(command.SessionState.PSVariable.GetValue("WhatIfPreference")))
        {
            return false;
        }

        var impact = command
            .GetType()
            .GetCustomAttributes(typeof(CmdletAttribute), inherit: false)
            .Cast<CmdletAttribute>()
            .Single()
            .ConfirmImpact;
        return ReadSwitch(bound, "Confirm")
            ?? (
                LanguagePrimitives.TryConvertTo<ConfirmImpact>(command.SessionState.PSVariable.GetValue("ConfirmPreference"), out var from)
                && from != ConfirmImpact.None
                && impact >= from);
    }

    private static bool? ReadSwitch(Dictionary<string, object> bound, string name) =>
        bound.TryGetValue(name, out var value) ? LanguagePrimitives.IsTrue(value) : null;
}
