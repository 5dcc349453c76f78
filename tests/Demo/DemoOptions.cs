namespace Demo;

/// <summary>What the command line asks for.</summary>
/// <param name="Path">The manifests to install.</param>
/// <param name="Module">The module to import; null for the one that the build left.</param>
/// <param name="Picture">The file to draw the main steps into; null for none.</param>
/// <param name="Serve">Whether to serve the cluster until stopped, instead of running the script.</param>
/// <param name="Help">Whether to say only what the options are.</param>
internal sealed record DemoOptions(string Path, string? Module, string? Picture, bool Serve, bool Help)
{
    public const string Usage = """
        Runs the commands of demo.ps1 on a Kubernetes cluster inside this process, and shows what they put out.

          dotnet run --project tests/Demo [-- OPTIONS]

          --path FOLDER   manifests to install, such as those of a kube-prometheus release; else small ones of the demo's own
          --module PATH   the module to show, such as an installed one; else the one that the build left
          --picture FILE  draws the main steps, as a terminal shows them, into an SVG file
          --serve         no script: keeps the cluster, with one Milvus on it, up for pwsh, kubectl or helm until Ctrl+C, and says where its kubeconfig is
          --help          this text
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">An option that is unknown, incomplete, or names what is not there.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new DemoOptions(System.IO.Path.Combine(AppContext.BaseDirectory, "manifests"), Module: null, Picture: null, Serve: false, Help: false);
        for (var index = 0; index < arguments.Count; index++)
        {
            options = arguments[index] switch
            {
                "--path" when index + 1 < arguments.Count => options with { Path = Existing(arguments[++index]) },
                "--module" when index + 1 < arguments.Count => options with { Module = Existing(arguments[++index]) },
                "--picture" when index + 1 < arguments.Count => options with { Picture = arguments[++index] },
                "--path" or "--module" or "--picture" => throw new ArgumentException($"{arguments[index]} needs a path."),
                "--serve" => options with { Serve = true },
                "--help" or "-h" => options with { Help = true },
                var other => throw new ArgumentException($"'{other}' is no option of the demo."),
            };
        }

        return options;
    }

    private static string Existing(string path) =>
        System.IO.Path.Exists(path) ? System.IO.Path.GetFullPath(path) : throw new ArgumentException($"There is no '{path}'.");
}
