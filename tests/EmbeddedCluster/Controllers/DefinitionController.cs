using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Accepts the names of CRDs, serves their kinds, and clears up behind deleted ones.</summary>
internal sealed class DefinitionController(ClusterState state, ControllerWriter writer, ControllerLoop loop) : IController
{
    private const string Manager = "kube-apiserver";

    private static readonly ResourceId s_definitions = new("apiextensions.k8s.io", "customresourcedefinitions");

    private readonly ResourceKind _kind = writer.Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    private readonly HashSet<string> _cleaned = [];
    private readonly Dictionary<string, Naming> _namings = [];

    public void Observe(StoreEvent change)
    {
        if (change.Resource != s_definitions)
        {
            ObserveInstance(change);
            return;
        }

        var definition = change.Object;
        switch (change.Type)
        {
            case StoreEventType.Deleted:
                state.Kinds.Withdraw(definition.Name);
                _namings.Remove(definition.Name);
                Reconsider();
                break;
            case StoreEventType.Added:
                loop.After(state.Readiness.For("CustomResourceDefinition", "", definition.Name, state.Options.DefinitionDelay), () =>
                    Accept(definition));
                break;
            default:
                ObserveChange(change.Previous!, definition);
                break;
        }
    }

    public void Settle()
    {
    }

    private void ObserveChange(StoredObject previous, StoredObject definition)
    {
        if (definition.IsTerminating && !previous.IsTerminating)
        {
            loop.After(state.Options.DefinitionCleanupDelay, () => CleanUp(definition));
        }
        else if (IsEstablished(definition.ReadRest()))
        {
            Serve(definition);
        }
    }

    private void Accept(StoredObject definition)
    {
        var names = Latest(definition)?.ReadRest().At("spec.names") as JsonObject;
        if (names is null)
        {
            return;
        }

        if (Clash(definition, names) is { } clash)
        {
            writer.Update(_kind, definition, Manager, "status", value => Refuse(value, clash));
            return;
        }

        writer.Update(_kind, definition, Manager, "status", value =>
        {
            var status = value.Child("status");
            status["acceptedNames"] = value.At("spec.names")!.DeepClone();
            Conditions.Set(status, "NamesAccepted", "True", "NoConflicts", "no conflicts found");
            Conditions.Set(status, "Established", "False", "Installing", "the initial names have been accepted");
            return true;
        });
        writer.Update(_kind, definition, Manager, "status", value =>
        {
            Conditions.Set(value.Child("status"), "Established", "True", "InitialNamesAccepted", "the initial names have been accepted");
            return true;
        });
    }

    private static bool Refuse(JsonObject value, (string Reason, string Message) clash)
    {
        var status = value.Child("status");
        Conditions.Set(status, "NamesAccepted", "False", clash.Reason, clash.Message);
        Conditions.Set(status, "Established", "False", "NotAccepted", "not all names are accepted");
        return true;
    }

    private (string Reason, string Message)? Clash(StoredObject definition, JsonObject names)
    {
        var group = NamingOf(definition).Group;
        foreach (var other in state.Store.List(s_definitions, null).Items.Where(each => each.Name != definition.Name))
        {
            var naming = NamingOf(other);
            if (naming.Group != group || naming.Accepted is not { } accepted)
            {
                continue;
            }

            if (Text(accepted, "listKind") == Text(names, "listKind") || Text(accepted, "kind") == Text(names, "kind"))
            {
                var which =
                    Text(accepted, "kind") == Text(names, "kind")
                        ? ("KindConflict", Text(names, "kind"))
                        : ("ListKindConflict", Text(names, "listKind"));
                return (which.Item1, $"\"{which.Item2}\" is already in use");
            }

            var taken = Resources(accepted).ToHashSet();
            if (Resources(names).FirstOrDefault(taken.Contains) is { } shared)
            {
                return (shared == Text(names, "singular") ? "SingularConflict" : "ShortNamesConflict", $"\"{shared}\" is already in use");
            }
        }

        return null;
    }

    private Naming NamingOf(StoredObject definition)
    {
        if (_namings.TryGetValue(definition.Name, out var known) && known.Uid == definition.Uid && known.Revision == definition.Revision)
        {
            return known;
        }

        var rest = definition.ReadRest();
        return _namings[definition.Name] = new Naming(
            definition.Uid,
            definition.Revision,
            rest.At("spec.group")?.ToString(),
            rest.At("status.acceptedNames")?.DeepClone() as JsonObject,
            rest.Child("status").Items("conditions").Any(each => each.Text("type") == "NamesAccepted" && each.Text("status") == "False"));
    }

    private static string? Text(JsonObject value, string key) => value[key]?.ToString();

    private static IEnumerable<string> Resources(JsonObject names) =>
        new[] { Text(names, "plural"), Text(names, "singular") }
            .Concat((names["shortNames"] as JsonArray ?? []).Select(each => (string?)each))
            .OfType<string>()
            .Where(each => each.Length > 0);

    /// <summary>Names that a deleted definition held may be free for another.</summary>
    private void Reconsider()
    {
        foreach (var definition in state.Store.List(s_definitions, null).Items)
        {
            if (NamingOf(definition).IsRefused)
            {
                Accept(definition);
            }
        }
    }

    private void Serve(StoredObject definition)
    {
        var isNew = state.Kinds.Served.All(each => each.Custom?.Definition != definition.Name);
        state.Kinds.Serve(definition.Name, DefinedKinds.Of(definition));
        if (isNew)
        {
            loop.After(state.Options.DiscoveryDelay, () =>
            {
                if (state.Kinds.Served.Any(each => each.Custom?.Definition == definition.Name))
                {
                    state.Kinds.Discover(definition.Name);
                }
            });
        }
    }

    private void CleanUp(StoredObject definition)
    {
        writer.Update(_kind, definition, Manager, "status", value =>
        {
            Conditions.Set(
                value.Child("status"),
                "Terminating",
                "True",
                "InstanceDeletionInProgress",
                "CustomResource deletion is in progress");
            return true;
        });
        foreach (var (kind, instance) in Instances(definition))
        {
            writer.Delete(kind, instance, "Background");
        }

        loop.After(state.Options.DefinitionCleanupDelay, () =>
        {
            _cleaned.Add(definition.Uid);
            Finish(definition);
        });
    }

    private void ObserveInstance(StoreEvent change)
    {
        if (
            change.Type == StoreEventType.Deleted
            && state.Store.Find(s_definitions, "", change.Resource.Qualified) is { IsTerminating: true } definition)
        {
            Finish(definition);
        }
    }

    private void Finish(StoredObject definition)
    {
        if (!_cleaned.Contains(definition.Uid) || Instances(definition).Any())
        {
            return;
        }

        writer.Update(_kind, definition, Manager, null, value => Finalizers.Remove(value, Deletions.CustomResourceCleanup));
    }

    private IEnumerable<(ResourceKind Kind, StoredObject Instance)> Instances(StoredObject definition) =>
        state.Kinds.Served.FirstOrDefault(each => each.Custom?.Definition == definition.Name) is { } kind
            ? state.Store.List(kind.Id, null).Items.Select(each => (kind, each))
            : [];

    private StoredObject? Latest(StoredObject definition) =>
        state.Store.Find(s_definitions, "", definition.Name) is { } live && live.Uid == definition.Uid ? live : null;

    private static bool IsEstablished(JsonObject rest) =>
        rest.Child("status").Items("conditions").Any(each => each.Text("type") == "Established" && each.Text("status") == "True");

    /// <summary>
    /// What the names of one version of a definition come to; kept, since every definition is held against all others, whose schemas are
    /// large.
    /// </summary>
    private sealed record Naming(string Uid, long Revision, string? Group, JsonObject? Accepted, bool IsRefused);
}
