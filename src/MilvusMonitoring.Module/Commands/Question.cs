using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>The question whether to go ahead, and whether anybody is there to answer it.</summary>
internal static class Question
{
    /// <summary>
    /// pwsh itself, which asks at the terminal, else reads the answer from wherever its input comes from and waits for it without end.
    /// </summary>
    private const string ConsoleHost = "ConsoleHost";

    /// <summary>Refuses to ask where the input is no terminal, as in a pipeline's step, a cron job or a service.</summary>
    /// <exception cref="InvalidOperationException">There would be a question, and nobody to answer it.</exception>
    public static void EnsureAnswerable(PSCmdlet command)
    {
        if (command.Host.Name == ConsoleHost && Console.IsInputRedirected && IsDue(command))
        {
            throw new InvalidOperationException("The input is no terminal.");
        }
    }

    /// <summary>Whether <c>ShouldProcess</c> is going to ask.</summary>
    private static bool IsDue(PSCmdlet command)
    {
        var bound = command.MyInvocation.BoundParameters;
        if (IsOn(bound, "WhatIf") ?? LanguagePrimitives.IsTrue(command.SessionState.PSVariable.GetValue("WhatIfPreference")))
        {
            return false;
        }

        var impact = command
            .GetType()
            .GetCustomAttributes(typeof(CmdletAttribute), inherit: false)
            .Cast<CmdletAttribute>()
            .Single()
            .ConfirmImpact;
        return IsOn(bound, "Confirm")
            ?? (
                LanguagePrimitives.TryConvertTo<ConfirmImpact>(command.SessionState.PSVariable.GetValue("ConfirmPreference"), out var from)
                && from != ConfirmImpact.None
                && impact >= from);
    }

    private static bool? IsOn(Dictionary<string, object> bound, string name) =>
        bound.TryGetValue(name, out var value) ? LanguagePrimitives.IsTrue(value) : null;
}
