using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>Takes out of an answer what differs from server to server: identities, times, hosts, what else was installed.</summary>
internal static class RecordingShape
{
    private static readonly string[] s_installedBefore = ["monitoring.coreos.com", "metrics.k8s.io"];

    public static JsonNode? Normalize(string version, string path, JsonNode? body)
    {
        var copy = body?.DeepClone();
        if (path == "/version" && copy is JsonObject info)
        {
            foreach (var key in (string[])["gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"])
            {
                info[key] = info.ContainsKey(key) ? key : null;
            }
        }

        if (path == "/apis" && copy?["groups"] is JsonArray groups && version == "v1.20")
        {
            foreach (var other in groups.Where(each => s_installedBefore.Contains(each!["name"]!.ToString())).ToList())
            {
                groups.Remove(other);
            }
        }

        Visit(copy);
        return copy;
    }

    private static void Visit(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Visit(item);
            }
        }

        if (node is not JsonObject map)
        {
            return;
        }

        foreach (var key in map.Select(each => each.Key).ToList())
        {
            switch (key)
            {
                case "uid"
                or "resourceVersion"
                or "creationTimestamp"
                or "deletionTimestamp"
                or "lastTransitionTime"
                or "time"
                or "serverAddress"
                or "ca.crt"
                or "kubernetes.io/description":
                    map[key] = map[key] is null ? null : key;
                    break;
                case "continue":
                    map[key] = map[key]!.ToString().Length > 0 ? key : "";
                    break;
                case "managedFields":
                    Visit(map[key]);
                    map[key] = new JsonArray([
                        .. ((JsonArray)map[key]!)
                            .OrderBy(each => each!.ToJsonString(), StringComparer.Ordinal)
                            .Select(each => each!.DeepClone()),
                    ]);
                    break;
                default:
                    Visit(map[key]);
                    break;
            }
        }
    }
}
