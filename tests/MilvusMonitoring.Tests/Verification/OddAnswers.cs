using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Answers that no Prometheus gives.</summary>
internal static class OddAnswers
{
    /// <summary>Writes a body; <c>endless</c> never ends, <c>cut</c> breaks off before its end.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        if (body == "cut")
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("{\"status\":", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return;
        }

        var block = new byte[1 << 20];
        Array.Fill(block, (byte)' ');
        while (body == "endless" && !context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }

        await context.Response.WriteAsync(body, context.RequestAborted);
    }
}
