using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Tests.Kubernetes;

namespace MilvusMonitoring.Tests.Servers;

public sealed class ServiceHttpTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("[::ffff:0.0.0.0]")]
    [InlineData("localhost")]
    public async Task An_address_of_this_machine_is_reached_in_each_form(string host)
    {
        await using var server = await TestServer.StartAsync(null, context => context.Response.WriteAsync("{}"), HttpProtocols.Http1);
        var address = new Uri($"http://{host}:{server.Port}");
        using var http = ServiceHttp.CreateForAddress(address, null);

        using var response = await http.GetAsync(new Uri("api", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(address.Authority.Replace("[::]", "[::1]", StringComparison.Ordinal), Assert.Single(server.Requests).Headers["Host"]);
    }
}
