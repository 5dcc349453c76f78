using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Receivers;

namespace MilvusMonitoring.Tests.Alertmanagers;

/// <summary>Receivers in the file of an Alertmanager: every other byte stays, and the file without them is as it was.</summary>
public sealed class ReceiverSectionsTests
{
    private static readonly OwnReceiver Webhook = Create("webhook");
    private static readonly OwnReceiver Second = Create("second", "critical");

    public static TheoryData<string> Files { get; } =
    [
        "route:\n  receiver: a\n  routes:\n  - receiver: b\n    matchers: [x=y]\nreceivers:\n- name: a\n- name: b\n",
        "route:\n  receiver: a\nreceivers:\n  - name: a",
        "# head\nroute: # the way\n  # who\n  receiver: a # nobody\n  routes: # more\n\n  # the watchdog\n  - receiver: a\nreceivers:\n\n# all\n- name: a\n",
        "\"receivers\":\n- \"name\": \"a\"\n\"route\":\n  \"group_by\":\n  - \"x\"\n  \"receiver\": \"a\"\n  \"routes\":\n  - \"receiver\": \"a\"\n",
        "route:\r\n  receiver: a\r\n  routes:\r\n  - receiver: a\r\nreceivers:\r\n- name: a\r\n",
        "route: {receiver: a, routes: [{receiver: a}]}\nreceivers: [{name: a}]",
        "route: {receiver: a}\nreceivers: [{name: a}]\n",
        "route: {receiver: a, routes: []}\nreceivers: [ {name: a} ]\n",
        "{\"route\":{\"receiver\":\"a\",\"routes\":[{\"receiver\":\"a\"}]},\"receivers\":[{\"name\":\"a\"}]}",
        "{\n  \"receivers\": [\n    {\n      \"name\": \"a\"\n    }\n  ],\n  \"route\": {\n    \"receiver\": \"a\"\n  }\n}\n",
        "---\nglobal:\n  resolve_timeout: 5m\nroute:\n    receiver: a\n    group_wait: 1s\n    routes:\n        - receiver: a\nreceivers:\n        - name: a\n...\n",
        "x: &r\n- name: a\n",
        "\uFEFFroute:\n  receiver: a\nreceivers:\n- name: a\n",
        "route:\n  receiver: a\n  routes: &all\n  - receiver: a\nreceivers: &them\n- name: a\n",
        "templates: ['# BEGIN of nothing']\nroute:\n  routes:\n  - receiver: ä€😀\n  receiver: ä€😀\nreceivers:\n- name: ä€😀\n",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Receivers_come_in_and_go_out_and_the_rest_stays(string file)
    {
        if (file.StartsWith("x:", StringComparison.Ordinal))
        {
            Assert.Throws<FormatException>(() => ReceiverSections.Write(file, [Webhook]));
            return;
        }

        var one = ReceiverSections.Write(file, [Webhook]);
        var two = ReceiverSections.Write(file, [Webhook, Second]);
        Assert.Equal((file, 1), Describe(ReceiverSections.Read(one)));
        Assert.Equal((file, 2), Describe(ReceiverSections.Read(two)));
        Assert.Equal([Webhook, Second], ReceiverSections.Read(two).Receivers);
        Assert.Equal(file, Without(two));

        using var amtool = new Amtool();
        var (isTaken, said) = await amtool.CheckAsync(two);
        Assert.True(isTaken, said + two);
        var labels = new Dictionary<string, string> { ["alertname"] = "MilvusTestAlert", ["severity"] = "critical" };
        Assert.Equal(["milvus-monitoring/webhook", "milvus-monitoring/second"], (await amtool.RouteAsync(two, labels)).Take(2));
        labels["severity"] = "info";
        Assert.DoesNotContain("milvus-monitoring/second", await amtool.RouteAsync(two, labels));
        labels["alertname"] = "Watchdog";
        Assert.Equal(await amtool.RouteAsync(file, labels), await amtool.RouteAsync(two, labels));
    }

    [Theory]
    [InlineData("v0.18.0")]
    [InlineData("v0.8.0")]
    public async Task The_file_of_a_real_release_takes_receivers(string release)
    {
        var secret = await File.ReadAllTextAsync(
            Path.Combine(RealManifests.Folder(), release, "manifests", "alertmanager-secret.yaml"),
            TestContext.Current.CancellationToken);
        var lines = secret[(secret.IndexOf("|-\n", StringComparison.Ordinal) + 3)..secret.IndexOf("type: Opaque", StringComparison.Ordinal)];
        var file = string.Join('\n', lines.Split('\n').Select(line => line.Length > 4 ? line[4..] : string.Empty)).TrimEnd();
        var hasMatchers = release != "v0.8.0";
        var own = ReceiverForm.ToFile(
            new ReceiverSettings("hook", AlertReceiverType.Webhook) { Instance = ("milvus", "my.release"), Severities = ["critical", "info"] },
            "http://127.0.0.1/",
            hasMatchers);
        var text = ReceiverSections.Write(file, [own]);
        Assert.Equal((file, 1), Describe(ReceiverSections.Read(text)));

        using var amtool = new Amtool();
        Assert.True((await amtool.CheckAsync(text)).IsTaken);
        var labels = new Dictionary<string, string>
        {
            ["alertname"] = "MilvusDown",
            ["severity"] = "critical",
            ["namespace"] = "milvus",
            ["app_kubernetes_io_instance"] = "my.release",
        };
        Assert.Equal(["milvus-monitoring/hook", "Critical"], await amtool.RouteAsync(text, labels));
        labels["app_kubernetes_io_instance"] = "my-release";
        Assert.Equal(["Critical"], await amtool.RouteAsync(text, labels));
    }

    [Theory]
    [InlineData("route: &r\n  receiver: a\nx: *r\nreceivers:\n- name: a\n")]
    [InlineData("route:\n  receiver: a\n  routes:\nreceivers:\n- name: a\n")]
    [InlineData("route:\n  receiver: a\nreceivers:\n- name: a\n---\nroute: {}\n")]
    [InlineData("route:\n  receiver: a\nroute:\n  receiver: a\nreceivers:\n- name: a\n")]
    [InlineData("route:\n  receiver: milvus-monitoring/webhook\nreceivers:\n- name: milvus-monitoring/webhook\n")]
    [InlineData("route:\n  receiver: a\nreceivers: &l [{name: a}]\n")]
    [InlineData("route: [\n")]
    [InlineData("")]
    public void A_file_that_cannot_hold_receivers_is_refused(string file) =>
        Assert.Throws<FormatException>(() => ReceiverSections.Write(file, [Webhook]));

    [Theory]
    [InlineData("# END milvus-monitoring", "# gone")]
    [InlineData("# BEGIN milvus-monitoring: written by Set-MilvusAlertReceiver", "# gone")]
    [InlineData("\"continue\":true", "\"continue\":false,\"receiver\":\"x\"")]
    [InlineData("{\"name\":\"milvus-monitoring/webhook\"", "{\"name\":\"other\"")]
    [InlineData("- {\"name\"", "- [{\"name\"")]
    [InlineData("\n    ]", "\n]")]
    public void Marks_that_were_changed_by_hand_are_refused(string text, string instead)
    {
        var file = ReceiverSections.Write("route:\n  receiver: a\n  routes: []\nreceivers:\n- name: a\n", [Webhook]);
        Assert.Contains(text, file, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ReceiverSections.Read(file.Replace(text, instead, StringComparison.Ordinal)));
    }

    [Fact]
    public void What_others_change_around_the_receivers_stays()
    {
        const string File = "route: {receiver: a}\nreceivers:\n- name: a\n";
        var changed = ReceiverSections.Write(File, [Webhook]).Replace("- name: a\n", "- name: a\n- name: b\n", StringComparison.Ordinal);
        Assert.Equal("route: {receiver: a}\nreceivers:\n- name: a\n- name: b\n", ReceiverSections.Read(changed).Others);
    }

    private static OwnReceiver Create(string name, params string[] severities) => ReceiverForm.ToFile(
        new ReceiverSettings(name, AlertReceiverType.Webhook) { Severities = severities },
        "http://127.0.0.1:9/hook?token=a%22b",
        hasMatchers: true);

    private static string Without(string text) => ReceiverSections.Write(ReceiverSections.Read(text).Others, []);

    private static (string Others, int Count) Describe((string Others, IReadOnlyList<OwnReceiver> Receivers) read) =>
        (read.Others, read.Receivers.Count);
}
