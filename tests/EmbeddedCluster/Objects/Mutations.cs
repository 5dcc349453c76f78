using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Objects;

/// <summary>Who writes, and how.</summary>
internal sealed record WriteOptions(string Manager)
{
    public bool DryRun { get; init; }

    public string? Subresource { get; init; }

    /// <summary>The value already says who owns what: it comes from server-side apply.</summary>
    public bool IsApply { get; init; }
}

/// <summary>Turns a value that somebody wants stored into a stored object, by the rules that hold for every writer.</summary>
internal sealed class Mutations(ClusterState state)
{
    private static readonly string[] s_systemMetadata =
    [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
    ];

    /// <summary>Stores a new object. The value is consumed.</summary>
    /// <returns>Null when there is one of that name already.</returns>
    public StoredObject? TryCreate(ResourceKind kind, JsonObject value, WriteOptions options)
    {
        var metadata = value.Child("metadata");
        foreach (var key in s_systemMetadata)
        {
            metadata.Remove(key);
        }

        metadata.Remove("resourceVersion");
        if (metadata.Text("name") is null && metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix + Names.RandomSuffix();
        }

        if (kind.HasStatus)
        {
            value.Remove("status");
        }

        NamespaceLifecycle.CheckCreate(state, kind, metadata);
        Defaults.Apply(state, kind, value, isNew: true);
        Validation.Check(state, kind, value, null);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = ClusterState.Timestamp;
        if (Generations.Has(kind))
        {
            metadata["generation"] = 1;
        }

        if (!options.IsApply)
        {
            ManagedFields.RecordUpdate(
                null,
                value,
                options.Manager,
                kind.ApiVersion,
                NamedSubresource(options),
                ClusterState.Now,
                ClusterState.SchemaOf(kind));
        }

        var draft = StoredObject.Prepare(value);
        return options.DryRun ? draft.Uncommitted() : state.Store.TryAdd(kind.Id, draft);
    }

    /// <summary>Stores a changed object, or leaves what is stored if nothing changes. The value is consumed.</summary>
    /// <returns>Null when the object has been changed by another since <paramref name="live"/> was read.</returns>
    public StoredObject? TryUpdate(ResourceKind kind, StoredObject live, JsonObject value, WriteOptions options)
    {
        var before = live.Read(kind.ApiVersion, kind.Kind);
        var after = options.Subresource is null ? value : WithinSubresource(before, value, options.Subresource);
        var metadata = after.Child("metadata");
        var former = (JsonObject)before["metadata"]!;
        foreach (var key in s_systemMetadata)
        {
            metadata.TakeFrom(former, key);
        }

        metadata["resourceVersion"] = former["resourceVersion"]!.DeepClone();
        metadata.TakeFrom(former, "namespace");
        if (options.Subresource is null && kind.HasStatus)
        {
            after.TakeFrom(before, "status");
        }

        Defaults.Apply(state, kind, after, isNew: false);
        Validation.Check(state, kind, after, before);
        if (!options.IsApply)
        {
            ManagedFields.RecordUpdate(
                before,
                after,
                options.Manager,
                kind.ApiVersion,
                NamedSubresource(options),
                ClusterState.Now,
                ClusterState.SchemaOf(kind));
        }

        if (Generations.Has(kind) && Generations.Moves(kind, before, after))
        {
            metadata["generation"] = (former.Number("generation") ?? 0) + 1;
        }

        if (DiffersInTimesOnly(before, after))
        {
            return live;
        }

        return Store(kind, live, after, options);
    }

    /// <summary>A write that moves nothing but the times in managedFields is none.</summary>
    private static bool DiffersInTimesOnly(JsonObject before, JsonObject after)
    {
        static JsonObject Timeless(JsonObject value)
        {
            var copy = value.Child("metadata").Copy();
            foreach (var entry in copy.Items("managedFields"))
            {
                entry.Remove("time");
            }

            return copy;
        }

        return before
                .Select(each => each.Key)
                .Union(after.Select(each => each.Key))
                .Where(key => key != "metadata")
                .All(key => JsonNode.DeepEquals(before[key], after[key])) && JsonNode.DeepEquals(Timeless(before), Timeless(after));
    }

    private StoredObject? Store(ResourceKind kind, StoredObject live, JsonObject after, WriteOptions options)
    {
        var draft = StoredObject.Prepare(after);
        if (draft.SaysTheSameAs(live))
        {
            return live;
        }

        if (options.DryRun)
        {
            return draft.Uncommitted();
        }

        if (live.IsTerminating && !IsHeld(kind, after))
        {
            // The last finalizer went: the object goes, and the answer shows it as it was wanted.
            return state.Store.TryRemove(kind.Id, live) is null ? null : draft.Uncommitted();
        }

        return state.Store.TryReplace(kind.Id, live, draft);
    }

    // Managed fields say since 1.22 through which subresource they came.
    private string? NamedSubresource(WriteOptions options) => state.Minor < 22 ? null : options.Subresource;

    /// <summary>Whether something still has to be done before an object that is being deleted may go.</summary>
    public static bool IsHeld(ResourceKind kind, JsonObject value) =>
        value["metadata"]?["finalizers"] is JsonArray { Count: > 0 }
        || (kind is { Group: "", Kind: "Namespace" } && value["spec"]?["finalizers"] is JsonArray { Count: > 0 })
        || (kind is { Group: "", Kind: "Pod" } && (long?)value["metadata"]?["deletionGracePeriodSeconds"] > 0);

    private static JsonObject WithinSubresource(JsonObject before, JsonObject value, string subresource)
    {
        var after = before.Copy();
        if (subresource is "finalize")
        {
            after.Child("spec").TakeFrom(value.Child("spec"), "finalizers");
        }
        else if (subresource is "approval" or "status")
        {
            after.TakeFrom(value, "status");
        }
        else
        {
            return value;
        }

        if (value["metadata"]?["managedFields"] is { } fields)
        {
            after.Child("metadata")["managedFields"] = fields.DeepClone();
        }

        return after;
    }
}

internal static class Names
{
    // The alphabet of generated names: no vowels, nothing that looks like something else.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string RandomSuffix() => new(RandomNumberGenerator.GetItems<char>(Alphabet, 5));
}
