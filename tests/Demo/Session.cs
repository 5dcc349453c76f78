using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace Demo;

/// <summary>A PowerShell session that writes to the console as pwsh does.</summary>
internal sealed class Session : IDisposable
{
    private readonly Runspace _runspace;
    private readonly ConsoleUserInterface _screen;

    public Session(Terminal terminal)
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        PSStyle.Instance.OutputRendering = terminal.Colours ? OutputRendering.Ansi : OutputRendering.PlainText;
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        var host = new ConsoleHost(terminal);
        _screen = (ConsoleUserInterface)host.UI;
        _runspace = RunspaceFactory.CreateRunspace(host, state);
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _runspace.Open();
        using var shell = PowerShell.Create(_runspace);
        shell.AddCommand("Set-StrictMode").AddParameter("Version", "Latest").Invoke();
    }

    /// <summary>Sets a parameter of the script, and shows it.</summary>
    public void SetParameter(string name, string value)
    {
        _runspace.SessionStateProxy.SetVariable(name, value);
        _screen.WriteLine($"-{name} '{value}'");
    }

    /// <summary>Sets a variable without showing it.</summary>
    public void SetVariable(string name, object value) => _runspace.SessionStateProxy.SetVariable(name, value);

    /// <summary>Shows a heading.</summary>
    public void ShowHeading(string text) => _screen.WriteStyled(PSStyle.Instance.Formatting.FormatAccent, $"{Environment.NewLine}# {text}");

    /// <summary>Shows a command after a prompt, as a user types it.</summary>
    public void ShowCommand(string command) => _screen.WriteLine($"PS> {command.ReplaceLineEndings(Environment.NewLine + ">> ")}");

    /// <summary>Runs a command, and shows its output and errors in their order.</summary>
    /// <returns>Whether the command wrote no error.</returns>
    public async Task<bool> RunAsync(string command, CancellationToken cancellationToken)
    {
        // Only $Error holds errors that are merged into the output.
        var errors = (ArrayList)_runspace.SessionStateProxy.GetVariable("Error");
        errors.Clear();
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(command);
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        await using var stopping = cancellationToken.Register(() => shell.BeginStop(null, null));
        try
        {
            await shell.InvokeAsync();
            return errors.Count == 0;
        }
        catch (PipelineStoppedException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RuntimeException error)
        {
            await ShowAsync(error.ErrorRecord);
            return false;
        }
    }

    /// <summary>Runs a command without showing it.</summary>
    /// <returns>The output.</returns>
    /// <exception cref="RuntimeException">The command fails.</exception>
    public async Task<IReadOnlyList<PSObject>> AskAsync(string command, CancellationToken cancellationToken)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript($"$ErrorActionPreference = 'Stop'; {command}", useLocalScope: true);
        await using var stopping = cancellationToken.Register(() => shell.BeginStop(null, null));
        try
        {
            return [.. await shell.InvokeAsync()];
        }
        catch (PipelineStoppedException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public void Dispose() => _runspace.Dispose();

    private async Task ShowAsync(ErrorRecord error)
    {
        // Without this property, the record is formatted as any other object.
        var record = PSObject.AsPSObject(error);
        record.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        using var shell = PowerShell.Create(_runspace);
        shell.AddCommand("Out-Default");
        await shell.InvokeAsync(new PSDataCollection<PSObject>([record]));
    }
}
