using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests;

/// <summary>A container image of one layer, made from programs of this machine, for a node that cannot pull any.</summary>
internal sealed class ContainerImage
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly List<(string Path, byte[] Content)> _files = [];

    /// <summary>Adds a file of the machine under the same path, or another.</summary>
    public async Task<ContainerImage> AddAsync(string file, string? path = null)
    {
        _files.Add((path ?? file, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
        return this;
    }

    /// <summary>Adds a program and the shared libraries that <c>ldd</c> names for it.</summary>
    public async Task<ContainerImage> AddProgramAsync(string program)
    {
        var shared = await ChildProcess.RunAsync("ldd", [program], Limits.Wait);
        foreach (var line in ChildProcess.Lines(shared.Output))
        {
            // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)", or the loader's own path alone.
            if (line.Split("=>")[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [['/', ..] library, ..])
            {
                await AddAsync(library);
            }
        }

        return await AddAsync(program);
    }

    /// <summary>Adds busybox and a name for each of the applets that a script needs.</summary>
    public async Task<ContainerImage> AddShellAsync(params string[] applets)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var busybox = folders.Select(folder => Path.Combine(folder, "busybox")).First(File.Exists);
        foreach (var applet in applets.Prepend("sh"))
        {
            await AddAsync(busybox, $"/bin/{applet}");
        }

        return this;
    }

    /// <summary>Adds a script.</summary>
    public ContainerImage AddScript(string path, string text)
    {
        _files.Add((path, Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));
        return this;
    }

    /// <summary>Writes the image as <c>docker save</c> does.</summary>
    public void Write(string archive, string name, string entryPoint)
    {
        var layer = new MemoryStream();
        using (var tar = new TarWriter(layer, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "tmp") { Mode = (UnixFileMode)0b1_111_111_111 });
            foreach (var (path, content) in _files.DistinctBy(file => file.Path))
            {
                var entry = new PaxTarEntry(TarEntryType.RegularFile, path.TrimStart('/')) { Mode = Executable };
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(layer.GetBuffer().AsSpan(0, (int)layer.Length)));
        layer.Position = 0;
        using var output = new TarWriter(File.Create(archive));
        Add("manifest.json", new JsonArray(new JsonObject
        {
            ["Config"] = "config.json",
            ["RepoTags"] = new JsonArray(name),
            ["Layers"] = new JsonArray("layer.tar"),
        }));
        Add("config.json", new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject { ["Env"] = new JsonArray("PATH=/bin"), ["Entrypoint"] = new JsonArray(entryPoint) },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray($"sha256:{digest}") },
        });
        output.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "layer.tar") { DataStream = layer });

        void Add(string file, JsonNode content) =>
            output.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file)
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content.ToJsonString())),
            });
    }
}
