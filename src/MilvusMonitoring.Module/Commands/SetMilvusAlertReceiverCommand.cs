using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Has the Alertmanager notify somebody of alerts of Milvus: by a webhook, Microsoft Teams, Slack, email or PagerDuty. What others have
/// written into the configuration of the Alertmanager stays as it is.
/// </summary>
[Cmdlet(VerbsCommon.Set, "MilvusAlertReceiver", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusAlertReceiver))]
public sealed class SetMilvusAlertReceiverCommand : AlertmanagerCommand
{
    /// <summary>Notifies any HTTP server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Webhook))]
    public SwitchParameter Webhook { get; set; }

    /// <summary>Notifies a channel of Microsoft Teams through a workflow.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Teams))]
    public SwitchParameter Teams { get; set; }

    /// <summary>Notifies a channel of Slack through an incoming webhook.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Slack))]
    public SwitchParameter Slack { get; set; }

    /// <summary>Sends emails.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Email))]
    public SwitchParameter Email { get; set; }

    /// <summary>Sends events to PagerDuty.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(PagerDuty))]
    public SwitchParameter PagerDuty { get; set; }

    /// <summary>The address of the webhook, if it holds no secret.</summary>
    [Parameter(ParameterSetName = nameof(Webhook))]
    [ValidateNotNull]
    public Uri? Uri { get; set; }

    /// <summary>
    /// The secret: the address of a webhook, of a workflow or of an incoming webhook, the password of the email server, or the integration
    /// key of PagerDuty. As a SecureString, or as <c>name/key</c> of a Secret.
    /// </summary>
    [Parameter(ParameterSetName = nameof(Webhook))]
    [Parameter(Mandatory = true, ParameterSetName = nameof(Teams))]
    [Parameter(Mandatory = true, ParameterSetName = nameof(Slack))]
    [Parameter(ParameterSetName = nameof(Email))]
    [Parameter(Mandatory = true, ParameterSetName = nameof(PagerDuty))]
    [SecretSource]
    [ValidateNotNull]
    public object? Secret { get; set; }

    /// <summary>The channel of Slack. Default: that of the incoming webhook.</summary>
    [Parameter(ParameterSetName = nameof(Slack))]
    [ValidateNotNullOrEmpty]
    public string? Channel { get; set; }

    /// <summary>The email addresses to notify.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string[] To { get; set; } = [];

    /// <summary>The email address of the sender.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string From { get; set; } = string.Empty;

    /// <summary>The server that takes the emails, with its port: <c>mail.example.com:587</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string SmartHost { get; set; } = string.Empty;

    /// <summary>Who signs in to the email server; the password is the secret. Default: nobody.</summary>
    [Parameter(ParameterSetName = nameof(Email))]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>Sends emails also over a connection without TLS.</summary>
    [Parameter(ParameterSetName = nameof(Email))]
    public SwitchParameter AllowPlaintext { get; set; }

    /// <summary>
    /// The name of the receiver. Default: its type, for a Milvus from the pipeline followed by the name of the Milvus. A receiver of that
    /// name is changed.
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
                    $"{plan.Result} ({plan.Result.Resource}) on {client.Connection.Context}",
                    plan.Result.Action == ResourceAction.Created ? "Create" : "Configure")
                .ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                output.Object(plan.Result with { IsPlan = true });
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
        var usual = type.ToString().ToLowerInvariant();
        var settings = new ReceiverSettings(Name ?? (instance is var (_, name) ? $"{usual}-{name}" : usual), type)
        {
            Severities = [.. Severity.Select(severity => severity.ToLowerInvariant()).Distinct()],
            Instance = instance,
            Address = Uri,
            Channel = Channel,
            Email = type == AlertReceiverType.Email ? new EmailSettings(To, From, SmartHost, UserName, !AllowPlaintext) : null,
        };
        return new ReceiverRequest(settings, ReadSecret(type), ChooseAlertmanager(InputObject));
    }

    private ReceiverSecret? ReadSecret(AlertReceiverType type)
    {
        if (type == AlertReceiverType.Webhook && Uri is null == Secret is null)
        {
            throw Invalid("A webhook has either an address in the open or a secret one", "give -Uri or -Secret", nameof(Uri));
        }

        if (type == AlertReceiverType.Email && UserName is null != Secret is null)
        {
            throw Invalid(
                "Who signs in to an email server has a name and a password",
                "give -UserName and -Secret, or neither",
                nameof(UserName));
        }

        return Secret switch
        {
            null => null,
            SecureString value => ReceiverSecret.FromValue(value),
            var place => ReceiverSecret.FromPlace(SecretKey.Find((string)place)!),
        };
    }

    private static MonitoringException Invalid(string reason, string remedy, string parameter) =>
        new(ErrorId.ParameterInvalid, reason, remedy, parameter);
}
