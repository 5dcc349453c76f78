using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>Something that goes wrong with a request.</summary>
/// <param name="Name">As cases are named by it.</param>
/// <param name="Make">Makes the fault.</param>
/// <param name="IsRiddenOut">Whether a command that meets it once has to succeed all the same; else it may end with one error.</param>
internal sealed record FaultSort(string Name, Func<Fault> Make, bool IsRiddenOut)
{
    /// <summary>Whether it says something of one object alone, so that each object that meets it may have an error.</summary>
    public bool IsOfOneObject { get; init; }

    /// <summary>Whether an answer that is whole comes all the same.</summary>
    public bool IsHarmless { get; init; }

    /// <summary>Up to three objects tell of their own failure before it is taken for the server's.</summary>
    public int MostErrorsWhereItStays => IsHarmless ? 0 : IsOfOneObject ? int.MaxValue : 3;
}

/// <summary>Everything that goes wrong with requests.</summary>
internal static class FaultSorts
{
    public static IReadOnlyList<FaultSort> All { get; } =
    [
        new("reset before", () => Fault.ResetBefore, true),
        new("reset after", () => Fault.ResetAfter, true),
        new(
            "429",
            () => Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", "too many requests, please try again later"),
            true),
        new("500", () => Fault.Answer(HttpStatusCode.InternalServerError, "InternalError", "etcdserver: leader changed"), true),
        new("503", () => Fault.Answer(HttpStatusCode.ServiceUnavailable), true),
        new("truncated", () => Fault.TruncatedBody, true),
        new("slow", () => Fault.SlowBody(TimeSpan.FromMilliseconds(60)), true) { IsHarmless = true },
        new("content type", () => Fault.WrongContentType, true) { IsHarmless = true },
        new("web page", () => Fault.WebPage(HttpStatusCode.OK), false),
        new("bare 401", () => Fault.BareStatus(HttpStatusCode.Unauthorized), false),
        new("bare 403", () => Fault.BareStatus(HttpStatusCode.Forbidden), false) { IsOfOneObject = true },
        new("bare 409", () => Fault.BareStatus(HttpStatusCode.Conflict), false) { IsOfOneObject = true },
        new("bare 422", () => Fault.BareStatus(HttpStatusCode.UnprocessableEntity), false) { IsOfOneObject = true },
        new("bare 500", () => Fault.BareStatus(HttpStatusCode.InternalServerError), true),
    ];
}
