using System.Management.Automation;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows the receivers that Set-MilvusAlertReceiver made for alerts of Milvus.
/// Writes nothing if there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusAlertReceiver")]
[OutputType(typeof(MilvusAlertReceiver))]
public sealed class GetMilvusAlertReceiverCommand : AlertmanagerCommand
{
    /// <summary>The name of the receiver; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>A Milvus or its monitor: only its own receivers are shown. A stack: only receivers of its Alertmanager are.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var instance = FindInstance(InputObject);
        var pattern = NameWildcards.Parse(Name);
        var receivers = await new ReceiverReader(client, output)
            .ListAsync(ChooseAlertmanager(InputObject), cancellationToken).ConfigureAwait(false);
        var found = receivers
            .Where(receiver => pattern.Matches(receiver.Name))
            .Where(receiver => instance is not var (place, name) || (receiver.InstanceNamespace == place && receiver.Instance == name))
            .ToList();
        if (found.Count == 0 && pattern.Exact is { } exact)
        {
            throw ReceiverReader.CreateNotFound(exact, client.Connection.Context, receivers.Select(receiver => receiver.Name));
        }

        foreach (var receiver in found)
        {
            output.Object(receiver);
        }
    }
}
