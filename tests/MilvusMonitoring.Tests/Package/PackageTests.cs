using System.Globalization;
using System.IO.Compression;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MilvusMonitoring.Tests.Package;

/// <summary>The package as the gallery and its clients see it.</summary>
public sealed class PackageTests(PackedTwice packed) : IClassFixture<PackedTwice>
{
    [Fact]
    public async Task The_same_sources_give_the_same_bytes_in_another_folder() => Assert.Equal(
        await File.ReadAllBytesAsync(packed.Files[0], TestContext.Current.CancellationToken),
        await File.ReadAllBytesAsync(packed.Files[1], TestContext.Current.CancellationToken));

    [Fact]
    public void It_holds_the_module_and_its_code_for_a_platform_and_nothing_of_the_host_and_is_small()
    {
        using var package = ZipFile.OpenRead(packed.Files[0]);
        var names = package.Entries.Select(entry => entry.FullName).ToList();

        var platform = RuntimeInformation.RuntimeIdentifier;
        Assert.Equal(
            [
                "Fractions.dll",
                "KubernetesClient.dll",
                "MilvusMonitoring.Module.dll",
                "MilvusMonitoring.dll",
                "YamlDotNet.dll",
                $"{platform}/MilvusMonitoring.Module.dll",
                $"{platform}/YamlDotNet.dll",
            ],
            names.Where(name => name.StartsWith("bin/", StringComparison.Ordinal)).Select(name => name[4..]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(names, name => name.EndsWith(".pdb", StringComparison.Ordinal));
        Assert.All(
            [
                "MilvusMonitoring.psd1",
                "MilvusMonitoring.psm1",
                "MilvusMonitoring.Format.ps1xml",
                "en-US/MilvusMonitoring.Module.dll-Help.xml",
                "en-US/about_MilvusMonitoring.help.txt",
                "en-US/about_MilvusMonitoring_Permissions.help.txt",
                "LICENSE",
                "CHANGELOG.md",
                "README.md",
                "icon.png",
            ],
            name => Assert.Contains(name, names));
        Assert.InRange(new FileInfo(packed.Files[0]).Length, 1, 8_000_000);
    }

    [Fact]
    public async Task The_runtime_uses_the_code_for_its_platform_and_compiles_itself_without()
    {
        using var folder = new TemporaryFolder();
        var plain = folder.PathOf("MilvusMonitoring");
        foreach (var file in Directory.EnumerateFiles(packed.Module, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(packed.Module, file);
            if (!path.Contains(RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal))
            {
                folder.Write(Path.Combine("MilvusMonitoring", path), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            }
        }

        var compiled = await CountCompiledMethodsAsync(packed.Module);

        // The command runs some hundred methods of the module.
        Assert.InRange(await CountCompiledMethodsAsync(plain) - compiled, 100, 10_000);
    }

    [Fact]
    public async Task The_help_of_every_command_has_its_page_as_the_first_address()
    {
        XNamespace maml = "http://schemas.microsoft.com/maml/2004/10";
        XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
        await using var file = File.OpenRead(Path.Combine(packed.Module, "en-US", "MilvusMonitoring.Module.dll-Help.xml"));
        var help = await XDocument.LoadAsync(file, LoadOptions.None, TestContext.Current.CancellationToken);

        Assert.All(help.Descendants(command + "command"), item => Assert.Equal(
            $"{PackedTwice.ProjectUrl}/blob/HEAD/docs/{item.Descendants(command + "name").First().Value}.md",
            item.Descendants(maml + "uri").First().Value));
    }

    [Fact]
    public async Task The_licence_of_every_foreign_assembly_is_in_it()
    {
        var notices = await File.ReadAllTextAsync(
            Path.Combine(packed.Module, "THIRD-PARTY-NOTICES.txt"),
            TestContext.Current.CancellationToken);
        var foreign = Directory
            .GetFiles(Path.Combine(packed.Module, "bin"), "*.dll")
            .Select(file => Path.GetFileName(file))
            .Where(name => !name.StartsWith("MilvusMonitoring", StringComparison.Ordinal));

        Assert.All(foreign, name => Assert.Contains($"\n{name}\n", notices, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_manifest_says_all_that_the_gallery_asks()
    {
        await using var session = await PowerShellSession.StartAsync();
        var found = await session.InvokeAsync(
            "param($path) Test-ModuleManifest $path",
            new { path = Path.Combine(packed.Module, "MilvusMonitoring.psd1") });
        var manifest = Assert.Single(found.EnsureNoError().OutputOf<PSModuleInfo>());

        Assert.Equal(PackedTwice.ProjectUrl, manifest.ProjectUri.OriginalString);
        Assert.Equal("https://licenses.nuget.org/Apache-2.0", manifest.LicenseUri.OriginalString);
        Assert.StartsWith(PackedTwice.ProjectUrl, manifest.IconUri.OriginalString, StringComparison.Ordinal);
        Assert.NotEmpty(manifest.ReleaseNotes);
        Assert.Equal(["Core"], manifest.CompatiblePSEditions);
        Assert.All(["PSEdition_Core", "Windows", "Linux", "MacOS"], tag => Assert.Contains(tag, manifest.Tags));
        var text = await File.ReadAllTextAsync(manifest.Path, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("'*'", text, StringComparison.Ordinal);
        Assert.Equal(
            manifest.ExportedCmdlets.Keys.Select(name => "PSCmdlet_" + name).Order(),
            Tags().Where(tag => tag.StartsWith("PSCmdlet_", StringComparison.Ordinal)).Order());
        Assert.All(
            [
                ("id", "MilvusMonitoring"),
                ("version", $"{manifest.Version}"),
                ("license", "Apache-2.0"),
                ("projectUrl", PackedTwice.ProjectUrl),
                ("icon", "icon.png"),
                ("releaseNotes", manifest.ReleaseNotes),
            ],
            expected => Assert.Equal(expected.Item2, Specification(expected.Item1)));
    }

    [Fact]
    public async Task Every_link_of_its_README_leads_somewhere_from_where_the_package_is_shown()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(packed.Module, "README.md"), TestContext.Current.CancellationToken);
        var links = Regex.Matches(text, @"\]\(([^)]+)\)").Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(links);
        Assert.All(links, link =>
            Assert.True(
                link.StartsWith(PackedTwice.ProjectUrl, StringComparison.Ordinal) || File.Exists(Path.Combine(packed.Module, link)),
                link));
    }

    [Fact]
    public async Task The_installed_module_is_found_by_its_name_and_explains_itself()
    {
        var result = await ChildProcess.RunAsync(
            "dotnet",
            [
                BuiltTree.Program("BareHost"),
                "(Get-Module MilvusMonitoring -ListAvailable).ModuleBase; Import-Module MilvusMonitoring; (Get-Command "
                    + "Install-KubePrometheus).Module.ModuleBase; (Get-Help Install-KubePrometheus).Synopsis",
            ],
            Limits.Program,
            new Dictionary<string, string?> { ["PSModulePath"] = packed.ModulePath });

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(
            [packed.Module, packed.Module, "Installs kube-prometheus on a cluster, or brings an installed one up to date."],
            ChildProcess.Lines(result.Output));
    }

    [Fact]
    public async Task The_installed_module_passes_the_demo()
    {
        var result = await ChildProcess.RunAsync(
            "dotnet",
            [BuiltTree.Program("Demo"), "--module", Path.Combine(packed.Module, "MilvusMonitoring.psd1")],
            Limits.Program);

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Contains($"-Module '{packed.Module}", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PSResourceGet_installs_it_from_a_folder_as_it_was_unpacked_here()
    {
        Assert.SkipUnless(Programs.OnPath("pwsh"), "pwsh is not on PATH.");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Where the client installs to, a variable says only elsewhere than on Windows.");
        using var home = new TemporaryFolder();
        var result = await ChildProcess.RunAsync(
            "pwsh",
            ["-NoProfile", "-NonInteractive", "-Command", $"""
                $ErrorActionPreference = 'Stop'
                Register-PSResourceRepository -Name feed -Uri '{Path.GetDirectoryName(packed.Files[0])}' -Trusted
                Install-PSResource MilvusMonitoring -Repository feed -TrustRepository
                (Get-InstalledPSResource MilvusMonitoring).ProjectUri.OriginalString
                (Import-Module MilvusMonitoring -PassThru).ModuleBase
                """],
            Limits.Program,
            new Dictionary<string, string?> { ["HOME"] = home.Path, ["XDG_DATA_HOME"] = null, ["PSModulePath"] = null });

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        var lines = ChildProcess.Lines(result.Output);
        Assert.Equal(PackedTwice.ProjectUrl, lines[^2]);
        Assert.StartsWith(home.Path, lines[^1], StringComparison.Ordinal);

        // The client leaves a note of its own beside the module.
        Assert.Equal(FilesIn(packed.Module), FilesIn(lines[^1]).Where(file => file.Path != "PSGetModuleInfo.xml"));

        static IEnumerable<(string Path, string Hash)> FilesIn(string folder) =>
            Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => (Path.GetRelativePath(folder, file), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))))
                .Order();
    }

    /// <summary>How many methods the runtime compiles in a process that writes the dashboards.</summary>
    private static async Task<int> CountCompiledMethodsAsync(string module)
    {
        using var folder = new TemporaryFolder();
        var result = await ChildProcess.RunAsync(
            "dotnet",
            [
                BuiltTree.Program("BareHost"),
                $"Import-Module '{module}/MilvusMonitoring.psd1'; $null = Save-MilvusDashboard -Destination '{folder.Path}'; "
                    + "[System.Runtime.JitInfo]::GetCompiledMethodCount()",
            ],
            Limits.Program);
        Assert.True(result.ExitCode == 0, result.Errors);
        return int.Parse(Assert.Single(ChildProcess.Lines(result.Output)), CultureInfo.InvariantCulture);
    }

    private List<string> Tags() => [.. Specification("tags").Split(' ')];

    private string Specification(string element)
    {
        using var package = ZipFile.OpenRead(packed.Files[0]);
        using var stream = package.GetEntry("MilvusMonitoring.nuspec")!.Open();
        return XDocument.Load(stream).Descendants().Single(found => found.Name.LocalName == element).Value;
    }
}
