using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>Writes and removes receivers: makes a plan, which only reads, and executes it if the user agrees.</summary>
internal sealed class ReceiverOperation(ClusterClient client, IActivitySink sink)
{
    private readonly ReceiverPlanner _planner = new(client, sink);

    public Task<ReceiverPlan> PlanSetAsync(ReceiverRequest request, CancellationToken cancellationToken) =>
        _planner.PlanSetAsync(request, cancellationToken);

    public Task<ReceiverPlan> PlanRemoveAsync(
        string name,
        string? resource,
        AlertmanagerChoice choice,
        CancellationToken cancellationToken) => _planner.PlanRemoveAsync(name, resource, choice, cancellationToken);

    /// <summary>Writes a receiver.</summary>
    public async Task<MilvusAlertReceiver> SetAsync(ReceiverPlan plan, ReceiverRequest request, CancellationToken cancellationToken)
    {
        if (plan.IsChange)
        {
            plan = plan.Config is { } config
                ? await ApplyAsync(plan, config, request, cancellationToken).ConfigureAwait(false)
                : await PatchAsync(plan, () => PlanSetAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        foreach (var warning in plan.Warnings)
        {
            sink.Warning(warning + ".");
        }

        return plan.Receiver;
    }

    /// <summary>Removes a receiver.</summary>
    public async Task<MilvusAlertReceiver> RemoveAsync(ReceiverPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Config is not { } config)
        {
            return (await PatchAsync(plan, PlanAgainAsync, cancellationToken).ConfigureAwait(false)).Receiver;
        }

        // The garbage collector would delete the Secret too, but not where no controllers run.
        var secret = ResourceType.Secret.IdOf(config.Id.Namespace, config.Id.Name);
        await DeleteAsync(ResourceType.AlertmanagerConfig, config.Id, config.Live!.Uid, cancellationToken).ConfigureAwait(false);
        if (await client.FindMetadataAsync(ResourceType.Secret, secret, cancellationToken).ConfigureAwait(false) is { } live
            && live.Labels.ContainsKey(OwnReceiver.Label)
            && live.Managers.Any(manager => manager.IsOurs))
        {
            await DeleteAsync(ResourceType.Secret, secret, live.Uid, cancellationToken).ConfigureAwait(false);
        }

        return plan.Receiver;

        async Task<ReceiverPlan> PlanAgainAsync()
        {
            var (choice, resource) = (new AlertmanagerChoice(null, null), plan.Receiver.Resource);
            try
            {
                return await PlanRemoveAsync(plan.Receiver.Name, resource, choice, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ReceiverNotFound)
            {
                return plan with { File = null };
            }
        }
    }

    private async Task DeleteAsync(ResourceType type, ResourceId id, string uid, CancellationToken cancellationToken) =>
        (await client.DeleteAsync(type, id, uid, cancellationToken).ConfigureAwait(false)).EnsureAccepted(id);

    /// <summary>Patches the Secret at the version that was read; plans again if somebody else has changed it since.</summary>
    /// <returns>The plan that was carried out.</returns>
    private async Task<ReceiverPlan> PatchAsync(ReceiverPlan plan, Func<Task<ReceiverPlan>> planAgain, CancellationToken cancellationToken)
    {
        var attempts = new ChangeAttempts(sink);
        while (plan is { File: { } change, IsChange: true })
        {
            if (await TryWriteAsync(change, cancellationToken).ConfigureAwait(false))
            {
                return plan;
            }

            await attempts.PauseAsync(change.Id, cancellationToken).ConfigureAwait(false);
            var action = plan.Receiver.Action;
            plan = await planAgain().ConfigureAwait(false);

            // The response to an earlier attempt was lost, and the receiver is as wanted.
            plan = plan.IsChange ? plan : plan with { Receiver = plan.Receiver with { Action = action } };
            if (plan.File is { } next && next.File.Has(next.Receivers))
            {
                return plan;
            }
        }

        return plan;
    }

    /// <summary>Writes the Secret.</summary>
    /// <returns>Whether it was written; if not, it has changed since it was read.</returns>
    private async Task<bool> TryWriteAsync(FileChange change, CancellationToken cancellationToken)
    {
        if (change.File.Metadata is not { } before)
        {
            return await TryCreateAsync(change, cancellationToken).ConfigureAwait(false);
        }

        var result = await client
            .PatchAsync(ResourceType.Secret, change.Id, change.File.CreatePatch(change.Receivers), cancellationToken).ConfigureAwait(false);
        if (result.Metadata is { } live)
        {
            await new InventoryUpdate(client, sink).UpdateAsync(change.Id, before, live, cancellationToken).ConfigureAwait(false);
            return true;
        }

        // The response to a failed test of a JSON patch is the same as to any other faulty patch. Only the live object tells them apart.
        if (result.Failure is { Code: 409 or 422 or 404 })
        {
            var now = await client.FindMetadataAsync(ResourceType.Secret, change.Id, cancellationToken).ConfigureAwait(false);
            if (now?.ResourceVersion != before.ResourceVersion)
            {
                return false;
            }
        }

        throw ClusterErrors.From(result.Failure!, $"write {change.Id}", change.Id.ToString());
    }

    /// <summary>Creates the Secret that the operator does without. An apply that is not forced loses nothing of others.</summary>
    private async Task<bool> TryCreateAsync(FileChange change, CancellationToken cancellationToken)
    {
        var secret = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = change.Id.Name, ["namespace"] = change.Id.Namespace },
            ["data"] = new JsonObject { [AlertmanagerFile.Key] = Encode(AlertmanagerFile.Default) },
        };
        var json = AlertmanagerFile.AddTo(JsonSerializer.SerializeToUtf8Bytes(secret), change.Receivers);
        var result = await client.ApplyAsync(ResourceType.Secret, change.Id, json, force: false, cancellationToken).ConfigureAwait(false);
        return result.Failure switch
        {
            null => true,
            { IsFieldConflict: true } => false,
            var failure => throw ClusterErrors.From(failure, $"create {change.Id}", change.Id.ToString()),
        };
    }

    /// <summary>
    /// Applies an AlertmanagerConfig and its Secret. The server checks the AlertmanagerConfig first, so that no Secret is left of one that
    /// it refuses; the Secret comes before, so that the operator finds it; and belongs to the AlertmanagerConfig, so that it goes with it.
    /// </summary>
    private async Task<ReceiverPlan> ApplyAsync(
        ReceiverPlan plan,
        ConfigChange change,
        ReceiverRequest request,
        CancellationToken cancellationToken)
    {
        var type = ResourceType.AlertmanagerConfig;
        var config = JsonSerializer.SerializeToUtf8Bytes(change.Object);
        (await client.CheckApplyAsync(type, change.Id, config, cancellationToken).ConfigureAwait(false)).EnsureAccepted(change.Id);
        if (change.SecretId is { } before)
        {
            await ApplySecretAsync(before, change.Live?.Uid).ConfigureAwait(false);
        }

        var applied = await client.ApplyAsync(type, change.Id, config, force: false, cancellationToken).ConfigureAwait(false);
        applied.EnsureAccepted(change.Id);
        if (change.SecretId is { } after && change.Live?.Uid != applied.Metadata!.Uid)
        {
            await ApplySecretAsync(after, applied.Metadata.Uid).ConfigureAwait(false);
        }

        return plan with
        {
            Receiver = plan.Receiver with { Action = applied.Created ? ResourceAction.Created : ResourceAction.Configured },
        };

        async Task ApplySecretAsync(ResourceId id, string? owner)
        {
            var secret = OwnObjects.Create(ResourceType.Secret, id, plan.Receiver.Name, new Dictionary<string, string>());
            var text = await request.Secret!.ReadAsync(client, id.Namespace!, cancellationToken).ConfigureAwait(false);
            secret["data"] = new JsonObject { [ReceiverPlanner.SecretKeyName] = Encode(text) };
            if (owner is not null)
            {
                secret["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = type.ApiVersion,
                    ["kind"] = type.Kind,
                    ["name"] = change.Id.Name,
                    ["uid"] = owner,
                });
            }

            var json = JsonSerializer.SerializeToUtf8Bytes(secret);
            var result = await client.ApplyAsync(ResourceType.Secret, id, json, force: false, cancellationToken).ConfigureAwait(false);
            result.EnsureAccepted(id);
        }
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
