using System.Text;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Delivery;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>What counts and logs of an Alertmanager tell of a notification.</summary>
public sealed class DeliveryRuleTests
{
    private const string Url = "https://hooks.example.com/services/s3cr3t?token=1";

    [Theory]
    [InlineData(1, 0, null, AlertDeliveryStatus.Sent)]
    [InlineData(0, 0, null, AlertDeliveryStatus.Unknown)]
    [InlineData(3, 3, null, AlertDeliveryStatus.Failed)]
    [InlineData(3, 3, "404", AlertDeliveryStatus.Failed)]
    [InlineData(3, 2, "404", AlertDeliveryStatus.Sent)]
    public void One_receiver_is_judged_by_its_successes(long requests, long failed, string? error, AlertDeliveryStatus status) =>
        Assert.Equal(status, Assert.Single(Judge(false, ("a", requests, failed, error))));

    [Fact]
    public void Receivers_that_are_counted_together_are_told_apart_by_their_errors()
    {
        Assert.Equal(
            [AlertDeliveryStatus.Sent, AlertDeliveryStatus.Failed],
            Judge(false, ("a", 4, 3, null), ("b", 4, 3, "refused")));
        Assert.Equal(
            [AlertDeliveryStatus.Unknown, AlertDeliveryStatus.Unknown],
            Judge(false, ("a", 4, 3, null), ("b", 4, 3, null)));
        Assert.Equal(
            [AlertDeliveryStatus.Sent, AlertDeliveryStatus.Failed],
            Judge(true, ("a", 1, 0, null), ("b", 3, 3, null)));
    }

    [Theory]
    [InlineData("level=warn component=dispatcher receiver=a integration=slack[0] msg=\"Notify attempt failed, will retry later\" attempts=1 err=\"Post \\\"" + Url + "\\\": dial tcp: refused\"", "Post \"https://hooks.example.com/…\": dial tcp: refused")]
    [InlineData("level=error msg=\"Notify for alerts failed\" num_alerts=1 err=\"a/slack[0]: notify retry canceled after 8 attempts: " + Url + ": no\"", "notify retry canceled after 8 attempts: https://hooks.example.com/… no")]
    [InlineData("{\"level\":\"WARN\",\"msg\":\"Notify attempt failed, will retry later\",\"receiver\":\"a\",\"integration\":\"slack[0]\",\"err\":\"Post \\\"<redacted>\\\": refused\"}", "Post \"<redacted>\": refused")]
    [InlineData("level=error msg=\"Notify for alerts failed\" err=\"b/slack[0]: no\"", null)]
    [InlineData("level=warn receiver=ab integration=slack[0] msg=\"Notify attempt failed\" err=\"no\"", null)]
    [InlineData("level=error msg=other err=\"a/slack[0]: no\"", null)]
    public void The_error_of_a_receiver_is_found_in_the_log(string line, string? error) =>
        Assert.Equal(error, NotificationErrors.Find($"level=info\n{line}\nlevel=info", "a", "slack"));

    [Fact]
    public void Requests_are_counted_by_integration_or_by_receiver()
    {
        var old = NotificationCounts.Parse(Encoding.UTF8.GetBytes(
            """
            # HELP alertmanager_notification_requests_total The total number of attempted notification requests.
            alertmanager_notification_requests_total{integration="webhook"} 8
            alertmanager_notification_requests_failed_total{integration="webhook"} 7
            alertmanager_notifications_total{integration="webhook"} 3
            """));
        Assert.Equal(new NotificationCount(8, 7), old.Get("a", "webhook"));
        Assert.Equal(NotificationCount.None, old.Get("a", "email"));
        Assert.False(old.AreByReceiver);

        var named = NotificationCounts.Parse(Encoding.UTF8.GetBytes(
            """
            alertmanager_notification_requests_total{integration="webhook",receiver_name="a"} 1e+00
            alertmanager_notification_requests_total{integration="webhook",receiver_name="b"} 2
            alertmanager_notification_requests_total{integration="webhook",receiver_name="b"} NaN
            """));
        Assert.Equal(new NotificationCount(2, 0), named.Get("b", "webhook"));
        Assert.True(named.AreByReceiver);
    }

    private static IEnumerable<AlertDeliveryStatus> Judge(
        bool isByReceiver,
        params (string Name, long Requests, long Failed, string? Error)[] seen) =>
        DeliveryRule.Judge(
            [
                .. seen.Select(one => new SeenNotification(
                    new ExpectedNotification(one.Name, "webhook", new RoutePath([new Route { Receiver = one.Name, Matchers = [] }])),
                    new NotificationCount(one.Requests, one.Failed),
                    one.Error)),
            ],
            isByReceiver).Select(one => one.Status);
}
