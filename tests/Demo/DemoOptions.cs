namespace Demo;

/// <summary>The options of the command line.</summary>
/// <param name="Path">The manifests to install.</param>
/// <param name="Module">The module to import; null for the module of the build.</param>
/// <param name="Picture">The file to draw the main steps into; null for none.</param>
/// <param name="Serve">Whether to serve the cluster until Ctrl+C instead of running the script.</param>
/// <param name="Help">Whether to print the options only.</param>
internal sealed record DemoOptions(string? Path, string? Module, string? Picture, bool Serve, bool Help)
{
    public const string Usage = """
        Runs the commands of demo.ps1 on a Kubernetes cluster inside this process, and shows their output.

          dotnet run --project tests/Demo [-- OPTIONS]

          --path FOLDER   manifests to install, such as those of a kube-prometheus release; default: small manifests of the demo
          --module PATH   the module to run, such as an installed one; default: the module of the build
          --picture FILE  draws the main steps into an SVG file, as a terminal shows them
          --serve         runs no script; serves the cluster, with one Milvus, for pwsh, kubectl or helm until Ctrl+C, and prints the
                          path of its kubeconfig
          --patience TIME how long to wait for the proof, such as 90s; default: 30s, on a cluster of your own 5m
          --help          prints this text

        On a cluster of your own without monitoring and without Milvus:

          --kubeconfig FILE  the cluster. The demo asks first, installs kube-prometheus (without --path it downloads the release
                             that supports the cluster) and a stand-in for Milvus, and removes both at the end, also after
                             Ctrl+C and after a failed command
          --context NAME     the context; default: the current context
          --yes              goes ahead without the question
        """;

    public const string UsualPatience = "5m";

    /// <summary>The kubeconfig of the user's cluster; null for a cluster inside this process.</summary>
    public string? Kubeconfig { get; private init; }

    public string? Context { get; private init; }

    public string? Patience { get; private init; }

    public bool Yes { get; private init; }

    /// <summary>The small manifests of the demo.</summary>
    public static string OwnManifests { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "manifests");

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">An option is unknown or incomplete, or names a path that does not exist.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new DemoOptions(Path: null, Module: null, Picture: null, Serve: false, Help: false);
        for (var index = 0; index < arguments.Count; index++)
        {
            options = arguments[index] switch
            {
                "--path" when index + 1 < arguments.Count => options with { Path = GetFullPath(arguments[++index]) },
                "--module" when index + 1 < arguments.Count => options with { Module = GetFullPath(arguments[++index]) },
                "--picture" when index + 1 < arguments.Count => options with { Picture = arguments[++index] },
                "--kubeconfig" when index + 1 < arguments.Count => options with { Kubeconfig = GetFullPath(arguments[++index]) },
                "--context" when index + 1 < arguments.Count => options with { Context = arguments[++index] },
                "--patience" when index + 1 < arguments.Count => options with { Patience = arguments[++index] },
                "--yes" => options with { Yes = true },
                "--path" or "--module" or "--picture" or "--kubeconfig" => throw new ArgumentException($"{arguments[index]} needs a path."),
                "--context" or "--patience" => throw new ArgumentException($"{arguments[index]} needs a value."),
                "--serve" => options with { Serve = true },
                "--help" or "-h" => options with { Help = true },
                var other => throw new ArgumentException($"'{other}' is not an option of the demo."),
            };
        }

        if (options.Kubeconfig is null && (options.Context is not null || options.Yes))
        {
            throw new ArgumentException("--context and --yes need --kubeconfig.");
        }

        return options.Kubeconfig is not null && (options.Serve || options.Picture is not null)
            ? throw new ArgumentException("--serve and --picture need the cluster inside this process; leave out --kubeconfig.")
            : options;
    }

    private static string GetFullPath(string path) =>
        System.IO.Path.Exists(path) ? System.IO.Path.GetFullPath(path) : throw new ArgumentException($"'{path}' does not exist.");
}
