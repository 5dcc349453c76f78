using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Contenders;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>Install, install again, repair one object, uninstall: kubectl and the module in turn on one real API server.</summary>
internal sealed class KubectlRace(RealStack stack, int repeat, TimeSpan roundTrip, string kubectlVersion)
{
    private static readonly StackWork[] s_works = Enum.GetValues<StackWork>();

    private readonly Dictionary<(Type Contender, StackWork Work), Series> _series = [];
    private readonly Dictionary<(StackWork Work, string Phase), (Series Start, Series Length)> _phases = [];

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        await using var relay = roundTrip > TimeSpan.Zero ? new DelayingRelay(stack.Server, roundTrip) : null;
        var kubeconfig = relay is null ? stack.Kubeconfig : await stack.WriteKubeconfigThroughAsync(relay.Port, cancellationToken);
        var commands = new ModuleCommands(kubeconfig, stack.Manifests.Folder, stack.Manifests.Count);
        using var home = new TemporaryFolder();
        await using var engine = await EngineProcess.StartAsync(cancellationToken);
        var kubectl = new Kubectl(kubeconfig, stack.Manifests.Folder, home.Path);
        IContender[] contenders = [kubectl, new Session(engine, commands), new NewProcess(commands)];

        // Round 0 fills caches: kubectl's of discovery, the session's of compiled code.
        for (var round = 0; round <= repeat; round++)
        {
            for (var turn = 0; turn < contenders.Length; turn++)
            {
                await RunAsync(contenders[(round + turn) % contenders.Length], round, cancellationToken);
            }
        }

        Show(report, kubectl);
    }

    private async Task RunAsync(IContender contender, int round, CancellationToken cancellationToken)
    {
        await stack.CheckEmptyAsync(cancellationToken);
        List<string> times = [];
        foreach (var work in s_works)
        {
            if (work == StackWork.RepairDrift)
            {
                await stack.ChangeOneObjectAsync(cancellationToken);
            }

            await QuietMachine.WaitAsync(cancellationToken);
            var elapsed = await contender.RunAsync(work, cancellationToken);
            times.Add(Report.Time(elapsed.TotalMilliseconds));
            if (round > 0)
            {
                SeriesOf(contender.GetType(), work).Add(elapsed);
                if (contender is Session session)
                {
                    AddPhases(work, session.LastPhases);
                }
            }
        }

        Console.Error.WriteLine(
            $"  {roundTrip.TotalMilliseconds} ms, {(round == 0 ? "to warm up" : $"round {round}")}, {contender.GetType().Name}: "
                + $"{string.Join(", ", times)}"
        );
    }

    private Series SeriesOf(Type contender, StackWork work)
    {
        if (!_series.TryGetValue((contender, work), out var series))
        {
            _series[(contender, work)] = series = new Series();
        }

        return series;
    }

    private void AddPhases(StackWork work, IReadOnlyList<ChildPhase> phases)
    {
        foreach (var phase in phases)
        {
            if (!_phases.TryGetValue((work, phase.Name), out var series))
            {
                _phases[(work, phase.Name)] = series = (new Series(), new Series());
            }

            series.Start.Add(phase.Start);
            series.Length.Add(phase.Milliseconds);
        }
    }

    /// <summary>Where the session's time goes; phases may overlap.</summary>
    private void ShowPhases(Report report)
    {
        report.Say("Where the time of the session goes; phases overlap:");
        report.Table(
            ["work", "phase", "begins at", "takes"],
            [.. _phases.OrderBy(phase => (int)phase.Key.Work).ThenBy(phase => phase.Value.Start.Median).Select(phase => (string[])
            [
                Name(phase.Key.Work), phase.Key.Phase, Report.Time(phase.Value.Start.Median), Report.Time(phase.Value.Length.Median),
            ])]);
    }

    private void Show(Report report, Kubectl kubectl)
    {
        var distance = roundTrip > TimeSpan.Zero ? $"{roundTrip.TotalMilliseconds} ms round trip" : "no delay";
        report.Say(
            $"kubectl {kubectlVersion} against the module, {distance}: kube-apiserver {stack.Kubernetes}, kube-prometheus "
                + $"{stack.Manifests.Title} ({stack.Manifests.Count} objects), medians of {repeat}"
        );
        report.Table(
            ["work", "kubectl", "session", "x kubectl", "target", "", "process", "x kubectl", "target", ""],
            [.. s_works.Select(work => Row(report, work))]);
        report.Say(
            "session: the cmdlet in an open PowerShell session. process: a new pwsh for the one command, its start, engine and "
                + "import included, as kubectl's start is included. kubectl: apply --server-side setup (with --force-conflicts from the "
                + "second time, as it asks for), wait, apply; delete. Each work begins on a quiet machine."
        );
        if (kubectl.WaitsAgain + kubectl.AppliesAgain > 0)
        {
            report.Say(
                $"kubectl had to be started again by hand: wait {kubectl.WaitsAgain} times (definitions without conditions), apply "
                    + $"{kubectl.AppliesAgain} times (kinds not served yet)."
            );
        }

        ShowPhases(report);
        report.Space();
    }

    private string[] Row(Report report, StackWork work)
    {
        var kubectl = SeriesOf(typeof(Kubectl), work).Median;
        var session = SeriesOf(typeof(Session), work).Median;
        var process = SeriesOf(typeof(NewProcess), work).Median;
        var target = SessionTarget(work);
        var processTarget = ProcessTarget(work);
        return
        [
            Name(work),
            Report.Time(kubectl),
            Report.Time(session),
            Report.Ratio(session / kubectl),
            target is { } limit ? Report.Ratio(limit) : "",
            target is { } bound ? report.Verdict(session / kubectl, bound) : "",
            Report.Time(process),
            Report.Ratio(process / kubectl),
            processTarget is { } processLimit ? Report.Ratio(processLimit) : "",
            processTarget is { } processBound ? report.Verdict(process / kubectl, processBound) : "",
        ];
    }

    /// <summary>What is asked for of a new process; null at distances for which nothing is.</summary>
    private double? ProcessTarget(StackWork work) => (work, roundTrip.TotalMilliseconds) switch
    {
        (StackWork.Install, 0) => 0.6,
        (StackWork.Uninstall, 0) => 0.2,
        (_, 0) => 0.25,
        _ => null,
    };

    /// <summary>What is asked for of an open session; null at distances for which nothing is.</summary>
    private double? SessionTarget(StackWork work) => (work, roundTrip.TotalMilliseconds) switch
    {
        (StackWork.Install, 0) => 0.6,
        (StackWork.Install, 50) => 0.2,
        (StackWork.Uninstall, 0) => 0.4,
        (StackWork.Uninstall, 50) => 0.3,
        (_, 0) => 0.1,
        (_, 50) => 0.02,
        _ => null,
    };

    private static string Name(StackWork work) => work switch
    {
        StackWork.Install => "first install",
        StackWork.InstallAgain => "again, unchanged",
        StackWork.RepairDrift => "again, one drifted",
        _ => "uninstall",
    };
}
