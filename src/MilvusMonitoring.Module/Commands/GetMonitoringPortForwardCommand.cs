using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands;

/// <summary>Lists the port-forwards of this process. Their values are live.</summary>
[Cmdlet(VerbsCommon.Get, "MonitoringPortForward", DefaultParameterSetName = ServiceSet)]
[OutputType(typeof(MonitoringPortForward))]
public sealed class GetMonitoringPortForwardCommand : PSCmdlet
{
    private const string ServiceSet = "Service";
    private const string IdSet = "Id";

    /// <summary>The Service, such as <c>Prometheus</c> or <c>prometheus-k8s</c>; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ParameterSetName = ServiceSet)]
    [ArgumentCompleter(typeof(ForwardCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Service { get; set; } = ["*"];

    /// <summary>The port-forward's number in this process.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ForwardCompleter))]
    public int[] Id { get; set; } = [];

    /// <inheritdoc />
    protected override void ProcessRecord()
    {
        var all = PortForwardRegistry.ForRunspace().All;
        var chosen = ParameterSetName == IdSet
            ? PortForwardChoice.SelectByIds(all, Id)
            : PortForwardChoice.SelectByNames(all, [.. Service.Select(NameWildcards.Parse)]);
        WriteObject(chosen.Found, enumerateCollection: true);
        foreach (var missing in chosen.Missing)
        {
            WriteError(ErrorRecords.From(missing, null));
        }
    }
}
