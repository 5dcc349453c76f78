using System.Net;

namespace MilvusMonitoring.PortForwarding;

/// <summary>One port-forward that is asked for.</summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Service">The Service.</param>
/// <param name="Port">The name or number of its port; null for its first.</param>
/// <param name="LocalPort">The local port; 0 for any free one, null for the Service's own number.</param>
/// <param name="Addresses">The local addresses.</param>
internal sealed record ForwardRequest(string Namespace, string Service, string? Port, int? LocalPort, IReadOnlyList<IPAddress> Addresses);
