using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Adds or changes a receiver of alerts of Milvus in the Alertmanager: a webhook, Microsoft Teams, Slack, email or PagerDuty. What others
/// have written into the configuration of the Alertmanager stays as it is.
/// </summary>
[Cmdlet(VerbsCommon.Set, "MilvusAlertReceiver", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusAlertReceiver))]
public sealed class SetMilvusAlertReceiverCommand : AlertmanagerCommand
{
    /// <summary>
    /// The address of an HTTP server to notify. An address that is a secret: a SecureString, or <c>name/key</c> of a Secret.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Webhook))]
    [SecretSource(AllowsAddress = true)]
    [ValidateNotNull]
    public object? Webhook { get; set; }

    /// <summary>
    /// The address of a workflow that posts to a channel of Microsoft Teams: a SecureString, or <c>name/key</c> of a Secret.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Teams))]
    [SecretSource]
    [ValidateNotNull]
    public object? Teams { get; set; }

    /// <summary>The address of an incoming webhook of Slack: a SecureString, or <c>name/key</c> of a Secret.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Slack))]
    [SecretSource]
    [ValidateNotNull]
    public object? Slack { get; set; }

    /// <summary>The email addresses to notify.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string[] Email { get; set; } = [];

    /// <summary>The integration key of PagerDuty (Events API v2): a SecureString, or <c>name/key</c> of a Secret.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(PagerDuty))]
    [SecretSource]
    [ValidateNotNull]
    public object? PagerDuty { get; set; }

    /// <summary>The channel of Slack. Default: that of the incoming webhook.</summary>
    [Parameter(ParameterSetName = nameof(Slack))]
    [ValidateNotNullOrEmpty]
    public string? Channel { get; set; }

    /// <summary>The email address of the sender.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string From { get; set; } = string.Empty;

    /// <summary>The server that takes the emails, with its port: <c>mail.example.com:587</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string SmartHost { get; set; } = string.Empty;

    /// <summary>The user that signs in to the email server. Default: none.</summary>
    [Parameter(ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>The password for the email server: a SecureString, or <c>name/key</c> of a Secret.</summary>
    [Parameter(ParameterSetName = nameof(Email))]
    [SecretSource]
    [ValidateNotNull]
    public object? Password { get; set; }

    /// <summary>Sends emails also over a connection without TLS.</summary>
    [Parameter(ParameterSetName = nameof(Email))]
    public SwitchParameter AllowPlaintext { get; set; }

    /// <summary>
    /// The name of the receiver. Default: its type, for a Milvus from the pipeline followed by the namespace and the name of the Milvus. A
    /// receiver of that name is changed.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The severities of the alerts. Default: all.</summary>
    [Parameter]
    [ValidateSet("critical", "warning", "info")]
    public string[] Severity { get; set; } = [];

    /// <summary>
    /// A Milvus or its monitor: only its alerts are received. A stack: its Alertmanager notifies.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new ReceiverOperation(client, output);
        var request = CreateRequest();
        var plan = await operation.PlanSetAsync(request, cancellationToken).ConfigureAwait(false);
        if (plan.IsChange)
        {
            var approval = await output
                .ApproveAsync(
                    $"{plan.Receiver} ({plan.Receiver.Resource}) on {client.Connection.Context}",
                    plan.Receiver.Action == ResourceAction.Created ? "Create" : "Configure")
                .ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                output.Object(plan.Receiver with { IsPlan = true });
            }

            if (!approval.IsGiven)
            {
                return;
            }
        }

        output.Object(await operation.SetAsync(plan, request, cancellationToken).ConfigureAwait(false));
    }

    private ReceiverRequest CreateRequest()
    {
        var type = Enum.Parse<AlertReceiverType>(ParameterSetName);
        var instance = FindInstance(InputObject);
        var settings = new ReceiverSettings(Name ?? ReceiverRules.CreateName(type, instance), type)
        {
            Severities = [.. Severity.Select(severity => severity.ToLowerInvariant()).Distinct()],
            Instance = instance,
            Address = Webhook as Uri,
            Channel = Channel,
            Email = type == AlertReceiverType.Email ? new EmailSettings(Email, From, SmartHost, UserName, !AllowPlaintext) : null,
        };
        return new ReceiverRequest(settings, ReadSecret(), ChooseAlertmanager(InputObject));
    }

    private ReceiverSecret? ReadSecret()
    {
        if (UserName is null != Password is null)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                "-UserName and -Password belong together",
                "give both, or neither",
                nameof(UserName));
        }

        return (Webhook ?? Teams ?? Slack ?? PagerDuty ?? Password) switch
        {
            SecureString value => ReceiverSecret.FromValue(value),
            string place => ReceiverSecret.FromPlace(SecretKey.Find(place)!),
            _ => null,
        };
    }
}
