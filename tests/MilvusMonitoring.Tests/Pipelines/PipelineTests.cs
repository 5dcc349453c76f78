using System.Text.RegularExpressions;
using System.Xml.Linq;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Pipelines;

/// <summary>
/// The steps of the pipeline to copy, run as an agent runs a script: a file of its own, nobody to answer, nothing to read from.
/// </summary>
public sealed partial class PipelineTests
{
    private const int InstallStep = 1;
    private const int ProofStep = 2;

    [Fact]
    public async Task The_steps_install_grant_and_enable_and_the_next_one_has_nothing_to_do()
    {
        await using var stage = await StartAsync();

        var first = await RunAsync(stage, Steps()[InstallStep]);
        var again = await RunAsync(stage, Steps()[InstallStep]);

        Assert.True(first.ExitCode == 0, first.Output + first.Errors);
        Assert.True(again.ExitCode == 0, again.Output + again.Errors);
        Assert.NotNull(stage.Monitor("my-release-milvus"));
        Assert.Contains("Unchanged", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("##vso", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', first.Output);
        Assert.Matches("(?m)^Version +Namespace +Context +Status", first.Output);
        Assert.Matches("(?m)^Namespace +Name +Age +Ready +Action", first.Output);
        Assert.DoesNotMatch("(?m)^Kubeconfig +:", first.Output);
    }

    [Fact]
    public async Task A_chain_that_is_broken_fails_the_step_with_issues_and_a_test_case_for_each_check()
    {
        await using var stage = await StartAsync();

        var result = await RunAsync(stage, Steps()[ProofStep]);

        Assert.Equal(1, result.ExitCode);
        var issues = ChildProcess.Lines(result.Output).Where(line => line.StartsWith("##vso[", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(issues);
        Assert.All(issues, issue => Assert.StartsWith("##vso[task.logissue type=error;code=CheckFailed]", issue, StringComparison.Ordinal));
        Assert.Contains(issues, issue =>
            issue.Contains("%3B to fix it: Install-KubePrometheus -Wait -Context embedded", StringComparison.Ordinal));
        var cases = XDocument.Load(Path.Combine(stage.Folder, "milvus-monitoring.xml")).Root!.Elements("testcase").ToList();
        Assert.Equal(issues.Count, cases.Count(each => each.Element("failure") is not null));
        Assert.Contains(cases, each => !each.HasElements);
        Assert.Contains(cases, each => each.Element("skipped") is not null);
        Assert.DoesNotContain(cases, each => each.Element("error") is not null);
        Assert.Matches("(?m)^Check +Status +Detail", result.Output);
    }

    [Fact]
    public async Task What_could_not_be_looked_at_fails_the_step_and_the_test_case_that_would_be_the_proof()
    {
        await using var stage = await StartAsync(new ClusterOptions { Rbac = true });
        await stage.InstalledAsync();

        var result = await RunAsync(stage, Steps()[ProofStep], kubeconfig: stage.WriteKubeconfig("nobody"));

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            "##vso[task.logissue type=error;code=PermissionDenied]Nothing proves that ",
            Assert.Single(ChildProcess.Lines(result.Output), line => line.StartsWith("##vso[", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        var error = Assert.Single(XDocument.Load(Path.Combine(stage.Folder, "milvus-monitoring.xml")).Root!.Elements("testcase"), each =>
            each.Element("error") is not null);
        Assert.StartsWith("Samples ", (string)error.Attribute("name")!, StringComparison.Ordinal);
    }

    // Of a script that it is given by -Command, pwsh itself makes every exit code but 0 a 1.
    [Theory]
    [InlineData("& pwsh -NoProfile -Command 'exit 7'; Get-MilvusInstance | Out-Null; \"last: $LASTEXITCODE\"", 1, "last: 7")]
    [InlineData("& pwsh -NoProfile -Command 'exit 0'; Get-MilvusInstance nobody; 'went on'", 1, "")]
    [InlineData("Get-MilvusInstance -Kubeconfig ./nowhere; 'went on'", 1, "")]
    [InlineData("Get-MilvusInstance | Out-Null; 'went on'", 0, "went on")]
    public async Task The_commands_leave_the_exit_code_to_the_script_and_end_it_with_their_errors(
        string script,
        int expected,
        string output)
    {
        await using var stage = await StartAsync();

        var result = await RunAsync(stage, script);

        Assert.True(expected == result.ExitCode, result.Output + result.Errors);
        Assert.Equal(output, result.Output.Trim());
    }

    [Fact]
    public async Task Issues_are_shown_to_an_agent_that_was_asked_to_and_are_no_output()
    {
        (string Preference, string Agent, bool IsShown)[] cases =
        [
            ("$MilvusMonitoringAgentLogging = $true", "True", true),
            ("$MilvusMonitoringAgentLogging = $false", "True", false),
            ("", "True", false),
            ("$MilvusMonitoringAgentLogging = $true", "", false),
            ("$MilvusMonitoringAgentLogging = $true; $ErrorActionPreference = 'SilentlyContinue'", "True", false),
        ];
        await using var stage = await StartAsync();

        // One pwsh for all; each in a scope of its own.
        var result = await RunAsync(stage, string.Concat(cases.Select((each, index) => $$"""
            '# {{index}}'
            & {
                $env:TF_BUILD = '{{each.Agent}}'
                $ErrorActionPreference = 'Continue'
                {{each.Preference}}
                $all = Get-MilvusInstance 'no;body%'
                if ($all) { exit 9 }
            }

            """)));

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        var parts = Regex.Split(result.Output, @"(?m)^# \d\r?$").Skip(1).ToList();
        Assert.Equal(cases.Length, parts.Count);
        Assert.All(cases.Zip(parts), each =>
        {
            var (isShown, lines) = (each.First.IsShown, ChildProcess.Lines(each.Second));
            Assert.Equal(isShown ? 1 : 0, lines.Length);
            Assert.All(lines, line =>
                Assert.StartsWith(
                    "##vso[task.logissue type=error;code=InstanceNotFound]There is no Milvus named 'no%3Bbody%AZP25' in ",
                    line,
                    StringComparison.Ordinal));
        });
    }

    /// <summary>The scripts of the steps, in order.</summary>
    private static List<string> Steps()
    {
        var text = File.ReadAllText(Path.Combine(BuiltTree.Root, "docs", "pipelines", "monitoring-steps.yml")).ReplaceLineEndings("\n");
        return [.. Scripts().Matches(text).Select(step => step.Groups[1].Value.Replace("\n      ", "\n", StringComparison.Ordinal).Trim())];
    }

    private static async Task<Stage> StartAsync(ClusterOptions? options = null)
    {
        Assert.SkipUnless(Programs.OnPath("pwsh"), "pwsh is not on PATH.");
        var stage = await Stage.StartAsync(options);
        new SampleMilvus().PutInto(stage.Cluster);
        return stage;
    }

    private static Task<ChildResult> RunAsync(Stage stage, string script, string? kubeconfig = null)
    {
        // What PowerShell@2 puts before and after a script.
        var file = stage.WriteFile($"{Guid.NewGuid():N}.ps1", $$"""
            $ErrorActionPreference = 'Stop'
            {{script}}
            if (Test-Path -LiteralPath variable:\LASTEXITCODE) { exit $LASTEXITCODE }
            """
        );
        return ChildProcess.RunAsync(
            "pwsh",
            ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", $". '{file}'"],
            Limits.Program,
            new Dictionary<string, string?>
            {
                ["TF_BUILD"] = "True",
                ["NO_COLOR"] = "1",
                ["KUBECONFIG"] = kubeconfig ?? stage.Kubeconfig,
                ["PSModulePath"] = Path.GetDirectoryName(BuiltTree.Module),
                ["INSTANCE"] = "my-release",
                ["MILVUS_NAMESPACE"] = "default",
                ["MANIFESTS"] = Stage.Manifests,
                ["TIMEOUT"] = "10s",
                ["RESULTS"] = stage.Folder,
            });
    }

    [GeneratedRegex(@"^  - pwsh: \|\n((?:(?:      .*)?\n)+)", RegexOptions.Multiline)]
    private static partial Regex Scripts();
}
