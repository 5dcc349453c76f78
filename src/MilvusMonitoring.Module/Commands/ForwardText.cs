using System.Globalization;

namespace MilvusMonitoring.Commands;

/// <summary>Puts the present of a port-forward in a few words.</summary>
internal static class ForwardText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Describes it for a line of progress.</summary>
    /// <returns><c>grafana :3000 Connected, 2 open, 1.4 MiB</c>.</returns>
    public static string Describe(MonitoringPortForward forward) =>
        $"{forward.Service} :{forward.LocalPort} {forward.State}, {forward.OpenConnections} open, {Size(forward.BytesReceived + forward.BytesSent)}";

    private static string Size(long bytes)
    {
        var size = (double)bytes;
        var unit = 0;
        while (size >= 1024 && unit < Units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }
}
