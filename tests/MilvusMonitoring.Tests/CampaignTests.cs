using MilvusMonitoring.Campaigns;

namespace MilvusMonitoring.Tests;

/// <summary>The short form of the campaigns; the whole is <c>dotnet run -c Release --project tests/Campaigns</c>.</summary>
public sealed class CampaignTests
{
    [Theory]
    [InlineData("install")]
    [InlineData("re-install")]
    [InlineData("uninstall")]
    [InlineData("grant")]
    [InlineData("revoke")]
    [InlineData("grant binding")]
    [InlineData("revoke binding")]
    [InlineData("enable")]
    [InlineData("disable")]
    [InlineData("forward")]
    public Task A_command_that_is_disturbed_at_any_request_is_finished_by_the_next_run(string command) =>
        AssertHoldsAsync("faults", command);

    [Theory]
    [InlineData("test")]
    [InlineData("test unmonitored")]
    public Task A_test_that_is_disturbed_at_any_request_says_nothing_that_is_not_so(string name) => AssertHoldsAsync("faults", name);

    [Fact]
    public Task A_tenant_with_one_namespace_changes_nothing_that_a_command_does_outside_of_it() => AssertHoldsAsync("tenant", null);

    [Fact]
    public Task What_reads_what_others_wrote_takes_anything() => AssertHoldsAsync("fuzz", null);

    private static async Task AssertHoldsAsync(string campaign, string? name)
    {
        var cases = 0L;
        await foreach (
            var row in Campaign.RunAsync(
                new CampaignOptions
                {
                    IsShort = true,
                    Only = campaign,
                    Name = name,
                },
                TestContext.Current.CancellationToken))
        {
            Assert.All(row.Violations, violation =>
                Assert.Fail($"--seed {violation.Seed} --only {row.Campaign} --case \"{violation.Case}\": {violation.What}"));
            Assert.SkipWhen(name is not null && row.Skipped is not null, row.Skipped ?? "");
            cases += row.Cases;
        }

        Assert.True(cases > 0);
    }
}
