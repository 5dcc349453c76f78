using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>EndpointSlices and Endpoints.</summary>
internal static class EndpointTarget
{
    private static readonly Mutator Slices = new(
        [
            """{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"web-1","namespace":"a"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true},"targetRef":{"kind":"Pod","name":"p1","namespace":"a","uid":"u1"}},{"addresses":["10.0.0.2"],"conditions":{"ready":false},"targetRef":{"kind":"Pod","name":"p2"}},{"addresses":["10.0.0.3"]}],"ports":[{"name":"web","port":9090,"protocol":"TCP"},{"name":"","port":1}]}""",
            """{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"web","namespace":"a"},"subsets":[{"addresses":[{"ip":"10.0.0.1","targetRef":{"kind":"Pod","name":"p1","namespace":"a","uid":"u1"}}],"notReadyAddresses":[{"ip":"10.0.0.2","targetRef":{"kind":"Pod","name":"p2","namespace":"a"}}],"ports":[{"name":"web","port":9090,"protocol":"TCP"}]}]}""",
        ],
        [
            "\"ports\":[],",
            "\"port\":70000",
            "\"port\":-1",
            "\"port\":1.5",
            "\"endpoints\":null,",
            "\"targetRef\":null",
            "\"targetRef\":{}",
            "\"conditions\":{},",
            "\"name\":null",
            "\"name\":\"\\ud800\"",
            "\"ready\":null",
        ]);

    public static void TryOne(Random random)
    {
        if (Documents.Next(Slices, random) is not { } document)
        {
            return;
        }

        foreach (
            var endpoints in (ServiceEndpoints[])
                [
                    ServiceEndpoints.ReadSlice(document, "web"),
                    ServiceEndpoints.ReadEndpoints(document, "web"),
                    ServiceEndpoints.ReadSlice(document, ""),
                ])
        {
            var all = ServiceEndpoints.Union([endpoints, endpoints]);
            PropertyException.Check(endpoints.Ready.All(pod => pod.Port is > 0 and <= ushort.MaxValue && pod.Pod.Length > 0), () =>
                $"a pod without a name or a port: {endpoints}");
            PropertyException.Check(all.Ready.Count == endpoints.Ready.Distinct().Count(), () => "a pod counts twice");
        }
    }
}
