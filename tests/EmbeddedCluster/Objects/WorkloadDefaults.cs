using System.Text.Json.Nodes;

namespace EmbeddedCluster.Objects;

/// <summary>Defaults of workloads and their pods.</summary>
internal static class WorkloadDefaults
{
    public static void Apply(string kind, JsonObject value, bool isNew)
    {
        var spec = value.Child("spec");
        if (kind != "DaemonSet")
        {
            spec.Default("replicas", 1);
        }

        switch (kind)
        {
            case "Deployment":
                spec.Default("progressDeadlineSeconds", 600);
                spec.Default("revisionHistoryLimit", 10);
                var strategy = spec.Child("strategy");
                strategy.Default("type", "RollingUpdate");
                if (strategy.Text("type") == "RollingUpdate")
                {
                    strategy.Child("rollingUpdate").Default("maxSurge", "25%");
                    strategy.Child("rollingUpdate").Default("maxUnavailable", "25%");
                }

                break;
            case "DaemonSet":
                spec.Default("revisionHistoryLimit", 10);
                spec.Child("updateStrategy").Default("type", "RollingUpdate");
                spec.Child("updateStrategy").Child("rollingUpdate").Default("maxUnavailable", 1);
                spec.Child("updateStrategy").Child("rollingUpdate").Default("maxSurge", 0);
                break;
            case "StatefulSet":
                spec.Default("podManagementPolicy", "OrderedReady");
                spec.Default("revisionHistoryLimit", 10);
                spec.Child("updateStrategy").Default("type", "RollingUpdate");
                break;
            default:
                break;
        }

        ApplyPodSpec(spec.Child("template").Child("spec"));
        if (isNew)
        {
            value.Default("status", new JsonObject());
        }
    }

    public static void ApplyPodSpec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("securityContext", new JsonObject());
        if (spec.Text("serviceAccountName") is { } account)
        {
            spec.Default("serviceAccount", account);
        }

        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
        {
            ApplyContainer(container);
        }

        foreach (var volume in spec.Items("volumes"))
        {
            foreach (var source in (string[])["configMap", "secret", "projected", "downwardAPI"])
            {
                (volume[source] as JsonObject)?.Default("defaultMode", 420);
            }

            (volume["hostPath"] as JsonObject)?.Default("type", "");
        }
    }

    private static void ApplyContainer(JsonObject container)
    {
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Default("resources", new JsonObject());
        var image = container.Text("image") ?? "";
        var isFloating =
            image.EndsWith(":latest", StringComparison.Ordinal)
            || !image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal);
        container.Default("imagePullPolicy", isFloating ? "Always" : "IfNotPresent");
        foreach (var port in container.Items("ports"))
        {
            port.Default("protocol", "TCP");
        }

        foreach (var variable in container.Items("env"))
        {
            (variable["valueFrom"]?["fieldRef"] as JsonObject)?.Default("apiVersion", "v1");
        }

        foreach (var name in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container[name] is JsonObject probe)
            {
                probe.Default("timeoutSeconds", 1);
                probe.Default("periodSeconds", 10);
                probe.Default("successThreshold", 1);
                probe.Default("failureThreshold", 3);
                (probe["httpGet"] as JsonObject)?.Default("scheme", "HTTP");
            }
        }
    }
}
