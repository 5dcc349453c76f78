using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Tests.Platform;

/// <summary>Where each system keeps the files of its user. Linux plays the others.</summary>
public sealed class HomeFoldersTests
{
    private const string Drive = "HOMEDRIVE=/h HOMEPATH=/users/me";

    [Theory]
    // The first home that has the file: HOME, then the home drive, then the profile.
    [InlineData($"HOME=/home {Drive} USERPROFILE=/profile", "/home /h/users/me /profile", "/home")]
    [InlineData($"HOME=/home {Drive} USERPROFILE=/profile", "/h/users/me /profile", "/h/users/me")]
    [InlineData($"HOME=/home {Drive} USERPROFILE=/profile", "/profile", "/profile")]
    [InlineData("HOMEDRIVE=/h USERPROFILE=/profile", "/h /profile", "/profile")]
    // None has it: HOME, then the profile, then the home drive.
    [InlineData($"HOME=/home {Drive} USERPROFILE=/profile", "", "/home")]
    [InlineData($"{Drive} USERPROFILE=/profile", "", "/profile")]
    [InlineData(Drive, "", "/h/users/me")]
    // A service has no variables of a user, and perhaps no profile.
    [InlineData("", "", "/of-the-runtime")]
    [InlineData("HOME= USERPROFILE=", "/of-the-runtime", "/of-the-runtime")]
    public void Windows_has_the_kubeconfig_that_kubectl_finds_there(string variables, string homes, string expected) =>
        Assert.Equal(KubeconfigIn(expected), Play(SystemKind.Windows, variables, homes).FindKubeconfig());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Elsewhere_the_home_of_the_runtime_counts_alone(bool mac) =>
        Assert.Equal(
            KubeconfigIn("/of-the-runtime"),
            Play(mac ? SystemKind.MacOS : SystemKind.Linux, $"{Drive} USERPROFILE=/profile", "/profile").FindKubeconfig());

    [Theory]
    [InlineData("Linux", "", "/of-the-runtime .cache MilvusMonitoring")]
    [InlineData("Linux", "XDG_CACHE_HOME=/cache", "/cache MilvusMonitoring")]
    [InlineData("Linux", "XDG_CACHE_HOME=cache", "/of-the-runtime .cache MilvusMonitoring")]
    [InlineData("MacOS", "XDG_CACHE_HOME=/cache", "/data MilvusMonitoring")]
    [InlineData("Windows", "XDG_CACHE_HOME=/cache", "/data MilvusMonitoring")]
    public void The_cache_is_where_the_system_keeps_caches(string system, string variables, string expected) =>
        Assert.Equal(Path.Combine(expected.Split(' ')), Play(Enum.Parse<SystemKind>(system), variables, "").FindCache());

    [Theory]
    [InlineData("Linux")]
    [InlineData("MacOS")]
    [InlineData("Windows")]
    public void A_process_without_a_home_has_neither(string system)
    {
        var homeless = Play(Enum.Parse<SystemKind>(system), "", "") with { Folder = _ => "" };

        Assert.Null(homeless.FindKubeconfig());
        Assert.Null(homeless.FindCache());
    }

    private static string KubeconfigIn(string home) => Path.Combine(home, ".kube", "config");

    /// <param name="system">The system.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="homes">The folders that have a kubeconfig.</param>
    private static HomeFolders Play(SystemKind system, string variables, string homes)
    {
        var environment = variables
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('='))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        var files = homes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(KubeconfigIn).ToList();
        return new HomeFolders(
            system,
            environment.GetValueOrDefault,
            files.Contains,
            purpose => purpose == Environment.SpecialFolder.UserProfile ? "/of-the-runtime" : "/data");
    }
}
