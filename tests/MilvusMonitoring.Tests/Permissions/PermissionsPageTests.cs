using System.Management.Automation;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>docs/permissions.md is the table of rights.</summary>
public sealed class PermissionsPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_says_what_the_table_says()
    {
        var page = Path.Combine(BuiltTree.Root, "docs", "permissions.md");
        var wanted = PermissionsPage.Write();
        if (await File.ReadAllTextAsync(page, Token) != wanted)
        {
            var copy = Path.Combine(Path.GetTempPath(), "permissions.md");
            await File.WriteAllTextAsync(copy, wanted, Token);
            Assert.Fail($"docs/permissions.md has to be {copy}.");
        }
    }

    [Fact]
    public async Task The_page_tells_of_every_command_and_each_has_a_run_that_shows_its_rights()
    {
        await using var session = await PowerShellSession.StartAsync();
        var commands = (await session.InvokeAsync("Get-Command -Module MilvusMonitoring -CommandType Cmdlet"))
            .EnsureNoError().OutputOf<CmdletInfo>().Select(command => command.Name);
        var page = PermissionsPage.Write();
        Assert.All(commands, command => Assert.Contains(command, page, StringComparison.Ordinal));
        Assert.Equal(
            CommandTable.All.Select(command => command.Command).Order(),
            RightsPlays.OnStack.Concat(RightsPlays.OnKinds).Select(play => play.Command).Distinct().Order());
    }

    [Fact]
    public void Every_role_of_the_page_is_YAML_with_rules()
    {
        var blocks = PermissionsPage.Write().Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0]).ToList();
        Assert.True(blocks.Count > CommandTable.All.Count);
        Assert.All(blocks, block =>
        {
            var role = Assert.Single(YamlConverter.Convert("role", System.Text.Encoding.UTF8.GetBytes(block), Token));
            Assert.Contains("\"rules\":[{\"apiGroups\":[", System.Text.Encoding.UTF8.GetString(role.Json.Span), StringComparison.Ordinal);
        });
    }
}
