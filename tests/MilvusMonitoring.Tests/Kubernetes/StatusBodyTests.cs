using System.Net;
using System.Text;
using MilvusMonitoring.Kubernetes.Errors;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class StatusBodyTests
{
    private const string Whole = """
        {"kind":"Status","apiVersion":"v1","metadata":{"a":[1,{}]},"status":"Failure","message":"m","reason":"Invalid",
         "details":{"name":"n","group":"g","kind":"k","uid":"u","retryAfterSeconds":3,"other":{"x":[]},
          "causes":[{"reason":"R","message":"cm","field":".spec","new":{}},{"message":"only"}]},"code":422}
        """;

    [Fact]
    public void A_status_is_read_with_its_details()
    {
        var status = Parse(422, Whole);
        Assert.Equal(
            (true, "Invalid", "m", "k"),
            (status.IsStatus, status.Reason, status.Message, status.Kind));
        Assert.Equal([new StatusCause("R", "cm", ".spec"), new StatusCause("", "only", "")], status.Causes);
    }

    [Fact]
    public async Task An_answer_that_was_read_ahead_can_be_read_twice()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.InternalServerError)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Whole)),
        };
        var first = await StatusBody.ReadAsync(response, TestContext.Current.CancellationToken);
        var second = await StatusBody.ReadAsync(response, TestContext.Current.CancellationToken);
        Assert.Equal(("m", "m"), (first.Message, second.Message));
    }

    [Fact]
    public void A_status_cut_off_anywhere_never_throws_and_keeps_what_was_read()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(422, StatusBody.Parse((HttpStatusCode)422, bytes.AsSpan(0, length)).Code);
        }

        Assert.Equal(("m", true), (Parse(422, Whole[..150]).Message, Parse(422, Whole[..150]).IsStatus));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("404 page not found\n", "404 page not found\n")]
    [InlineData("<html><head><title>502\nBad Gateway</title>", "a web page titled 502 Bad Gateway")]
    [InlineData("<!doctype html><p>no", "a web page")]
    [InlineData("[1]", "[1]")]
    [InlineData("{\"kind\":\"Namespace\",\"reason\":\"x\"}", "")]
    [InlineData("{\"message\":\"from a gateway\"}", "from a gateway")]
    [InlineData("{\"message\":\"kept\",\"reason\":\"\\ud800\"}", "kept")]
    [InlineData("{\"message\":7,\"kind\":\"Status\",\"details\":[],\"reason\":{}}", "")]
    public void What_is_no_status_leaves_as_much_as_can_be_made_out(string body, string message)
    {
        var status = Parse(502, body);
        Assert.Equal((502, message, ""), (status.Code, status.Message, status.Reason));
    }

    [Fact]
    public async Task No_more_than_64_KiB_of_a_body_are_read()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StreamContent(new EndlessStream()) };
        var status = await StatusBody.ReadAsync(response, TestContext.Current.CancellationToken);
        Assert.Equal(600, status.Message.Length);
    }

    private static StatusBody Parse(int code, string body) => StatusBody.Parse((HttpStatusCode)code, Encoding.UTF8.GetBytes(body));

    private sealed class EndlessStream : MemoryStream
    {
        private int _left = 1 << 20;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Assert.True((_left -= buffer.Length) > 0, "read on without an end");
            buffer.Span.Fill((byte)'x');
            return new(buffer.Length);
        }
    }
}
