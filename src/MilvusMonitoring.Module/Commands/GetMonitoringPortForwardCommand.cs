using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands;

/// <summary>Shows the port-forwards of this session. Their values are live.</summary>
[Cmdlet(VerbsCommon.Get, "MonitoringPortForward", DefaultParameterSetName = ServiceSet)]
[OutputType(typeof(MonitoringPortForward))]
public sealed class GetMonitoringPortForwardCommand : PSCmdlet
{
    private const string ServiceSet = "Service";
    private const string IdSet = "Id";

    /// <summary>The Service, as <c>Prometheus</c> or by its name; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ParameterSetName = ServiceSet)]
    [ArgumentCompleter(typeof(ForwardCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Service { get; set; } = ["*"];

    /// <summary>The number by which this session knows it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ForwardCompleter))]
    public int[] Id { get; set; } = [];

    /// <inheritdoc />
    protected override void ProcessRecord()
    {
        var chosen = ForwardChoice.Select(PortForwardRegistry.ForRunspace().All, ParameterSetName == IdSet ? null : Service, Id);
        WriteObject(chosen.Found, enumerateCollection: true);
        chosen.Missing.ForEach(missing => WriteError(ErrorRecords.From(missing, null)));
    }
}
