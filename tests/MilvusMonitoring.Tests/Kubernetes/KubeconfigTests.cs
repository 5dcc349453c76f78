using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class KubeconfigTests : IDisposable
{
    private const string Loopback = "server: 'https://127.0.0.1:6443'";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_first_of_several_files_wins_for_every_name_and_a_listed_one_that_is_missing_is_passed_over()
    {
        var first = _folder.Write("a/config", """
            clusters: [{name: shared, cluster: {server: 'https://first:1', certificate-authority: pki/ca.crt}}]
            users: [{name: shared, user: {token: first}}]
            """);
        var second = _folder.Write("b/config", """
            current-context: both
            contexts: [{name: both, context: {cluster: shared, user: shared, namespace: n}}, {name: other, context: {cluster: second, user: shared}}]
            clusters: [{name: shared, cluster: {server: 'https://second:1', tls-server-name: never.example.com}}, {name: second, cluster: {server: 'https://second:1', certificate-authority: pki/ca.crt}}]
            users: [{name: shared, user: {username: never, password: never}}]
            """);
        var list = string.Join(Path.PathSeparator, _folder.PathOf("missing"), first, "", second, first);
        var places = TestKubeconfig.Nowhere with { Variable = list };

        var both = MergedKubeconfig.Resolve(new ClusterTarget(null, null), places);
        Assert.Equal(("both", new Uri("https://first:1"), "n", null), (both.Context, both.Server, both.Namespace, both.TlsServerName));
        Assert.Equal(("first", null), (both.User.Token, both.User.Username));
        Assert.Equal(_folder.PathOf("a/pki/ca.crt"), both.CertificateAuthority.Path);

        var other = MergedKubeconfig.Resolve(new ClusterTarget(null, "other"), places);
        Assert.Equal(_folder.PathOf("b/pki/ca.crt"), other.CertificateAuthority.Path);
        Assert.Equal("default", other.Namespace);
        Assert.Equal(
            both.Server,
            MergedKubeconfig.Resolve(new ClusterTarget(both.Kubeconfig, both.Context), TestKubeconfig.Nowhere).Server);
    }

    [Fact]
    public void A_path_that_is_named_wins_over_the_variable_and_the_variable_over_the_home_folder()
    {
        string Write(string name) => _folder.Write(name, TestKubeconfig.Text($"server: 'https://{name}:1'"));
        var places = TestKubeconfig.Nowhere with { HomeFile = Write("home") };
        string Host(string? named) => MergedKubeconfig.Resolve(new ClusterTarget(named, null), places).Server.Host;
        Assert.Equal("home", Host(null));
        places = places with { Variable = Write("variable") };
        Assert.Equal("variable", Host(null));
        Assert.Equal("named", Host(Write("named")));
    }

    [Theory]
    [InlineData("./a.yaml", "a")]
    [InlineData("sub/b.yaml", "b")]
    [InlineData("../here/a.yaml", "a")]
    [InlineData("a.yaml|sub/b.yaml", "a,b")]
    [InlineData("none.yaml|sub/b.yaml", "b")]
    [InlineData("with|colon.yaml", "colon")]
    [InlineData("a.yaml|with|colon.yaml|sub/b.yaml", "a,b,colon")]
    [InlineData("work:/b.yaml", "b")]
    [InlineData("work:/b.yaml|a.yaml", "a,b")]
    [InlineData("a.yaml|work:/b.yaml", "a,b")]
    public void Paths_start_in_the_folder_of_the_shell_and_a_file_that_exists_wins_over_the_separator(string named, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && named.Contains("colon", StringComparison.Ordinal), "a name cannot have a colon");
        foreach (var (file, name) in new[] { ("a.yaml", "a"), ("sub/b.yaml", "b"), ("with|colon.yaml", "colon") })
        {
            if (!OperatingSystem.IsWindows() || name != "colon")
            {
                _folder.Write("here/" + Separated(file), $"contexts: [{{name: {name}, context: {{}}}}]");
            }
        }

        var places = TestKubeconfig.Nowhere with
        {
            Folder = _folder.PathOf("here"),
            FindShellPath = path =>
                path.StartsWith("work:/", StringComparison.Ordinal) ? _folder.PathOf("here/sub/" + path["work:/".Length..]) : null,
        };
        Assert.Equal(expected.Split(','), MergedKubeconfig.ContextNames(Separated(named), places));

        static string Separated(string text) => text.Replace('|', Path.PathSeparator);
    }

    [Fact]
    public void In_the_variable_the_files_of_kubectl_win_over_those_that_only_the_shell_knows()
    {
        _folder.Write("a", "contexts: [{name: kubectl, context: {}}]");
        _folder.Write($"a{Path.PathSeparator}b", "contexts: [{name: whole, context: {}}]");
        var shell = _folder.Write("shell", "contexts: [{name: shell, context: {}}]");
        var places = TestKubeconfig.Nowhere with
        {
            Folder = _folder.Path,
            FindShellPath = path => path.StartsWith('~') ? shell : null,
        };
        Assert.Equal(["kubectl"], MergedKubeconfig.ContextNames(null, places with { Variable = $"./a{Path.PathSeparator}none" }));
        Assert.Equal(["kubectl"], MergedKubeconfig.ContextNames(null, places with { Variable = $"a{Path.PathSeparator}b" }));
        Assert.Equal(["kubectl"], MergedKubeconfig.ContextNames(null, places with { Variable = $"~/x{Path.PathSeparator}a" }));
        Assert.Equal(["shell"], MergedKubeconfig.ContextNames(null, places with { Variable = "~/x" }));
    }

    [Fact]
    public void Without_any_kubeconfig_the_error_says_where_was_looked()
    {
        Assert.Equal(
            ErrorId.KubeconfigNotFound,
            Refusal(
                () =>
                    MergedKubeconfig.Resolve(
                        new ClusterTarget(null, null),
                        TestKubeconfig.Nowhere with
                        {
                            HomeFile = "/home/x/.kube/config",
                        }),
                "/home/x/.kube/config does not exist",
                "-Kubeconfig"));
        Assert.Equal(
            ErrorId.KubeconfigNotFound,
            Refusal(
                () => MergedKubeconfig.Resolve(new ClusterTarget(null, null), TestKubeconfig.Nowhere with { Variable = "/nonexistent/a" }),
                "No file in $env:KUBECONFIG exists (/nonexistent/a)"));
        Assert.Equal(
            ErrorId.KubeconfigNotFound,
            Refusal(
                () => MergedKubeconfig.Resolve(new ClusterTarget("/nonexistent/b", null), TestKubeconfig.Nowhere),
                "The kubeconfig /nonexistent/b does not exist"));
        Assert.Equal(
            ErrorId.KubeconfigNotFound,
            Refusal(
                () => MergedKubeconfig.Resolve(new ClusterTarget(AppContext.BaseDirectory, null), TestKubeconfig.Nowhere),
                $"The kubeconfig {AppContext.BaseDirectory} is a folder"));
    }

    [Fact]
    public void In_a_pod_the_service_account_is_used()
    {
        _folder.Write("token", "t");
        _folder.Write("namespace", "here\n");
        var places = new KubeconfigLocations(null, _folder.PathOf("none"), "fd00::1", "443", _folder.Path);
        var settings = MergedKubeconfig.Resolve(new ClusterTarget(null, null), places);
        Assert.Equal(
            (new Uri("https://[fd00::1]:443"), "in-cluster", "here", null),
            (settings.Server, settings.Context, settings.Namespace, settings.Kubeconfig));
        Assert.Equal((_folder.PathOf("token"), _folder.PathOf("ca.crt")), (settings.User.TokenFile, settings.CertificateAuthority.Path));
        Assert.Equal(
            ErrorId.ContextNotFound,
            Refusal(() => MergedKubeconfig.Resolve(new ClusterTarget(null, "prod"), places), "omit -Context"));
    }

    [Theory]
    [InlineData("prod-wset", "similar names: 'prod-west'")]
    [InlineData("PROD-EAST", "similar names: 'prod-east'")]
    [InlineData("east", "similar names: 'prod-east'")]
    [InlineData("kind", "there are: Prod, prod-east, prod-west")]
    public void A_context_that_is_not_there_brings_up_names_near_it(string given, string suggestion)
    {
        var path = _folder.Write(
            "config",
            "contexts: [{name: prod-west, context: {}}, {name: prod-east, context: {}}, {name: Prod, context: {}}]");
        Assert.Equal(ErrorId.ContextNotFound, Refusal(() => Resolve(path, given), $"The context '{given}' is not in", suggestion));
    }

    [Theory]
    [InlineData("contexts: [{name: a, context: {}}]", "has no current context (there are: a)")]
    [InlineData("", "holds no context")]
    [InlineData("current-context: gone", "The current context 'gone' is not in")]
    [InlineData(
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]",
        "needs the cluster 'c', which the kubeconfig does not hold"
    )]
    [InlineData(
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "
            + "'https://x'}}]\nusers: [{name: v, user: {}}]",
        "needs the user 'u', which the kubeconfig does not hold (similar names: 'v')"
    )]
    public void What_a_context_lacks_is_named(string text, string reason) =>
        Assert.Equal(ErrorId.ContextNotFound, Refusal(() => Resolve(_folder.Write("config", text)), reason));

    [Theory]
    [InlineData("insecure-skip-tls-verify: true, " + Loopback, "", "switches off TLS checks")]
    [InlineData("server: ''", "", "names no server")]
    [InlineData("server: 'https://:x'", "", "which is not an address")]
    [InlineData("server: 'ftp://host'", "", "which is not an address")]
    [InlineData("server: 'http://cluster.example.com'", "", "would send Secrets unencrypted")]
    [InlineData("server: 'https://user:secret@cluster.example.com'", "", "more than host, port and path")]
    [InlineData(Loopback + ", proxy-url: 'ftp://user:secret@proxy'", "", "the proxy-url '…@proxy'")]
    [InlineData(Loopback + ", certificate-authority-data: '***'", "", "not base64")]
    [InlineData(Loopback, "auth-provider: {name: gcp}", "auth-provider 'gcp'")]
    [InlineData(Loopback, "token: a, username: b", "both a token and a user name")]
    [InlineData(Loopback, "client-certificate: a.crt", "without its key")]
    [InlineData(Loopback, "client-key: a.key", "without its certificate")]
    [InlineData(Loopback, "as-groups: [admins]", "without a user")]
    [InlineData(Loopback, "as: jane, as-groups: [a, b]", "several groups")]
    [InlineData(Loopback, "as: jane, as-user-extra: {k: [v, w]}", "several values of one extra attribute")]
    [InlineData(Loopback, "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", "v1alpha1")]
    [InlineData(Loopback, "exec: {apiVersion: client.authentication.k8s.io/v1}", "names no command")]
    [InlineData(
        Loopback,
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}",
        "has no terminal"
    )]
    public void What_cannot_be_honoured_is_refused_in_words(string cluster, string user, string reason)
    {
        var message = "";
        Assert.Equal(
            ErrorId.KubeconfigInvalid,
            Refusal(() => Resolve(_folder.Write("config", TestKubeconfig.Text(cluster, user))), text => message = text, reason));
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: b\n  c: [", "is not valid YAML at line 2")]
    [InlineData("- a", "is not a kubeconfig")]
    [InlineData("clusters: [{name: a, cluster: {}}, {name: a, cluster: {}}]", "has two clusters named 'a'")]
    [InlineData("a: *nothing", "is not valid YAML at line 1")]
    [InlineData("a: \"\\ud83dx\"", "is not valid YAML")]
    public void A_file_that_is_no_kubeconfig_is_named_with_the_place(string text, string reason)
    {
        var path = _folder.Write("config", text);
        Assert.Equal(ErrorId.KubeconfigInvalid, Refusal(() => Resolve(path), path, reason));
    }

    [Fact]
    public void Everything_that_is_honoured_is_read_and_unknown_fields_are_passed_over()
    {
        var path = _folder.Write("config", """
            {"apiVersion": "v1", "kind": "Config", "preferences": {}, "future": [1], "current-context": "a",
             "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}],
             "clusters": [{"name": "c", "cluster": {"server": "cluster.example.com:6443/k8s/", "tls-server-name": "n", "proxy-url": "socks5://p:1080", "disable-compression": true, "insecure-skip-tls-verify": false,
               "certificate-authority": "not-read", "certificate-authority-data": "Y2E=",
               "extensions": [{"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x", "n": 1, "deep": [true, null, "1"]}}]}}],
             "users": [{"name": "u", "user": {"tokenFile": "t", "as": "someone", "as-uid": "1", "as-groups": ["g"], "as-user-extra": {"k": ["v"], "l": ["w"]},
               "exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "./bin/plugin", "args": ["a b", "'\"$"], "env": [{"name": "E", "value": "F"}], "provideClusterInfo": true, "installHint": "hint"}}}]}
            """);
        var settings = Resolve(path);
        Assert.Equal(new Uri("https://cluster.example.com:6443/k8s/"), settings.Server);
        Assert.Equal(("n", new Uri("socks5://p:1080"), true), (settings.TlsServerName, settings.Proxy, settings.DisableCompression));
        Assert.Equal(
            (null, "ca"),
            (settings.CertificateAuthority.Path, System.Text.Encoding.UTF8.GetString(settings.CertificateAuthority.Data!)));
        Assert.Equal(
            """{"audience":"x","n":1,"deep":[true,null,"1"]}""",
            System.Text.Encoding.UTF8.GetString(settings.ExecConfig!.ToJson(1000)!));
        Assert.Equal(_folder.PathOf("t"), settings.User.TokenFile);
        Assert.Equal(
            ("someone", "1", "g", "k=v,l=w"),
            (
                settings.User.Impersonation!.User,
                settings.User.Impersonation.Uid,
                string.Join(",", settings.User.Impersonation.Groups),
                string.Join(",", settings.User.Impersonation.Extra.Select(pair => $"{pair.Key}={pair.Value}"))));
        var exec = settings.User.Exec!;
        Assert.Equal((_folder.PathOf("bin/plugin"), "hint", true), (exec.Command, exec.InstallHint, exec.ProvideClusterInfo));
        Assert.Equal(["a b", "'\"$"], exec.Arguments);
        Assert.Equal([KeyValuePair.Create("E", "F")], exec.Environment);
    }

    [Fact]
    public void Aliases_by_the_billion_cost_nothing()
    {
        var lines = new List<string> { "a0: &a0 [x,x,x,x,x,x,x,x,x]" };
        for (var i = 1; i < 40; i++)
        {
            lines.Add($"a{i}: &a{i} [" + string.Join(",", Enumerable.Repeat($"*a{i - 1}", 9)) + "]");
        }

        lines.Add("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]");
        lines.Add(
            "clusters: [{name: c, cluster: {server: 'https://x', extensions: [{name: client.authentication.k8s.io/exec, extension: "
                + "*a39}]}}]"
        );
        var settings = Resolve(_folder.Write("config", string.Join('\n', lines)));
        Assert.Null(settings.ExecConfig!.ToJson(1 << 16));
    }

    [Fact]
    public void Context_names_are_sorted_and_never_an_error()
    {
        var path = _folder.Write("config", "contexts: [{name: b, context: {}}, {name: a, context: {}}]");
        Assert.Equal(["a", "b"], MergedKubeconfig.ContextNames(path, TestKubeconfig.Nowhere));
        Assert.Equal(["a", "b"], MergedKubeconfig.ContextNames(null, TestKubeconfig.Nowhere with { HomeFile = path }));
        Assert.Empty(MergedKubeconfig.ContextNames(null, TestKubeconfig.Nowhere));
        Assert.Empty(MergedKubeconfig.ContextNames(_folder.Write("bad", "a: ["), TestKubeconfig.Nowhere));
        Assert.Empty(MergedKubeconfig.ContextNames("\0", TestKubeconfig.Nowhere));
    }

    public void Dispose() => _folder.Dispose();

    private static ClusterSettings Resolve(string path, string? context = null) =>
        MergedKubeconfig.Resolve(new ClusterTarget(path, context), TestKubeconfig.Nowhere);

    private static string Refusal(Action action, params string[] words) => Refusal(action, _ => { }, words);

    private static string Refusal(Action action, Action<string> see, params string[] words)
    {
        var exception = Assert.Throws<MonitoringException>(action);
        Assert.All(words, word => Assert.Contains(word, exception.Message, StringComparison.Ordinal));
        Assert.Contains("; ", exception.Message, StringComparison.Ordinal);
        see(exception.Message);
        return exception.ErrorId;
    }
}
