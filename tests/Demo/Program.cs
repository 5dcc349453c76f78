using System.Management.Automation;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Demo;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using k8s.Autorest;
using k8s.Exceptions;

const int PictureColumns = 120;
string[] MainSteps = ["$stack = Install-KubePrometheus", "$stack | Grant-", "Get-MilvusInstance | Enable-", "Test-MilvusMonitoring -Wait"];

DemoOptions options;
try
{
    options = DemoOptions.Parse(args);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine(DemoOptions.Usage);
    return 2;
}

if (options.Help)
{
    Console.Out.WriteLine(DemoOptions.Usage);
    return 0;
}

using var stopping = new CancellationTokenSource();
using var abandoning = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var module = options.Module ?? Path.TrimEndingDirectorySeparator(
    Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ModuleOutput").Value!);
var folder = Directory.CreateTempSubdirectory("milvus-monitoring-demo-");
try
{
    if (options.Kubeconfig is not null)
    {
        return await new OwnClusterShow(options, module, folder.FullName, stopping.Token, abandoning.Token).RunAsync();
    }

    await using var cluster = await Cluster.StartAsync(
        new ClusterOptions { Rbac = true, PodStopDelay = TimeSpan.FromMilliseconds(300) },
        stopping.Token);

    // The script needs Milvus in a namespace that a new kube-prometheus may not read. A short scrape interval keeps waits short.
    var milvus = options.Serve
        ? new SampleMilvus()
        : new SampleMilvus
        {
            Namespace = "milvus",
            Values = JsonNode.Parse("""{"metrics":{"serviceMonitor":{"interval":"2s","scrapeTimeout":"1s"}}}""")!.AsObject(),
        };
    milvus.PutInto(cluster);
    await using var monitored = await MonitoredCluster.StartAsync(
        cluster,
        servers: MonitoredCluster.Missing is null ? 1 : 0,
        stopping.Token);
    var kubeconfig = Path.Combine(folder.FullName, "kubeconfig");
    await File.WriteAllTextAsync(kubeconfig, cluster.CreateKubeconfig(), stopping.Token);
    return options.Serve
        ? await ServeAsync(cluster, kubeconfig)
        : await ShowAsync(cluster, monitored, kubeconfig);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 130;
}
catch (Exception error) when (options.Kubeconfig is not null
    && error is KubeConfigException or HttpOperationException or HttpRequestException or RuntimeException)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
finally
{
    folder.Delete(recursive: true);
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    if (stopping.IsCancellationRequested)
    {
        abandoning.Cancel();
    }

    stopping.Cancel();
}

async Task<int> ServeAsync(Cluster cluster, string kubeconfig)
{
    Console.Out.WriteLine($"""
        kubeconfig: {kubeconfig}

        A Kubernetes API server answers at {cluster.Server} until Ctrl+C. In another terminal:

          kubectl --kubeconfig {kubeconfig} get namespaces

        or, in pwsh:

          $env:KUBECONFIG = '{kubeconfig}'
          Import-Module '{module}'
          Install-KubePrometheus -Path '{options.Path ?? DemoOptions.OwnManifests}' -Wait
        """);
    var stopped = new TaskCompletionSource();
    await using var registration = stopping.Token.Register(stopped.SetResult);
    await stopped.Task;
    return 0;
}

async Task<int> ShowAsync(Cluster cluster, MonitoredCluster monitored, string kubeconfig)
{
    // A picture has colours, whatever the output is.
    using var drawn = new StringWriter();
    var terminal = options.Picture is null ? Terminal.Detect() : new Terminal(Interactive: false, Colours: true, PictureColumns);
    using var session = new Session(terminal);
    session.SetParameter("Kubeconfig", kubeconfig);
    session.SetParameter("Path", options.Path ?? DemoOptions.OwnManifests);
    session.SetParameter("Module", module);
    session.SetParameter(
        "Prometheus",
        await monitored.DescribeAsync(stopping.Token) ?? "none on this machine: the checks that need one will fail");
    session.SetParameter("Patience", options.Patience ?? (MonitoredCluster.Missing is null ? "30s" : "1s"));
    session.SetVariable("DeletePod", new Action<string>(pod => cluster.Remove("v1", "Pod", "monitoring", pod, false)));
    var failed = await new Show(session)
    {
        Announce = step =>
        {
            if (options.Picture is not null)
            {
                var isMain = step.Command is { } command && MainSteps.Any(main => command.StartsWith(main, StringComparison.Ordinal));
                Console.SetOut(isMain ? drawn : TextWriter.Null);
            }
        },
    }.PlayAsync(stopping.Token);

    if (options.Picture is not null)
    {
        Picture.Write(options.Picture, drawn.ToString(), PictureColumns);
    }

    if (failed > 0)
    {
        await Console.Error.WriteLineAsync($"{failed} of the commands above failed.");
    }

    return failed == 0 ? 0 : 1;
}
