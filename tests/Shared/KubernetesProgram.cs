namespace MilvusMonitoring.Testing;

/// <summary>A program that starts a real Kubernetes, named by an environment variable.</summary>
/// <remarks>
/// The program is called with a folder and a port, takes that port and the two above it by 1000 and 1001, prints
/// <c>ready KUBECONFIG</c> once the server answers, ends on SIGTERM, and ends with 2 where it cannot run on this machine.
/// </remarks>
internal sealed class KubernetesProgram
{
    /// <summary>When a start is given up. No start takes this long, not even on a machine that is busy.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly Lazy<string?> _missing;

    private KubernetesProgram(string name, string variable, Func<string?> lacks)
    {
        (Name, Variable) = (name, variable);
        _missing = new(() => string.IsNullOrEmpty(Path) ? $"{Variable} does not name a program that starts a {Name}." : lacks());
    }

    /// <summary>A kube-apiserver and its etcd. No controllers run.</summary>
    public static KubernetesProgram ApiServer { get; } =
        new("kube-apiserver", "KUBE_APISERVER", () => Lacks("etcd"));

    /// <summary>One whole node: API server, controllers, scheduler, containerd, kubelet, and pods that run.</summary>
    public static KubernetesProgram Node { get; } = new("kubernetes-node", "KUBERNETES_NODE", () =>
        Lacks("etcd", "containerd", "ctr", "runc", "busybox", "iptables", "ip", "openssl", "curl", "xz", "unshare", "nsenter", "setpriv")
        ?? (Environment.IsPrivilegedProcess ? null : "A node needs root.")
        ?? CgroupRefusal());

    public string Name { get; }

    public string Variable { get; }

    public string? Path => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Why the program cannot be run here; null where it can.</summary>
    public string? Missing => _missing.Value;

    /// <summary>What a node on a port has left on this machine: interfaces, and cgroups with what runs in them.</summary>
    public static IReadOnlyList<string> FindLeft(int port)
    {
        string[] groups = Directory.Exists("/sys/fs/cgroup") ? ["/sys/fs/cgroup", .. Directory.EnumerateDirectories("/sys/fs/cgroup")] : [];
        var places = groups.Select(group => System.IO.Path.Combine(group, $"kube-{port}")).Prepend($"/sys/class/net/k{port}");
        return [.. places.Where(Directory.Exists)];
    }

    private static string? Lacks(params string[] programs) =>
        programs.FirstOrDefault(program => !Programs.OnPath(program)) is { } missing ? $"{missing} is not on PATH." : null;

    /// <summary>A kubelet makes a cgroup for each pod.</summary>
    private static string? CgroupRefusal()
    {
        // A line of mountinfo: the mount point is the fifth field, the type of the file system follows a lone dash (proc_pid_mountinfo(5)).
        var mounts = File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(" - ", 2) is [var place, var kind] ? (At: place.Split(' ')[4], Kind: kind.Split(' ')[0]) : default)
            .Where(mount => mount.Kind is "cgroup" or "cgroup2" && mount.At.StartsWith("/sys/fs/cgroup", StringComparison.Ordinal))
            .Select(mount => mount.At)
            .ToList();
        if (mounts.Count == 0)
        {
            return "A node needs cgroups, and none are mounted at /sys/fs/cgroup.";
        }

        try
        {
            var probe = System.IO.Path.Combine(mounts[0], $"probe-{Environment.ProcessId}");
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"A node needs cgroups, and none can be made: {error.Message}";
        }
    }
}
