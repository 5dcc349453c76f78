namespace Demo;

/// <summary>Runs the script step by step in a session.</summary>
internal sealed class Show(Session session)
{
    /// <summary>Whether the script ends at the first command that fails.</summary>
    public bool EndsAtFailure { get; init; }

    /// <summary>Called before each step is shown.</summary>
    public Action<Step> Announce { get; init; } = _ => { };

    /// <summary>Whether a command that wrote no error has reached its purpose.</summary>
    public Func<string, Task<bool>> JudgeAsync { get; init; } = _ => Task.FromResult(true);

    /// <summary>Runs the script.</summary>
    /// <returns>The number of failed commands.</returns>
    public async Task<int> PlayAsync(CancellationToken cancellationToken)
    {
        var failed = 0;
        foreach (var step in ScriptShow.Read(Path.Combine(AppContext.BaseDirectory, "demo.ps1")))
        {
            Announce(step);
            if (step.Heading is not null)
            {
                session.ShowHeading(step.Heading);
                continue;
            }

            session.ShowCommand(step.Command!);
            if (!await session.RunAsync(step.Command!, cancellationToken) || !await JudgeAsync(step.Command!))
            {
                failed++;
                if (EndsAtFailure)
                {
                    break;
                }
            }
        }

        return failed;
    }
}
