using System.Net;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.PortForwarding;

/// <summary>A port-forward that a user asks for.</summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Service">The Service's name.</param>
/// <param name="Port">The name or number of the Service's port; null for the first port.</param>
/// <param name="LocalPort">The local port; 0 for any free port, null for the number of the Service's port.</param>
/// <param name="Addresses">The local addresses to listen on.</param>
internal sealed record ForwardRequest(string Namespace, string Service, string? Port, int? LocalPort, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>The service that the user means, whatever its Service is called in a stack; null for a Service by its name.</summary>
    public KnownService? Known { get; init; }

    /// <summary>Whether the stack may be in another namespace than the usual one.</summary>
    public bool IsAnywhere { get; init; }

    /// <summary>The name of the Prometheus resource that is meant; null for any.</summary>
    public string? PrometheusName { get; init; }

    /// <summary>Creates one request for each service of a stack.</summary>
    /// <param name="titles">Titles of <see cref="KnownService"/>, in any case; a repeated title counts once.</param>
    /// <param name="namespaceName">The namespace of the stack; null for the usual one, or for that of the only stack.</param>
    /// <param name="prometheusName">The name of the Prometheus resource that is meant; null for any.</param>
    /// <param name="localPorts">None, a single 0, or one number for each service.</param>
    /// <param name="addresses">The local addresses to listen on.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>.</exception>
    public static IReadOnlyList<ForwardRequest> CreateKnown(
        IReadOnlyList<string> titles,
        string? namespaceName,
        string? prometheusName,
        IReadOnlyList<int> localPorts,
        IReadOnlyList<IPAddress> addresses)
    {
        var services = titles.Distinct(StringComparer.OrdinalIgnoreCase).Select(KnownService.Get).ToList();
        return
        [
            .. services.Select((service, index) => new ForwardRequest(
                namespaceName ?? PrometheusChoice.UsualNamespace,
                service.Service,
                $"{service.Port}",
                GetLocalPort(localPorts, index, services.Count) ?? service.Port,
                addresses)
            {
                Known = service,
                IsAnywhere = namespaceName is null,
                PrometheusName = prometheusName,
            }),
        ];
    }

    /// <summary>Creates the request for any Service.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: several local ports.</exception>
    public static ForwardRequest Create(
        string namespaceName,
        string service,
        string? port,
        IReadOnlyList<int> localPorts,
        IReadOnlyList<IPAddress> addresses) => new(namespaceName, service, port, GetLocalPort(localPorts, 0, 1), addresses);

    private static int? GetLocalPort(IReadOnlyList<int> localPorts, int index, int count)
    {
        if (localPorts is [])
        {
            return null;
        }

        if (localPorts is [0])
        {
            return 0;
        }

        if (localPorts.Where(port => port != 0).GroupBy(port => port).FirstOrDefault(same => same.Count() > 1) is { } repeated)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-LocalPort has {repeated.Key} twice",
                "give each service a number of its own, or 0 for any free port",
                nameof(LocalPort));
        }

        return localPorts.Count == count
            ? localPorts[index]
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-LocalPort has {localPorts.Count} numbers for {count} services",
                "give one number for each service, or a single 0 for any free ports",
                nameof(LocalPort));
    }
}
