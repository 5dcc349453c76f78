using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Access;

/// <summary>A role that is bound to a service account.</summary>
internal sealed record BoundRole(ResourceId Role, IReadOnlyList<PolicyRule> Rules);

/// <summary>Reads what roles and bindings grant a service account.</summary>
internal sealed class BindingReader(ClusterClient client)
{
    /// <summary>Lists the roles of a service account.</summary>
    /// <param name="accountNamespace">The namespace of the account.</param>
    /// <param name="account">The name of the account.</param>
    /// <param name="place">The namespace in which the rules hold; null for the whole cluster.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public async Task<IReadOnlyList<BoundRole>> ListAsync(
        string accountNamespace,
        string account,
        string? place,
        CancellationToken cancellationToken)
    {
        var bindings = await ListBindingsAsync(ResourceType.ClusterRoleBinding, null, cancellationToken).ConfigureAwait(false);
        if (place is not null)
        {
            bindings = [.. bindings, .. await ListBindingsAsync(ResourceType.RoleBinding, place, cancellationToken).ConfigureAwait(false)];
        }

        var roles = new List<BoundRole>();
        foreach (var binding in bindings.Where(binding => binding.Items("subjects").Any(IsAccount)))
        {
            var reference = binding.Member("roleRef");
            var type = reference.Text("kind") == ResourceType.ClusterRole.Kind ? ResourceType.ClusterRole : ResourceType.Role;
            var id = new ResourceId(type.Group, type.Kind, type.IsNamespaced ? place : null, reference.Text("name") ?? string.Empty);
            var role = await RoleDocument.FindAsync(client, type, id, cancellationToken).ConfigureAwait(false);
            roles.Add(new BoundRole(id, PolicyRule.ParseAll(role?["rules"])));
        }

        return roles;

        // To the API server a service account is a user of that name, and a binding may name it so.
        bool IsAccount(JsonElement subject) =>
            subject.Text("kind") switch
            {
                "ServiceAccount" => subject.Text("name") == account && subject.Text("namespace") == accountNamespace,
                "User" => subject.Text("name") == $"system:serviceaccount:{accountNamespace}:{account}",
                "Group" => subject.Text("name") is "system:serviceaccounts" or "system:authenticated"
                    || subject.Text("name") == $"system:serviceaccounts:{accountNamespace}",
                _ => false,
            };
    }

    private async Task<IReadOnlyList<JsonElement>> ListBindingsAsync(
        ResourceType type,
        string? place,
        CancellationToken cancellationToken) =>
        await client.ListAsync(type, place, string.Empty, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
}
