namespace MilvusMonitoring.Platform;

/// <summary>The folders in which a system keeps what belongs to its user.</summary>
/// <param name="System">The system.</param>
/// <param name="Variable">Reads an environment variable.</param>
/// <param name="HasFile">Whether there is a file.</param>
/// <param name="Folder">The folder of the runtime for a purpose; empty if there is none.</param>
internal sealed record HomeFolders(
    SystemKind System,
    Func<string, string?> Variable,
    Func<string, bool> HasFile,
    Func<Environment.SpecialFolder, string> Folder)
{
    private const string Product = "MilvusMonitoring";

    public static HomeFolders Current { get; } =
        new(RunningSystem.Kind, Environment.GetEnvironmentVariable, File.Exists, Environment.GetFolderPath);

    /// <summary>Finds the path of <c>.kube/config</c> as kubectl does, also if there is no file; null without a home.</summary>
    /// <remarks>
    /// On Windows kubectl takes the first home that has the file. If none has it, the profile comes before the home drive, as in
    /// k8s.io/client-go/util/homedir.
    /// </remarks>
    public string? FindKubeconfig()
    {
        var (home, drive, profile) = (Read("HOME"), FindHomeDrive(), Read("USERPROFILE"));
        string?[] named = System == SystemKind.Windows ? [home, drive, profile] : [];
        string?[] byDefault = System == SystemKind.Windows ? [home, profile, drive] : [];
        return named.OfType<string>().Select(KubeconfigIn).FirstOrDefault(HasFile)
            ?? byDefault.Append(Find(Environment.SpecialFolder.UserProfile)).OfType<string>().Select(KubeconfigIn).FirstOrDefault();
    }

    /// <summary>Finds the folder for what can be made again; null if the process has no home, as in some runbooks.</summary>
    public string? FindCache()
    {
        if (System != SystemKind.Linux)
        {
            return Find(Environment.SpecialFolder.LocalApplicationData) is { } data ? Path.Combine(data, Product) : null;
        }

        if (Read("XDG_CACHE_HOME") is { } cacheHome && Path.IsPathRooted(cacheHome))
        {
            return Path.Combine(cacheHome, Product);
        }

        return Find(Environment.SpecialFolder.UserProfile) is { } home ? Path.Combine(home, ".cache", Product) : null;
    }

    private string? FindHomeDrive() => Read("HOMEDRIVE") is { } drive && Read("HOMEPATH") is { } path ? drive + path : null;

    private string? Read(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    private string? Find(Environment.SpecialFolder purpose) => Folder(purpose) is { Length: > 0 } folder ? folder : null;

    private static string KubeconfigIn(string home) => Path.Combine(home, ".kube", "config");
}
