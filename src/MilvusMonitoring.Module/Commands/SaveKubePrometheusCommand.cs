using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.KubePrometheus.Releases;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Downloads and verifies a release of kube-prometheus, and saves it to a file for <c>Install-KubePrometheus -Path</c> on a machine without
/// internet access.
/// </summary>
[Cmdlet(VerbsData.Save, "KubePrometheus", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo))]
public sealed class SaveKubePrometheusCommand : AsyncCommand
{
    /// <summary>The release, such as <c>v0.18.0</c>. Default: the newest release that the module knows.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>The folder or the .tar.gz file to save to. Default: the current folder.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>Overwrites an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        var release = Version is null ? ReleaseCatalog.All[0] : ReleaseCatalog.Get(Version);
        var destination = ResolvePath(Destination);
        var approval = await output.ApproveAsync($"kube-prometheus {release.Version} to {destination}", "Save").ConfigureAwait(false);
        if (!approval.IsGiven)
        {
            return;
        }

        var store = new ReleaseStore();
        var saved = await store.SaveAsync(release, destination, Force, output, cancellationToken).ConfigureAwait(false);
        var file = PSObject.AsPSObject(new FileInfo(saved.Path));
        file.Properties.Add(new PSNoteProperty("Images", saved.Images.ToArray()));
        file.Properties.Add(new PSNoteProperty("Version", release.Version));
        output.Object(file);
    }
}
