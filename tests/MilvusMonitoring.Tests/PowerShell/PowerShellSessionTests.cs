namespace MilvusMonitoring.Tests;

/// <summary>The session itself: what the tests of cmdlets rely on.</summary>
public sealed class PowerShellSessionTests
{
    [Fact]
    public async Task Every_stream_is_kept_apart()
    {
        await using var session = await PowerShellSession.StartAsync();
        var result = await session.InvokeAsync(
            """
            param([int]$number)
            function Say { [CmdletBinding(SupportsShouldProcess)] param()
                $PSCmdlet.WriteWarning('warned'); $PSCmdlet.WriteVerbose('told')
                $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'working', 'half'))
                $PSCmdlet.WriteInformation('noted', @())
                $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('failed'), 'TheId', 'NotSpecified', $null))
                $null = $PSCmdlet.ShouldProcess('it', 'do')
                $number }
            Say -Verbose -WhatIf
            """,
            new { number = 3 });

        Assert.Equal([3], result.OutputOf<int>());
        Assert.Equal(["warned"], result.Warnings);
        Assert.Equal(["told"], result.Verbose);
        Assert.Equal(["noted"], result.Information);
        Assert.Equal(["TheId"], result.ErrorIds);
        Assert.Contains(result.Progress, record => record.Activity == "working");
        Assert.Equal(["What if: Performing the operation \"do\" on target \"it\"."], result.HostLines);
        Assert.False(result.Terminated);
    }

    [Fact]
    public async Task A_script_that_ends_by_an_error_is_terminated()
    {
        await using var session = await PowerShellSession.StartAsync();
        var result = await session.InvokeAsync("1; $ErrorActionPreference = 'Stop'; Get-Module -ListAvailable -Name; 2");

        Assert.True(result.Terminated);
        Assert.NotEmpty(result.Errors);
    }

    [Fact]
    public async Task Stop_ends_a_running_script_and_keeps_its_output()
    {
        await using var session = await PowerShellSession.StartAsync();
        using var started = new ManualResetEventSlim();
        var run = session.InvokeAsync("param($started) 'first'; $started.Set(); while ($true) { }", new { started });
        started.Wait(TestContext.Current.CancellationToken);

        await session.StopAsync();
        var result = await run;

        Assert.True(result.Stopped);
        Assert.Equal(["first"], result.OutputOf<string>());
    }

    [Theory]
    [InlineData("Yes", true)]
    [InlineData("No", false)]
    public async Task A_question_gets_the_answer_that_was_prepared(string answer, bool expected)
    {
        await using var session = await PowerShellSession.StartAsync();
        session.Host.Answer(answer);
        var result = await session.InvokeAsync(
            "function Ask { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() $PSCmdlet.ShouldProcess('it', 'do') "
                + "}; Ask"
        );

        Assert.Equal([expected], result.OutputOf<bool>());
        Assert.Single(session.Host.Questions);
    }

    [Fact]
    public async Task A_question_that_nobody_answers_is_an_error()
    {
        await using var session = await PowerShellSession.StartAsync();
        var result = await session.InvokeAsync(
            "function Ask { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() $PSCmdlet.ShouldProcess('it', 'do') "
                + "}; Ask"
        );

        Assert.Contains("A question that no test answers", Assert.Single(result.Errors).Exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tab_completes_the_names_of_the_module()
    {
        await using var session = await PowerShellSession.StartAsync();

        Assert.Contains(session.Complete("Get-KubeP"), match => match.CompletionText == "Get-KubePrometheus");
    }
}
