namespace MilvusMonitoring;

/// <summary>A dashboard of Milvus in Grafana.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/>, <see cref="Context"/>, <see cref="Uid"/>, <see cref="GrafanaNamespace"/>, <see cref="GrafanaName"/> and
/// <see cref="GrafanaUri"/> bind to the parameters of the next command of a pipeline, so that it uses the same Grafana.
/// </remarks>
public sealed record MilvusDashboard
{
    /// <summary>The title.</summary>
    public required string Title { get; init => field = SafeText.Clean(value); }

    /// <summary>The uid, by which Grafana knows the dashboard.</summary>
    public required string Uid { get; init => field = SafeText.Clean(value); }

    /// <summary>The way in which the dashboard gets into Grafana; null for one that somebody else made.</summary>
    public DashboardMethod? Method { get; init; }

    /// <summary>
    /// Where it is stored: <c>ConfigMap/monitoring/grafana-dashboard-prometheus, key milvus-overview.json</c>, or the address of Grafana.
    /// </summary>
    public string? Where { get; init => field = SafeText.Clean(value); }

    /// <summary>Whether Grafana has it; null if Grafana was not asked, or did not say.</summary>
    public bool? IsShown { get; init; }

    /// <summary>The address of the dashboard; without the address of Grafana only its path.</summary>
    public string? Url { get; init => field = SafeText.Clean(value); }

    /// <summary>The number of its panels, without rows and texts.</summary>
    public int Panels { get; init; }

    /// <summary>The panels that show nothing; null if Prometheus was not asked.</summary>
    public IReadOnlyList<EmptyPanel>? PanelsWithoutData { get; init; }

    /// <summary>What the command did to the dashboard, or under <c>-WhatIf</c> would do; null if the command only read it.</summary>
    public ResourceAction? Action { get => IsPlan ? field?.AsPlanned() : field; init; }

    /// <summary>Whether <see cref="Action"/> is a plan, as under <c>-WhatIf</c>: nothing was written.</summary>
    public bool IsPlan { get; init; }

    /// <summary>
    /// What the command did to the dashboard, or else <c>Shown</c> or <c>NotShown</c>; null if neither is known.
    /// </summary>
    public string? Status => Action?.ToString() ?? IsShown switch
    {
        true => "Shown",
        false => "NotShown",
        null => null,
    };

    /// <summary>What to know about it, in a sentence; null if there is nothing to say.</summary>
    public string? Message { get; init => field = SafeText.Clean(value); }

    /// <summary>The workload of Grafana, or its address: <c>Deployment/monitoring/grafana</c>.</summary>
    public required string Grafana { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of Grafana; null for a Grafana at an address.</summary>
    public string? GrafanaNamespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of Grafana's workload or resource; null for a Grafana at an address.</summary>
    public string? GrafanaName { get; init => field = SafeText.Clean(value); }

    /// <summary>The address of Grafana; null for a Grafana in the cluster.</summary>
    public Uri? GrafanaUri { get; init; }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The dashboard in text.</summary>
    /// <returns><c>Milvus / Overview (milvus-overview)</c>.</returns>
    public override string ToString() => $"{Title} ({Uid})";
}
