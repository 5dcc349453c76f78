using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>The objects of one namespace by which monitors find their targets.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Services">The Services; null if the caller may not read them.</param>
/// <param name="Slices">The EndpointSlices; null if the caller may not read them.</param>
/// <param name="Pods">The pods; null if the caller may not read them.</param>
internal sealed record TargetObjects(
    string Namespace,
    IReadOnlyList<ReachableService>? Services,
    IReadOnlyList<JsonElement>? Slices,
    IReadOnlyList<MilvusPod>? Pods)
{
    private const string ServiceName = "kubernetes.io/service-name";

    private readonly Lazy<Dictionary<string, MilvusPod>?> _podsByName = new(() =>
        Pods?.GroupBy(pod => pod.Name, StringComparer.Ordinal).ToDictionary(pod => pod.Key, pod => pod.First(), StringComparer.Ordinal));

    private readonly Lazy<ILookup<string?, MilvusPod>> _podsByInstance = new(() =>
        (Pods ?? []).DistinctBy(pod => pod.Name).ToLookup(pod => pod.Labels.GetValueOrDefault(MilvusLabels.Instance)));

    private readonly Lazy<ILookup<string?, JsonElement>> _slicesByService = new(() =>
        (Slices ?? []).ToLookup(slice => slice.Member("metadata", "labels").Text(ServiceName)));

    /// <summary>The pods by their names; null if the caller may not read them.</summary>
    public IReadOnlyDictionary<string, MilvusPod>? PodsByName => _podsByName.Value;

    /// <summary>Lists the pods whose label names a Milvus.</summary>
    public IEnumerable<MilvusPod> ListPodsOf(string instance) => _podsByInstance.Value[instance];

    /// <summary>Lists the slices of a Service.</summary>
    public IEnumerable<JsonElement> ListSlicesOf(string service) => _slicesByService.Value[service];

    /// <summary>Why one of the lists could not be read; null if all were read.</summary>
    public MonitoringException? Denial { get; init; }
}

/// <summary>A Service with its labels and its selector, which are read once.</summary>
internal sealed record ReachableService(
    JsonElement Json,
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Selector)
{
    public static ReachableService From(JsonElement service)
    {
        var metadata = service.Member("metadata");
        var selector = service.Member("spec").TextMap("selector");
        return new ReachableService(service, metadata.Text("name") ?? string.Empty, metadata.TextMap("labels"), selector);
    }

    /// <summary>Whether its selector selects a pod.</summary>
    public bool LeadsTo(MilvusPod pod) =>
        Selector.Count > 0 && Selector.All(wanted => pod.Labels.GetValueOrDefault(wanted.Key) == wanted.Value);
}

/// <summary>The Milvus whose pods are to be reached.</summary>
/// <param name="Name">Its name.</param>
/// <param name="AppName">The value of the label <c>app.kubernetes.io/name</c> of its pods.</param>
internal sealed record ReachedInstance(string Name, string AppName)
{
    /// <summary>Takes the labels from the chart or, without one, from the Services and pods.</summary>
    /// <param name="found">The Milvus; null if it was not found.</param>
    /// <param name="name">The name that was asked for.</param>
    public static ReachedInstance Of(FoundInstance? found, string name)
    {
        if (found?.Chart is { } chart)
        {
            return new ReachedInstance(chart.Release, chart.Application);
        }

        return new ReachedInstance(
            found?.Objects?.Instance ?? name,
            found?.Objects?.Application is { Length: > 0 } application ? application : MilvusChart.Name);
    }
}

/// <summary>A Service or pod that a monitor selects.</summary>
/// <param name="HasPort">Whether it has a port that the monitor scrapes.</param>
/// <param name="Ports">The names and numbers of its ports, for messages.</param>
internal sealed record ReachedObject(string Name, bool HasPort, IReadOnlyList<string> Ports);

/// <summary>What monitors reach of a Milvus.</summary>
/// <param name="Selected">What the first monitor selects.</param>
/// <param name="Pods">
/// All pods of the Milvus that have not ended, each with the reason if no monitor reaches it; null if the caller may read neither pods nor
/// slices.
/// </param>
internal sealed record MonitorReach(IReadOnlyList<ReachedObject> Selected, IReadOnlyList<MilvusPod>? Pods)
{
    /// <summary>The selected objects with a port that the monitor scrapes.</summary>
    public IReadOnlyList<ReachedObject> Scraped => [.. Selected.Where(selected => selected.HasPort)];
}

/// <summary>Which pods monitors reach: by Services and EndpointSlices for a ServiceMonitor, by labels for a PodMonitor.</summary>
internal sealed class ReachRule
{
    private readonly TargetObjects _objects;
    private readonly ReachedInstance _instance;
    private readonly IReadOnlyDictionary<string, MilvusPod>? _pods;
    private readonly IReadOnlyList<MilvusPod> _ofInstance;

    public ReachRule(TargetObjects objects, ReachedInstance instance)
    {
        (_objects, _instance) = (objects, instance);
        _pods = objects.PodsByName;
        _ofInstance = [.. objects.ListPodsOf(instance.Name).Where(pod => pod.IsOf(instance))];
    }

    /// <summary>Evaluates what monitors reach together.</summary>
    public MonitorReach Evaluate(IReadOnlyList<LiveMonitor> monitors)
    {
        var reached = monitors.Select(monitor => (Monitor: monitor, Reach: Evaluate(monitor))).ToList();
        var selected = reached.Count > 0 ? reached[0].Reach.Selected : [];
        if (_objects.Slices is null && _objects.Pods is null)
        {
            return new MonitorReach(selected, null);
        }

        var covered = reached
            .SelectMany(item => item.Reach.Covered)
            .Where(IsOfInstance)
            .GroupBy(pod => pod.Name)
            .Select(pod => pod.First())
            .ToList();
        var names = covered.Select(pod => pod.Name).ToHashSet(StringComparer.Ordinal);
        var unreached = _ofInstance
            .Where(pod => !names.Contains(pod.Name))
            .Select(pod => pod with { Unreached = DescribeUnreached(pod, monitors) });
        return new MonitorReach(
            selected,
            AddHosts([.. covered.Concat(unreached).Where(IsAlive).OrderBy(pod => pod.Name, StringComparer.Ordinal)]));
    }

    /// <summary>Chooses the monitors that are needed to reach every pod, the first first.</summary>
    public IReadOnlyList<LiveMonitor> Choose(IReadOnlyList<LiveMonitor> candidates)
    {
        var chosen = new List<LiveMonitor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var candidate in candidates)
        {
            var known = names.Count;
            names.UnionWith(Evaluate(candidate).Covered.Where(pod => IsOfInstance(pod) && IsAlive(pod)).Select(pod => pod.Name));
            if (names.Count > known || chosen.Count == 0)
            {
                chosen.Add(candidate);
            }
        }

        return chosen;
    }

    /// <summary>Whether a monitor reaches a pod of the Milvus.</summary>
    public bool Reaches(LiveMonitor monitor) =>
        Evaluate(monitor).Covered.Any(pod => _ofInstance.Count == 0 ? IsNamedBy(monitor) && IsOfInstance(pod) : pod.IsOf(_instance));

    /// <summary>Whether a monitor names the Milvus in its selector or labels, and looks into its namespace.</summary>
    public bool Names(LiveMonitor monitor) => IsNamedBy(monitor) && IsInNamespaces(monitor);

    /// <summary>Lists the Services that lead to the pods of the Milvus.</summary>
    public IReadOnlyList<JsonElement> ListServices() =>
        [.. (_objects.Services ?? []).Where(service => _ofInstance.Any(service.LeadsTo)).Select(service => service.Json)];

    /// <summary>Whether the monitor's namespaces include that of the Milvus.</summary>
    public bool IsInNamespaces(LiveMonitor monitor) =>
        monitor.TargetNamespaces.Any(place => place is null || place == _objects.Namespace);

    /// <summary>Adds the Services by which a job without discovery may scrape a pod: those that lead to no other pod.</summary>
    private IReadOnlyList<MilvusPod> AddHosts(IReadOnlyList<MilvusPod> pods)
    {
        var alone = (_objects.Services ?? [])
            .Select(service => (Service: service, Pods: pods.Where(service.LeadsTo).Take(2).ToList()))
            .Where(item => item.Pods.Count == 1)
            .ToLookup(item => item.Pods[0].Name, item => item.Service);
        return [.. pods.Select(pod => pod with { Hosts = [.. alone[pod.Name].SelectMany(ListHosts)] })];
    }

    private IEnumerable<string> ListHosts(ReachableService service)
    {
        var (name, spec) = (service.Name, service.Json.Member("spec"));
        var names = new[] { name, $"{name}.{_objects.Namespace}", $"{name}.{_objects.Namespace}.svc" };
        return names
            .Append($"{name}.{_objects.Namespace}.svc.cluster.local")
            .Concat(spec.Texts("clusterIPs"))
            .Append(spec.Text("clusterIP"))
            .OfType<string>()
            .Where(host => host != "None");
    }

    private static bool IsAlive(MilvusPod pod) => pod.State != PodState.Ended;

    // A pod that only an EndpointSlice names has no labels to judge by.
    private bool IsOfInstance(MilvusPod pod) =>
        pod.Ports is null || pod.IsOf(_instance) || (_ofInstance.Count == 0 && pod.MayBeOf(_instance));

    private bool IsNamedBy(LiveMonitor monitor) => monitor.Instance == _instance.Name;

    private (IReadOnlyList<ReachedObject> Selected, IReadOnlyList<MilvusPod> Covered) Evaluate(LiveMonitor monitor)
    {
        if (!IsInNamespaces(monitor))
        {
            return ([], []);
        }

        var ports = monitor.Endpoints.Select(ScrapePort.From).ToList();
        return SelectedKind.Of(monitor.Type) == ResourceType.Pod.Kind
            ? EvaluatePods(monitor, ports)
            : EvaluateServices(monitor, ports);
    }

    private (IReadOnlyList<ReachedObject> Selected, IReadOnlyList<MilvusPod> Covered) EvaluatePods(
        LiveMonitor monitor,
        IReadOnlyList<ScrapePort> ports)
    {
        var selected = (_pods?.Values ?? [])
            .Where(pod => LabelSelector.Selects(monitor.Selector, pod.Labels) && IsAlive(pod))
            .OrderBy(pod => pod.Name, StringComparer.Ordinal)
            .Select(pod => (Pod: pod, HasPort: ports.Any(port => port.IsPortOf(pod, isNamed: true))))
            .ToList();
        return (
            [.. selected.Select(item => new ReachedObject(item.Pod.Name, item.HasPort, DescribePorts(item.Pod)))],
            [.. selected.Where(item => item.HasPort).Select(item => item.Pod)]);
    }

    private (IReadOnlyList<ReachedObject> Selected, IReadOnlyList<MilvusPod> Covered) EvaluateServices(
        LiveMonitor monitor,
        IReadOnlyList<ScrapePort> ports)
    {
        var selected = new List<ReachedObject>();
        var covered = new List<MilvusPod>();
        foreach (var service in SelectServices(monitor))
        {
            var own = ports.SelectMany(port => ListPods(service, port)).ToList();
            var names = ListPorts(service.Json);
            covered.AddRange(own);
            selected.Add(new ReachedObject(service.Name, own.Count > 0 || ports.Any(port => port.IsPortOf(names) is true), names));
        }

        return (selected, covered);
    }

    private IEnumerable<ReachableService> SelectServices(LiveMonitor monitor) => (_objects.Services ?? [])
        .Where(service => LabelSelector.Selects(monitor.Selector, service.Labels))
        .OrderBy(service => service.Name, StringComparer.Ordinal);

    /// <summary>Lists the pods behind a port of a Service.</summary>
    private IEnumerable<MilvusPod> ListPods(ReachableService service, ScrapePort port)
    {
        if (port.IsPortOf(ListPorts(service.Json)) is false)
        {
            return [];
        }

        var behind = _objects.Slices is null
            ? (_pods?.Values ?? []).Where(service.LeadsTo)
            : _objects.ListSlicesOf(service.Name)
                .Where(slice => HasPort(slice, port))
                .SelectMany(slice => slice.Items("endpoints"))
                .Select(FindPod);
        return port.IsPortOf([]) is null ? behind.Where(pod => port.IsPortOf(pod, isNamed: false)) : behind;
    }

    private static bool HasPort(JsonElement slice, ScrapePort port) =>
        port.Name is null || slice.Items("ports").Any(item => (item.Text("name") ?? string.Empty) == port.Name);

    private MilvusPod FindPod(JsonElement endpoint)
    {
        var addresses = endpoint.Texts("addresses").ToList();
        var name = endpoint.Member("targetRef").Text("name") ?? addresses.FirstOrDefault() ?? string.Empty;
        if (_pods?.GetValueOrDefault(name) is { } known)
        {
            return known;
        }

        var conditions = endpoint.Member("conditions");
        var state = conditions.Member("ready").ValueKind == JsonValueKind.False ? PodState.Starting : PodState.Ready;
        return new MilvusPod(
            _objects.Namespace,
            name,
            conditions.Member("terminating").ValueKind == JsonValueKind.True ? PodState.Ended : state)
        {
            Addresses = addresses,
        };
    }

    private string DescribeUnreached(MilvusPod pod, IReadOnlyList<LiveMonitor> monitors)
    {
        if (monitors.Count == 0)
        {
            return "no monitor selects it";
        }

        var monitor = monitors[0];
        var ports = ScrapePort.Describe(monitor.Endpoints.Select(ScrapePort.From));
        var selector = LabelSelector.Describe(monitor.Selector);
        if (SelectedKind.Of(monitor.Type) == ResourceType.Pod.Kind)
        {
            return LabelSelector.Selects(monitor.Selector, pod.Labels)
                ? $"it has no port {ports}; its ports: {JoinPorts(DescribePorts(pod))}"
                : $"it lacks the labels {selector}, which {monitor.Id} selects";
        }

        var leading = (_objects.Services ?? []).Where(service => service.LeadsTo(pod)).ToList();
        if (leading.Count == 0)
        {
            return "no Service leads to it";
        }

        var selected = leading.Where(service => LabelSelector.Selects(monitor.Selector, service.Labels)).ToList();
        if (selected.Count == 0)
        {
            return $"Service {leading[0].Name} leads to it and lacks the labels {selector}, which {monitor.Id} selects";
        }

        var first = selected[0];
        var names = ListPorts(first.Json);
        var hasPort = monitor.Endpoints.Select(ScrapePort.From).Any(port => port.IsPortOf(names) is not false);
        return hasPort
            ? $"it declares no port that {monitor.Id} reaches through Service {first.Name}; its ports: {JoinPorts(DescribePorts(pod))}"
            : $"its Service {first.Name} has no port {ports}; the ports of that Service: {JoinPorts(names)}";
    }

    private static IReadOnlyList<string> ListPorts(JsonElement service) =>
        [.. service.Member("spec").Items("ports").Select(port => port.Text("name") ?? string.Empty)];

    private static IReadOnlyList<string> DescribePorts(MilvusPod pod) =>
        [.. (pod.Ports ?? []).Select(port => port.Name.Length > 0 ? $"{port.Name} ({port.Number})" : $"{port.Number}")];

    public static string JoinPorts(IReadOnlyList<string> ports) =>
        string.Join(", ", ports.Where(port => port.Length > 0).DefaultIfEmpty("none"));
}
