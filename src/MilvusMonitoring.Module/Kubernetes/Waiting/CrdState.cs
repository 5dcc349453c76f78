using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// How far a CustomResourceDefinition is: its resources can be written once it is Established and its names are accepted. Conditions are
/// null at first, which is neither.
/// </summary>
/// <param name="IsEstablished">Whether its resources can be written.</param>
/// <param name="Refusal">Why its names are not accepted; null where they are, or nothing was said yet.</param>
internal sealed record CrdState(bool IsEstablished, string? Refusal)
{
    /// <summary>Reads the state.</summary>
    /// <param name="status">The value of its <c>status</c> member.</param>
    /// <returns>The state.</returns>
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
                    refusal =
                        condition.Text("status") == "False"
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
