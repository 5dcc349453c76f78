namespace Demo;

/// <summary>What the command line asks for.</summary>
/// <param name="Path">The manifests to install.</param>
/// <param name="Module">The module to import; null for the one that the build left.</param>
/// <param name="Picture">The file to draw the main steps into; null for none.</param>
/// <param name="Serve">Whether to serve the cluster until stopped, instead of running the script.</param>
/// <param name="Help">Whether to say only what the options are.</param>
internal sealed record DemoOptions(string? Path, string? Module, string? Picture, bool Serve, bool Help)
{
    public const string Usage = """
        Runs the commands of demo.ps1 on a Kubernetes cluster inside this process, and shows what they put out.

          dotnet run --project tests/Demo [-- OPTIONS]

          --path FOLDER   manifests to install, such as those of a kube-prometheus release; else small ones of the demo's own
          --module PATH   the module to show, such as an installed one; else the one that the build left
          --picture FILE  draws the main steps, as a terminal shows them, into an SVG file
          --serve         no script: keeps the cluster, with one Milvus on it, up for pwsh, kubectl or helm until Ctrl+C, and says where its kubeconfig is
          --help          this text

        On a cluster of your own that has neither monitoring nor Milvus:

          --kubeconfig FILE  the cluster. The demo asks first, installs kube-prometheus (without --path the release that fits,
                             which it downloads) and a stand-in for Milvus, and removes both at the end, also after Ctrl+C
                             and where a command fails
          --context NAME     the context; else the current one
          --patience TIME    how long to wait for pods, and for the proof, such as 90s; else 5m
          --yes              goes ahead without the question, as where nobody can answer it
        """;

    public const string UsualPatience = "5m";

    /// <summary>The cluster of one's own to play on; null for one inside this process.</summary>
    public string? Kubeconfig { get; private init; }

    public string? Context { get; private init; }

    public string? Patience { get; private init; }

    public bool Yes { get; private init; }

    /// <summary>The small manifests of the demo's own.</summary>
    public static string OwnManifests { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "manifests");

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">An option that is unknown, incomplete, or names what is not there.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new DemoOptions(Path: null, Module: null, Picture: null, Serve: false, Help: false);
        for (var index = 0; index < arguments.Count; index++)
        {
            options = arguments[index] switch
            {
                "--path" when index + 1 < arguments.Count => options with { Path = Existing(arguments[++index]) },
                "--module" when index + 1 < arguments.Count => options with { Module = Existing(arguments[++index]) },
                "--picture" when index + 1 < arguments.Count => options with { Picture = arguments[++index] },
                "--kubeconfig" when index + 1 < arguments.Count => options with { Kubeconfig = Existing(arguments[++index]) },
                "--context" when index + 1 < arguments.Count => options with { Context = arguments[++index] },
                "--patience" when index + 1 < arguments.Count => options with { Patience = arguments[++index] },
                "--yes" => options with { Yes = true },
                "--path" or "--module" or "--picture" or "--kubeconfig" => throw new ArgumentException($"{arguments[index]} needs a path."),
                "--context" or "--patience" => throw new ArgumentException($"{arguments[index]} needs a value."),
                "--serve" => options with { Serve = true },
                "--help" or "-h" => options with { Help = true },
                var other => throw new ArgumentException($"'{other}' is no option of the demo."),
            };
        }

        if (options.Kubeconfig is null && (options.Context is not null || options.Patience is not null || options.Yes))
        {
            throw new ArgumentException("--context, --patience and --yes belong to --kubeconfig.");
        }

        return options.Kubeconfig is not null && (options.Serve || options.Picture is not null)
            ? throw new ArgumentException("--serve and --picture need the cluster inside this process.")
            : options;
    }

    private static string Existing(string path) =>
        System.IO.Path.Exists(path) ? System.IO.Path.GetFullPath(path) : throw new ArgumentException($"There is no '{path}'.");
}
