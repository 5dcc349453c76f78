namespace MilvusMonitoring.Commands;

/// <summary>Puts the present of a port-forward in a few words.</summary>
internal static class ForwardText
{
    /// <summary>Describes it for a line of progress.</summary>
    /// <returns><c>grafana :3000 Connected, 2 open, 1.4 MiB</c>.</returns>
    public static string Describe(MonitoringPortForward forward) =>
        $"{forward.Service} :{forward.LocalPort} {forward.State}, {forward.OpenConnections} open, {DisplayText.Size(forward.BytesReceived + forward.BytesSent)}";
}
