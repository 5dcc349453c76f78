using System.Globalization;
using System.Text.RegularExpressions;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>Which receivers Alertmanager takes. What it would refuse is refused before it is written.</summary>
internal static partial class ReceiverRules
{
    private const int LongestName = 40;
    private const int LongestSecret = 4096;

    /// <summary>The severities of the rules of this module.</summary>
    public static IReadOnlyList<string> Severities { get; } = ["critical", "warning", "info"];

    /// <summary>
    /// Creates the name of a receiver for which the user gives none. One Alertmanager may have receivers of several Milvus of one name.
    /// </summary>
    /// <returns>The type: <c>teams</c>; for the receiver of one Milvus with its place and name: <c>teams-prod-my-release</c>.</returns>
    public static string CreateName(AlertReceiverType type, (string Namespace, string Name)? milvus)
    {
        var usual = type.ToString().ToLowerInvariant();
        return milvus is var (place, name) ? ObjectNames.FitLabel($"{usual}-{place}-{name}", LongestName) : usual;
    }

    /// <summary>Refuses settings that Alertmanager, or the API server, would refuse.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>.</exception>
    public static void EnsureValid(ReceiverSettings settings)
    {
        if (!Name().IsMatch(settings.Name))
        {
            throw CreateInvalid(
                $"'{settings.Name}' is not a valid name for a receiver",
                $"give -Name up to {LongestName} lower-case letters, digits and hyphens, beginning and ending with a letter or a digit",
                "Name");
        }

        if (settings.Address is { } address)
        {
            EnsureAddress(address);
        }

        if (settings.Channel is { } channel && (channel.Length == 0 || channel.Any(char.IsWhiteSpace) || HasTemplate(channel)))
        {
            throw CreateInvalid($"'{channel}' is not a Slack channel", "give a name such as #milvus-alerts", "Channel");
        }

        if (settings.Email is { } email)
        {
            EnsureEmail(email);
        }
    }

    /// <summary>Refuses a secret that Alertmanager would refuse, without showing it.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>.</exception>
    public static void EnsureSecret(AlertReceiverType type, string secret)
    {
        var parameter = type == AlertReceiverType.Email ? "Password" : type.ToString();
        if (secret.Length is 0 or > LongestSecret || secret.Any(char.IsControl))
        {
            throw CreateInvalid(
                $"The secret is empty, longer than {LongestSecret} characters, or has a line break",
                "give the secret alone",
                parameter);
        }

        var isAddress = type is AlertReceiverType.Webhook or AlertReceiverType.Teams or AlertReceiverType.Slack;
        if (isAddress && !IsAddress(secret))
        {
            throw CreateInvalid(
                $"The secret of a {type} receiver is not an address",
                "give the whole address, beginning with https://",
                parameter);
        }

        if (type == AlertReceiverType.PagerDuty && !RoutingKey().IsMatch(secret))
        {
            throw CreateInvalid(
                "The secret of a PagerDuty receiver is not an integration key",
                "give the integration key of the service (Events API v2), which has letters and digits only",
                parameter);
        }
    }

    private static void EnsureAddress(Uri address)
    {
        if (!address.IsAbsoluteUri || !IsAddress(address.OriginalString))
        {
            throw CreateInvalid(
                $"'{address}' is not the address of a server",
                "give an address such as http://relay.ops.svc:8080/alerts",
                "Webhook");
        }

        if (address.UserInfo.Length > 0 || address.Query.Length > 0)
        {
            throw CreateInvalid(
                $"The address of {address.Host} in -Webhook contains a user name or a query, which may be secret, "
                    + "and logs and histories keep it",
                "give the whole address as a SecureString, or as name/key of a Secret",
                "Webhook");
        }
    }

    private static void EnsureEmail(EmailSettings email)
    {
        foreach (var text in email.To.Append(email.From))
        {
            if (!Mailbox().IsMatch(text))
            {
                throw CreateInvalid($"'{text}' is not an email address", "give an address such as oncall@example.com", "Email");
            }
        }

        if (!HostAndPort().IsMatch(email.SmartHost) || !IsPort(email.SmartHost.Split(':')[^1]))
        {
            throw CreateInvalid(
                $"'{email.SmartHost}' is not a host with a port",
                "give the email server with its port, such as mail.example.com:587",
                "SmartHost");
        }

        if (email.UserName is { } user && (user.Any(char.IsControl) || HasTemplate(user)))
        {
            throw CreateInvalid(
                "The user name for the email server contains characters that a user name cannot have",
                "give the name alone",
                "UserName");
        }
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.Host.Length > 0
        && !text.Any(char.IsWhiteSpace)
        && text.All(char.IsAscii)
        && !HasTemplate(text);

    private static bool IsPort(string text) => ushort.TryParse(text, CultureInfo.InvariantCulture, out var port) && port > 0;

    /// <summary>Alertmanager expands templates in many fields.</summary>
    private static bool HasTemplate(string text) => text.Contains("{{", StringComparison.Ordinal);

    private static MonitoringException CreateInvalid(string reason, string remedy, string parameter) =>
        new(ErrorId.ParameterInvalid, reason, remedy, parameter);

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]{0,38}[a-z0-9])?\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9]{1,128}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RoutingKey();

    [GeneratedRegex("^[^\\s@{}<>,\"]{1,64}@[A-Za-z0-9.-]{1,253}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mailbox();

    [GeneratedRegex("^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HostAndPort();
}
