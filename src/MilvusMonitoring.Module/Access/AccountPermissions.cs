using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Access;

/// <summary>What a service account may not do of what it needs.</summary>
/// <param name="Missing">The permissions that it lacks.</param>
/// <param name="FromBindings">Why roles and bindings were read instead of a review by the API server; null if it reviewed.</param>
internal sealed record MissingPermissions(IReadOnlyList<Permission> Missing, string? FromBindings);

/// <summary>Finds out what a service account may do: by reviews of the API server, or else by roles and bindings.</summary>
internal sealed class AccountPermissions(ClusterClient client)
{
    /// <summary>A user that no binding names: whoever allows it everything has no authorization.</summary>
    private static readonly (string Namespace, string Name) Nobody = ("milvus-monitoring.invalid", "nobody");

    /// <summary>Compares what an account may do with what it needs.</summary>
    /// <param name="account">The service account.</param>
    /// <param name="required">The permissions that it needs.</param>
    /// <param name="place">The namespace; null for the whole cluster.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <exception cref="MonitoringException">The caller may neither ask for reviews nor read roles and bindings.</exception>
    public async Task<MissingPermissions> CompareAsync(
        (string Namespace, string Name) account,
        IReadOnlyList<Permission> required,
        string? place,
        CancellationToken cancellationToken)
    {
        var reviews = await ReviewAsync(account, required, place, cancellationToken).ConfigureAwait(false);
        if (reviews.Select(review => review.Failure).FirstOrDefault(failure => failure is not null) is not { } failure)
        {
            return new MissingPermissions([.. required.Where((_, index) => !reviews[index].IsAllowed)], null);
        }

        if (failure.ErrorId != ErrorId.PermissionDenied)
        {
            throw failure;
        }

        var roles = await new BindingReader(client)
            .ListAsync(account.Namespace, account.Name, place, cancellationToken).ConfigureAwait(false);
        var missing = required.Where(permission => !roles.Any(role => role.Rules.Any(rule => rule.Allows(permission))));
        return new MissingPermissions([.. missing], "the caller is not allowed to ask the API server");
    }

    /// <summary>
    /// Whether an account may do all that it needs. False too where roles do not decide, since the cluster allows everybody everything.
    /// </summary>
    public async Task<bool> AreCompleteAsync(
        (string Namespace, string Name) account,
        IReadOnlyList<Permission> required,
        string? place,
        CancellationToken cancellationToken)
    {
        var nobody = ReviewAsync(Nobody, [.. required.Take(1)], place, cancellationToken);
        var missing = CompareAsync(account, required, place, cancellationToken);
        await Task.WhenAll(nobody, missing).ConfigureAwait(false);
        return (await missing.ConfigureAwait(false)).Missing.Count == 0 && !(await nobody.ConfigureAwait(false))[0].IsAllowed;
    }

    /// <summary>Finds the role that gives an account most of what it needs; null if no role gives any of it.</summary>
    public async Task<ResourceId?> FindRoleAsync(
        (string Namespace, string Name) account,
        IReadOnlyList<Permission> required,
        string? place,
        CancellationToken cancellationToken)
    {
        var roles = await new BindingReader(client)
            .ListAsync(account.Namespace, account.Name, place, cancellationToken).ConfigureAwait(false);
        return roles
            .OrderByDescending(role => required.Count(permission => role.Rules.Any(rule => rule.Allows(permission))))
            .Select(role => role.Role)
            .FirstOrDefault();
    }

    private Task<AccessReviewResult[]> ReviewAsync(
        (string Namespace, string Name) account,
        IReadOnlyList<Permission> required,
        string? place,
        CancellationToken cancellationToken) =>
        Task.WhenAll(required.Select(permission => AccessReview.ReviewAsync(client, account, permission, place, cancellationToken)));
}
