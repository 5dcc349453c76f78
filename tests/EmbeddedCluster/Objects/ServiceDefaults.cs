using System.Text.Json.Nodes;

namespace EmbeddedCluster.Objects;

internal static class ServiceDefaults
{
    public static void Apply(ClusterState state, JsonObject value)
    {
        var spec = value.Child("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        foreach (var port in spec.Items("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["port"] is { } number)
            {
                port.Default("targetPort", number.DeepClone());
            }
        }

        value.Default("status", new JsonObject { ["loadBalancer"] = new JsonObject() });
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        if (string.IsNullOrEmpty(spec.Text("clusterIP")))
        {
            spec["clusterIP"] = FreeAddress(state);
        }

        spec.Default("clusterIPs", new JsonArray(spec.Text("clusterIP")));
        if (state.Minor >= 21)
        {
            spec.Default("ipFamilies", new JsonArray("IPv4"));
            spec.Default("ipFamilyPolicy", "SingleStack");
            spec.Default("internalTrafficPolicy", "Cluster");
        }
    }

    private static string FreeAddress(ClusterState state)
    {
        // Counted by writes: no two services in one cluster's life get the same, which is more than a real server promises.
        var number = state.NextServiceAddress();
        return $"10.96.{(number / 250) % 250}.{(number % 250) + 2}";
    }
}
