using System.Runtime.CompilerServices;
using MilvusMonitoring.Campaigns.Faults;
using MilvusMonitoring.Campaigns.Fuzzing;
using MilvusMonitoring.Campaigns.Tenants;

namespace MilvusMonitoring.Campaigns;

/// <summary>Everything that is run, row by row.</summary>
public static class Campaign
{
    /// <summary>Runs what the options ask for.</summary>
    public static async IAsyncEnumerable<CampaignRow> RunAsync(
        CampaignOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        for (var round = 0; round < options.Rounds; round++)
        {
            var ofRound = options with { Seed = options.Seed + round };
            if (options.Only is null or "faults")
            {
                using var faults = new FaultCampaign(ofRound);
                foreach (var (name, run) in faults.Rows().Where(row => IsWanted(options, row.Name)))
                {
                    yield return await run(cancellationToken).ConfigureAwait(false);
                }
            }

            if (options.Only is null or "tenant" && IsWanted(options, TenantCampaign.Name))
            {
                using var tenants = new TenantCampaign(ofRound);
                yield return await tenants.RunAsync(cancellationToken).ConfigureAwait(false);
            }

            if (options.Only is null or "fuzz")
            {
                foreach (var (name, run) in new FuzzCampaign(ofRound).Rows().Where(row => IsWanted(options, row.Name)))
                {
                    yield return await run(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private static bool IsWanted(CampaignOptions options, string name) =>
        (options.Name is null || options.Name == name)
        && (options.Cases.Count == 0 || options.Cases.Any(each => each.StartsWith(name + "/", StringComparison.Ordinal)));
}
