using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>Where a receiver is written, and why there.</summary>
/// <param name="ConfigNamespace">The namespace of the AlertmanagerConfig; null for the Secret of the Alertmanager.</param>
/// <param name="Labels">The labels by which the Alertmanager selects the AlertmanagerConfig.</param>
/// <param name="Reason">The reason: <c>kept in the Secret of the Alertmanager, because …</c>.</param>
internal sealed record ReceiverWay(string? ConfigNamespace, IReadOnlyDictionary<string, string> Labels, string Reason);

/// <summary>Decides where a receiver is written: an AlertmanagerConfig where one gets the alerts, else the Alertmanager's Secret.</summary>
internal static class ReceiverWayRules
{
    /// <summary>Lists the namespaces in which an AlertmanagerConfig would get the alerts, the best first.</summary>
    /// <param name="instanceNamespace">The namespace of the only Milvus; null for every Milvus.</param>
    public static IReadOnlyList<string> ListPlaces(AlertmanagerServer server, string? instanceNamespace)
    {
        string?[] places = server.MatcherStrategy switch
        {
            "None" or "OnNamespaceExceptForAlertmanagerNamespace" => [instanceNamespace, server.Namespace],
            _ => [instanceNamespace],
        };
        return [.. places.OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Decides on the way.</summary>
    /// <param name="servesConfigs">Whether the cluster serves AlertmanagerConfig.</param>
    /// <param name="places">The namespaces of <see cref="ListPlaces"/> with their labels; null for labels that may not be read.</param>
    /// <exception cref="MonitoringException">The operator reads no Secret, and no AlertmanagerConfig would get the alerts.</exception>
    public static ReceiverWay Choose(
        AlertmanagerServer server,
        bool servesConfigs,
        IReadOnlyList<(string Name, IReadOnlyDictionary<string, string>? Labels)> places)
    {
        var none = new Dictionary<string, string>();
        var refusal = FindGeneralRefusal(server, servesConfigs, places.Count);
        foreach (var (name, labels) in refusal is null ? places : [])
        {
            var passedOver = Find(none);
            var missing = passedOver?.Labels ?? none;
            if (passedOver is null || (missing.Count > 0 && Find(missing) is null))
            {
                return new ReceiverWay(name, missing, $"an AlertmanagerConfig, which {server} selects in namespace {name}");
            }

            refusal ??= $"{server} {passedOver.Reason}, and so selects no AlertmanagerConfig in namespace {name}";

            PassedOver? Find(IReadOnlyDictionary<string, string> given) =>
                MonitorSelection.FindRefusal(server.Json, ResourceType.AlertmanagerConfig.Kind, name, given, labels);
        }

        if (server.IgnoresSecret)
        {
            throw new MonitoringException(
                ErrorId.ReceiverNotAccepted,
                $"{server} has spec.alertmanagerConfiguration, so that the operator does not read its Secret, and {refusal}",
                "add the receiver to the AlertmanagerConfig that spec.alertmanagerConfiguration names, "
                    + "or have the Alertmanager select AlertmanagerConfigs",
                server.ToString());
        }

        return new ReceiverWay(null, none, $"in {server.SecretId}, because {refusal}");
    }

    private static string? FindGeneralRefusal(AlertmanagerServer server, bool servesConfigs, int places)
    {
        if (!servesConfigs)
        {
            return "the cluster does not serve AlertmanagerConfig";
        }

        return places == 0
            ? "an AlertmanagerConfig gets the alerts of its own namespace only "
                + $"({server} has the matcher strategy {server.MatcherStrategy})"
            : null;
    }
}
