using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;
using Engine = System.Management.Automation.PowerShell;

namespace MilvusMonitoring.Tests;

/// <summary>A PowerShell engine inside the test process, with the built module imported; one script at a time.</summary>
public sealed class PowerShellSession : IAsyncDisposable
{
    // Engines that start at the same moment in a new process may not find the module.
    private static readonly Lazy<Task> s_first = new(async () => await (await OpenAsync()).DisposeAsync());

    private readonly Runspace _runspace;
    private Engine? _running;

    static PowerShellSession()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

        // Tests that run side by side have nothing to do with the port-forwards of one another.
        AppContext.SetSwitch("MilvusMonitoring.KeepRunspacesApart", true);
    }

    private PowerShellSession(Runspace runspace) => _runspace = runspace;

    /// <summary>Where questions are answered beforehand, and read afterwards.</summary>
    public TestHost Host { get; private init; } = null!;

    /// <summary>Opens a session and imports the module that the build left.</summary>
    public static async Task<PowerShellSession> StartAsync()
    {
        await s_first.Value;
        return await OpenAsync();
    }

    private static async Task<PowerShellSession> OpenAsync()
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        var host = new TestHost();
        var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        runspace.Open();
        var session = new PowerShellSession(runspace) { Host = host };
        try
        {
            (await session.InvokeAsync("param($path) Import-Module $path", new { path = BuiltTree.Module })).EnsureNoError();
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a script to its end, or until it is stopped or the test is cancelled.</summary>
    /// <param name="script">The script; it begins with <c>param(…)</c> where it has parameters.</param>
    /// <param name="parameters">An object whose properties are the parameters.</param>
    public async Task<PowerShellResult> InvokeAsync(string script, object? parameters = null)
    {
        using var shell = Engine.Create(_runspace);
        shell.AddScript(script);
        foreach (var property in parameters?.GetType().GetProperties() ?? [])
        {
            shell.AddParameter(property.Name, property.GetValue(parameters));
        }

        using var input = new PSDataCollection<PSObject>();
        using var output = new PSDataCollection<PSObject>();
        input.Complete();
        ErrorRecord? ending = null;
        var stopped = false;
        Volatile.Write(ref _running, shell);
        try
        {
            using var cancelled = TestContext.Current.CancellationToken.Register(() => shell.BeginStop(null, null));
            await shell.InvokeAsync(input, output);
        }
        catch (PipelineStoppedException)
        {
            stopped = true;
        }
        catch (RuntimeException error)
        {
            ending = error.ErrorRecord;
        }
        finally
        {
            Volatile.Write(ref _running, null);
        }

        return new PowerShellResult(
            [.. output],
            ending is null ? [.. shell.Streams.Error] : [.. shell.Streams.Error, ending],
            [.. shell.Streams.Warning.Select(record => record.Message)],
            [.. shell.Streams.Verbose.Select(record => record.Message)],
            [.. shell.Streams.Information.Select(record => record.ToString())],
            [.. shell.Streams.Progress],
            Host.TakeLines(),
            Terminated: ending is not null,
            stopped);
    }

    /// <summary>Stops the running script as Ctrl+C does.</summary>
    /// <returns>A task that ends when the script has ended.</returns>
    public Task StopAsync()
    {
        var shell = Volatile.Read(ref _running) ?? throw new InvalidOperationException("No script is running.");

        // A script that stops at once leaves nothing to wait for: BeginStop gives null then.
        return shell.BeginStop(null, null) is { } stopping ? Task.Factory.FromAsync(stopping, shell.EndStop) : Task.CompletedTask;
    }

    /// <summary>What Tab offers at the end of a command line.</summary>
    public IReadOnlyList<CompletionResult> Complete(string line)
    {
        using var shell = Engine.Create(_runspace);
        return CommandCompletion.CompleteInput(line, line.Length, options: null, shell).CompletionMatches;
    }

    public ValueTask DisposeAsync()
    {
        _runspace.Dispose();
        return ValueTask.CompletedTask;
    }
}
