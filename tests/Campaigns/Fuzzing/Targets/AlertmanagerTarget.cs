using System.Text;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Delivery;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>
/// Files of an Alertmanager: one that takes receivers gives itself back without them, byte for byte; any other is refused in words. Its log
/// and its metrics are read without a fault.
/// </summary>
internal static class AlertmanagerTarget
{
    private const string Secret = "s3cr3t";

    private static readonly OwnReceiver Own = ReceiverForm.ToFile(
        new ReceiverSettings("webhook", AlertReceiverType.Webhook) { Severities = ["critical"] },
        "http://127.0.0.1/",
        hasMatchers: true);

    private static readonly string[] Plain =
    [
        "global:\n  resolve_timeout: 5m\nroute:\n  receiver: a\n  group_by: [x]\n  routes:\n  - matchers: ['a=b']\n    receiver: b\n"
            + "receivers:\n- name: a\n- name: b\n",
        "route: {receiver: a, routes: [{receiver: a}]}\nreceivers: [{name: a}]\n",
        "{\"route\":{\"receiver\":\"a\"},\"receivers\":[{\"name\":\"a\"}]}",
        "receivers:\r\n- name: a\r\nroute:\r\n  # who\r\n  receiver: a\r\n",
    ];

    private static readonly Mutator Files = new(
        [.. Plain, .. Plain.Select(file => ReceiverSections.Write(file, [Own]))],
        [
            "# BEGIN milvus-monitoring: written by Set-MilvusAlertReceiver\n", "# END milvus-monitoring\n", "&a ", "*a", "<<: *a\n", "- ",
            "routes:\n", "receivers:\n", "  ", "|\n", "!!str ", "---\n", "...\n", "\u0085", "\u2028", ", ", "? ", "match_re: {a: '('}\n",
        ]);

    private static readonly Mutator Logs = new(
        [
            $"level=warn receiver=a integration=webhook[0] msg=\"Notify attempt failed\" err=\"Post \\\"https://h/{Secret}\\\": no\"\n",
            $"level=error msg=\"Notify for alerts failed\" err=\"a/webhook[0]: failed: https://user:{Secret}@h/{Secret}?{Secret}: no\"\n",
            "alertmanager_notification_requests_total{integration=\"webhook\",receiver_name=\"a\"} 1\n",
        ],
        ["\\\"", "err=\"", "a/webhook[0]: ", "\n", "{", "}"]);

    public static void TryOne(Random random)
    {
        TryFile(Encoding.UTF8.GetString(Files.Next(random)));
        var log = Logs.Next(random);
        NotificationCounts.Parse(log).Get("a", "webhook");
        _ = NotificationErrors.Find(Encoding.UTF8.GetString(log), "a", "webhook");
    }

    private static void TryFile(string text)
    {
        try
        {
            var others = ReceiverSections.Read(text).Others;
            var written = ReceiverSections.Write(others, [Own]);
            PropertyException.Check(ReceiverSections.Read(written).Others == others, () => $"not given back: {others}");
            PropertyException.Check(ReceiverSections.Write(others, []) == others, () => $"changed by nothing: {others}");
        }
        catch (FormatException)
        {
            // It is refused, as it should be if it is no file that can hold receivers.
        }
    }
}
