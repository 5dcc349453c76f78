using System.Text.Json;
using MilvusMonitoring.Access;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Verification;

/// <summary>Reads what roles and bindings give a service account, for callers who may not ask the API server.</summary>
internal sealed class BindingReader(ClusterClient client)
{
    /// <summary>The rules that hold for a service account.</summary>
    /// <param name="accountNamespace">Its namespace.</param>
    /// <param name="account">Its name.</param>
    /// <param name="place">The namespace that they are to hold in; null for the whole cluster.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<PolicyRule>> RulesOfAsync(
        string accountNamespace,
        string account,
        string? place,
        CancellationToken cancellationToken)
    {
        var bindings = await BindingsAsync(ResourceType.ClusterRoleBinding, null, cancellationToken).ConfigureAwait(false);
        if (place is not null)
        {
            bindings = [.. bindings, .. await BindingsAsync(ResourceType.RoleBinding, place, cancellationToken).ConfigureAwait(false)];
        }

        var rules = new List<PolicyRule>();
        foreach (var binding in bindings.Where(binding => binding.Items("subjects").Any(IsAccount)))
        {
            var reference = binding.Member("roleRef");
            var type = reference.Text("kind") == ResourceType.ClusterRole.Kind ? ResourceType.ClusterRole : ResourceType.Role;
            var id = new ResourceId(type.Group, type.Kind, type.IsNamespaced ? place : null, reference.Text("name") ?? string.Empty);
            rules.AddRange(
                PolicyRule.ParseAll((await RoleDocument.FindAsync(client, type, id, cancellationToken).ConfigureAwait(false))?["rules"]));
        }

        return rules;

        bool IsAccount(JsonElement subject) =>
            subject.Text("kind") switch
            {
                "ServiceAccount" => subject.Text("name") == account && subject.Text("namespace") == accountNamespace,
                "Group" => subject.Text("name") is "system:serviceaccounts" or "system:authenticated"
                    || subject.Text("name") == $"system:serviceaccounts:{accountNamespace}",
                _ => false,
            };
    }

    private async Task<IReadOnlyList<JsonElement>> BindingsAsync(ResourceType type, string? place, CancellationToken cancellationToken) =>
        await client.ListAsync(type, place, string.Empty, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
}
