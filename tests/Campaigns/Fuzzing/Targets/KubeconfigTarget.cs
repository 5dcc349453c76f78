using MilvusMonitoring.Campaigns.Faults;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Kubeconfigs, as far as they are read before the first request.</summary>
internal sealed class KubeconfigTarget
{
    private const string Authority =
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkRENDQVJ1Z0F3SUJBZ0lVVzZWWlR0VzQxYlZXT0NhV1BlNTdBRzBSMkUwd0NnWUlLb1pJemowRUF3SXcKRHpFTk1Bc0dBMVVFQXd3RVpuVjZlakFnRncweU5qRXhNak13TkRFek1EZGFHQTh5TVRJMk1UQXpNREEwTVRNdwpOMW93RHpFTk1Bc0dBMVVFQXd3RVpuVjZlakJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSEEwSUFCRjdxCkV5amZiRm9TTWJNRGVBRWpiREJxZmhYUzhZYzJ6R0J3ZG9aRXd3T3hMaXhpV2tJelRYSmdvZlBpSU44MVQzY2MKdGRhdVFTaUhCdU1RdGFrZ2xONmpVekJSTUIwR0ExVWREZ1FXQkJSMGV6d2dpYzJsLzIzKzZtU0UvWDdGMjVZQwpaVEFmQmdOVkhTTUVHREFXZ0JSMGV6d2dpYzJsLzIzKzZtU0UvWDdGMjVZQ1pUQVBCZ05WSFJNQkFmOEVCVEFECkFRSC9NQW9HQ0NxR1NNNDlCQU1DQTBjQU1FUUNJRyttY252OEl3M09sc2VQaUJnSVJYUFc5Rm10VEJVQkQ1bTEKaS9ZMTNUeXJBaUFYS05hbDhSYUpqNlcrK096TXc5ZEdYclJnNkdTOHNKdUd0Y0E1VHZlUUdnPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";

    private static readonly string[] Samples =
    [
        $$"""
        apiVersion: v1
        kind: Config
        current-context: one
        contexts:
        - name: one
          context: {cluster: c, user: u, namespace: n}
        clusters:
        - name: c
          cluster:
            server: https://10.0.0.1:6443/base
            certificate-authority-data: {{Authority}}
            tls-server-name: kubernetes
            proxy-url: http://proxy:3128
        users:
        - name: u
          user: {token: abc, as: jane, as-groups: [a, b], as-user-extra: {k: [v]} }
        """,
        $$$"""
            {"current-context":"a","contexts":[{"name":"a","context":{"cluster":"b","user":"c"}}],
             "clusters":[{"name":"b","cluster":{"server":"https://h","certificate-authority-data":"{{{Authority}}}"} }],
             "users":[{"name":"c","user":{"client-certificate-data":"{{{Authority}}}","client-key-data":"LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg=="}}]}
            """,
        """
            {"current-context":"a","contexts":[{"name":"a","context":{"cluster":"b","user":"c"}}],"clusters":[{"name":"b","cluster":{"server":"https://h","insecure-skip-tls-verify":true}}],
             "users":[{"name":"c","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"x","args":["y"],"env":[{"name":"A","value":"B"}],"interactiveMode":"Never"}}}]}
            """,
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("milvus-monitoring-fuzz-").FullName;
    private readonly Mutator _texts = new(
        Samples,
        [
            "token: a\n",
            "exec:\n      command: /bin/true\n      apiVersion: client.authentication.k8s.io/v1\n",
            "as: jane\n",
            "proxy-url: socks5://[::1]:1\n",
            "server: https://",
            "https://a b/",
            "http://",
            "ftp://x",
            "insecure-skip-tls-verify: true\n",
            "tokenFile: \n",
            "username: a\n    password: b\n",
            "- name: a\n",
            "&a ",
            "*a",
            "current-context: ",
            "namespace: ",
            "LS0tLS1CRUdJTi",
            "auth-provider: {name: gcp}\n",
            "\n---\n",
            "tls-server-name: é.example\n",
            "~",
        ]);

    public KubeconfigTarget() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(_folder, recursive: true);

    public void TryOne(Random random)
    {
        var path = Path.Combine(_folder, $"config-{Environment.CurrentManagedThreadId}");
        File.WriteAllBytes(path, _texts.Next(random));
        ClusterConnection.Open(new ClusterTarget(path, null), new Silence()).Dispose();
    }
}
