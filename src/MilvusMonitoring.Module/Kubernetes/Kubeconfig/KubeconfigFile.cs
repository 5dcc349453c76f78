using MilvusMonitoring.IO;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Platform;
using YamlDotNet.Core;
using static MilvusMonitoring.Kubernetes.Kubeconfig.YamlValue;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>The entries of one kubeconfig file. Only their form is checked; <see cref="KubeconfigRules"/> checks the values.</summary>
internal sealed record KubeconfigFile(
    string? CurrentContext,
    IReadOnlyList<KubeconfigCluster> Clusters,
    IReadOnlyList<KubeconfigUser> Users,
    IReadOnlyList<KubeconfigContext> Contexts)
{
    private const string ClientCertificate = "client-certificate";

    /// <summary>Reads a file. An empty file has no entries.</summary>
    /// <param name="path">The full path of an existing file.</param>
    public static KubeconfigFile Read(string path)
    {
        YamlValue? root;
        try
        {
            var text = BoundedFile.ReadText(path, Bounds.Kubeconfig);
            if (text.Contains(ClientCertificate, StringComparison.Ordinal))
            {
                MachineCertificates.BeginReading();
            }

            root = YamlValue.Read(new StringReader(text));
        }
        catch (YamlException exception)
        {
            var reason = OneLine.TrimPunctuation(OneLine.Clean(exception.Message));
            var place = $"line {exception.Start.Line}, column {exception.Start.Column}";
            throw CreateInvalid(path, $"is not valid YAML at {place}: {reason}", "correct the file", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner throws these, without a place, for some broken flow collections and escapes.
            throw CreateInvalid(path, "is not valid YAML", "correct the file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CreateInvalid(
                path,
                $"cannot be read: {OneLine.TrimPunctuation(OneLine.Clean(exception.Message))}",
                "check that it is a file and that you are allowed to read it",
                exception);
        }

        return root switch
        {
            null or YamlScalar { IsNull: true } => new KubeconfigFile(null, [], [], []),
            YamlMapping mapping => new KubeconfigFile(
                mapping.Text("current-context"),
                ReadEntries(path, mapping, "clusters", "cluster", ReadCluster),
                ReadEntries(path, mapping, "users", "user", ReadUser),
                ReadEntries(path, mapping, "contexts", "context", ReadContext)),
            _ => throw CreateInvalid(path, "is not a kubeconfig: it holds no fields", "name a kubeconfig file"),
        };
    }

    /// <summary>Creates an error of a kubeconfig file.</summary>
    /// <param name="fault">The fault, to follow the path.</param>
    public static MonitoringException CreateInvalid(string path, string fault, string remedy, Exception? cause = null) =>
        new(ErrorId.KubeconfigInvalid, $"The kubeconfig {path} {OneLine.Clean(fault)}", remedy, path, cause);

    private static List<T> ReadEntries<T>(
        string path,
        YamlMapping root,
        string list,
        string field,
        Func<string, string, YamlMapping, T> read)
    {
        var entries = new List<T>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in root.Mappings(list))
        {
            if (entry.Text("name") is not { } name)
            {
                continue;
            }

            if (!names.Add(name))
            {
                throw CreateInvalid(path, $"has two {list} named '{name}'", "rename or remove one");
            }

            entries.Add(read(path, name, entry.Mapping(field) ?? new YamlMapping(new Dictionary<string, YamlValue>())));
        }

        return entries;
    }

    private static KubeconfigCluster ReadCluster(string path, string name, YamlMapping cluster) =>
        new()
        {
            Name = name,
            File = path,
            Server = cluster.Text("server"),
            CertificateAuthority = ReadData(path, $"cluster '{name}'", cluster, "certificate-authority"),
            TlsServerName = cluster.Text("tls-server-name"),
            InsecureSkipTlsVerify = cluster.IsTrue("insecure-skip-tls-verify"),
            ProxyUrl = cluster.Text("proxy-url"),
            DisableCompression = cluster.IsTrue("disable-compression"),
            ExecConfig = cluster
                .Mappings("extensions")
                .FirstOrDefault(extension => extension.Text("name") == "client.authentication.k8s.io/exec")
                ?.Node("extension"),
        };

    private static KubeconfigUser ReadUser(string path, string name, YamlMapping user) => new()
    {
        Name = name,
        File = path,
        ClientCertificate = ReadData(path, $"user '{name}'", user, ClientCertificate),
        ClientKey = ReadData(path, $"user '{name}'", user, "client-key"),
        Token = user.Text("token"),
        TokenFile = Resolve(path, user.Text("tokenFile")),
        Username = user.Text("username"),
        Password = user.Text("password"),
        Impersonation = ReadImpersonation(user),
        Exec = user.Mapping("exec") is { } exec ? ReadExec(path, name, exec) : null,
        AuthProvider = user.Mapping("auth-provider") is { } provider ? provider.Text("name") ?? "unnamed" : null,
    };

    private static KubeconfigContext ReadContext(string path, string name, YamlMapping context) =>
        new(name, path, context.Text("cluster"), context.Text("user"), context.Text("namespace"));

    private static Impersonation? ReadImpersonation(YamlMapping user)
    {
        var groups = user.Texts("as-groups");
        var extra = user.Mapping("as-user-extra") is { } attributes
            ? attributes.Names.SelectMany(key => attributes.Texts(key).Select(value => KeyValuePair.Create(key, value))).ToList()
            : [];
        return user.Text("as") is null && user.Text("as-uid") is null && groups.Count == 0 && extra.Count == 0
            ? null
            : new Impersonation(user.Text("as"), user.Text("as-uid"), groups, extra);
    }

    private static KubeconfigExec ReadExec(string path, string user, YamlMapping exec)
    {
        var command = exec.Text("command")
            ?? throw CreateInvalid(path, $"names no command in the exec plugin of user '{user}'", "give the plugin's command");
        return new KubeconfigExec
        {
            ApiVersion = exec.Text("apiVersion") ?? "",
            // As in kubectl, a bare name is a program on the PATH. A name with a slash is relative to the file.
            Command = command.AsSpan().IndexOfAny('/', Path.DirectorySeparatorChar) >= 0 ? Resolve(path, command)! : command,
            Arguments = exec.Texts("args"),
            Environment =
            [
                .. exec.Mappings("env")
                    .Where(variable => variable.Text("name") is not null)
                    .Select(variable => KeyValuePair.Create(variable.Text("name")!, variable.Text("value") ?? "")),
            ],
            InstallHint = exec.Text("installHint"),
            ProvideClusterInfo = exec.IsTrue("provideClusterInfo"),
            InteractiveMode = exec.Text("interactiveMode"),
        };
    }

    private static KubeconfigData ReadData(string path, string owner, YamlMapping fields, string name)
    {
        if (fields.Text(name + "-data") is not { } text)
        {
            return new KubeconfigData(Resolve(path, fields.Text(name)), null);
        }

        try
        {
            return new KubeconfigData(null, Convert.FromBase64String(text));
        }
        catch (FormatException exception)
        {
            throw CreateInvalid(
                path,
                $"has {name}-data in {owner} that is not base64",
                "give the PEM file's content in base64, or its path as " + name,
                exception);
        }
    }

    private static string? Resolve(string file, string? path) =>
        path is null ? null : Path.GetFullPath(path, Path.GetDirectoryName(file)!);
}
