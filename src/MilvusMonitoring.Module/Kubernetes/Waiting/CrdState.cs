using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// The state of a CRD. Its custom resources can be written once the CRD is Established and its names are accepted. A new CRD has no
/// conditions, and is neither.
/// </summary>
/// <param name="IsEstablished">Whether custom resources can be written.</param>
/// <param name="Refusal">Why the names are not accepted; null if they are accepted, or if the server has not decided yet.</param>
internal sealed record CrdState(bool IsEstablished, string? Refusal)
{
    /// <summary>Reads the state from the <c>status</c> member of a CRD.</summary>
    public static CrdState FromStatus(JsonElement status)
    {
        var established = false;
        var accepted = false;
        string? refusal = null;
        foreach (var condition in status.Items("conditions"))
        {
            var isTrue = condition.Text("status") == "True";
            switch (condition.Text("type"))
            {
                case "Established":
                    established = isTrue;
                    break;
                case "NamesAccepted":
                    accepted = isTrue;
                    refusal = condition.Text("status") == "False"
                        ? condition.Text("message") ?? condition.Text("reason") ?? "its names are not accepted"
                        : null;
                    break;
                default:
                    break;
            }
        }

        return new CrdState(established && accepted, refusal);
    }
}
