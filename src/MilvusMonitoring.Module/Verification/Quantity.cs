namespace MilvusMonitoring.Verification;

/// <summary>Writes a number with its noun: <c>1 pod</c>, <c>2 pods</c>.</summary>
internal static class Quantity
{
    public static string Describe(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
