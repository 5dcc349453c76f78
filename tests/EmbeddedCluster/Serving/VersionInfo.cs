using System.Text.Json.Nodes;

namespace EmbeddedCluster.Serving;

internal static class VersionInfo
{
    public static JsonObject Of(string gitVersion)
    {
        var parts = gitVersion.TrimStart('v').Split('.');
        var info = new JsonObject { ["major"] = parts[0], ["minor"] = parts[1] };
        var minor = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        if (minor >= 33)
        {
            info["emulationMajor"] = parts[0];
            info["emulationMinor"] = parts[1];
            info["minCompatibilityMajor"] = parts[0];
            info["minCompatibilityMinor"] = $"{minor - 1}";
        }

        info["gitVersion"] = gitVersion;
        info["gitCommit"] = "0000000000000000000000000000000000000000";
        info["gitTreeState"] = "clean";
        info["buildDate"] = "2026-01-01T00:00:00Z";
        info["goVersion"] = "none";
        info["compiler"] = "none";
        info["platform"] = "embedded/dotnet";
        return info;
    }
}
