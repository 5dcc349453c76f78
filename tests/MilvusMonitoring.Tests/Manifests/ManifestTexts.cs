using System.Text;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Tests;

/// <summary>What manifest files say.</summary>
internal static class ManifestTexts
{
    /// <summary>The text of a file.</summary>
    public static string Of(ManifestFile file)
    {
        using var content = file.Open();
        return Encoding.UTF8.GetString(content.Bytes.Span);
    }
}
