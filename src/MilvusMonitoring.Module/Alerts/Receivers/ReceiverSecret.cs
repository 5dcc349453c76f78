using System.Net;
using System.Security;
using System.Text;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Alerts.Receivers;

/// <summary>A key of a Secret.</summary>
internal sealed record SecretKey(string Name, string Key)
{
    /// <summary>Reads <c>name/key</c>; null for another text.</summary>
    public static SecretKey? Find(string text) =>
        text.Split('/') is [{ Length: > 0 } name, { Length: > 0 } key] ? new SecretKey(name, key) : null;
}

/// <summary>The secret of a receiver: the secret itself, or where it lies. The secret is in no text of this type.</summary>
internal sealed class ReceiverSecret
{
    private readonly SecureString? _value;

    private ReceiverSecret(SecureString? value, SecretKey? place) => (_value, Place) = (value, place);

    /// <summary>Where the secret lies; null if it was given itself.</summary>
    public SecretKey? Place { get; }

    public static ReceiverSecret FromValue(SecureString value) => new(value, null);

    public static ReceiverSecret FromPlace(SecretKey place) => new(null, place);

    /// <summary>Reads the secret.</summary>
    /// <param name="namespaceName">The namespace of the Secret that holds it.</param>
    /// <exception cref="MonitoringException">There is no such Secret or key.</exception>
    public async Task<string> ReadAsync(ClusterClient client, string namespaceName, CancellationToken cancellationToken)
    {
        if (Place is null)
        {
            return new NetworkCredential(string.Empty, _value).Password.Trim();
        }

        var id = ResourceType.Secret.IdOf(namespaceName, Place.Name);
        var body = await client.FindAsync(ResourceType.Secret, id, cancellationToken).ConfigureAwait(false)
            ?? throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"{id} is not in the cluster",
                $"create the Secret in namespace {namespaceName} first, or give the secret itself as a SecureString",
                id.ToString());
        return JsonSlice.Parse(body, "data").Text(Place.Key) is { } encoded
            ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Trim()
            : throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"{id} has no key '{Place.Key}'",
                "name a key that the Secret has, as name/key",
                id.ToString());
    }
}
