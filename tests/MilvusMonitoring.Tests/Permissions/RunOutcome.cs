using System.Collections;
using System.Management.Automation;
using System.Text;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>
/// What a run says: its objects with all their properties, its errors and its warnings. Times and addresses are left out.
/// </summary>
internal static class RunOutcome
{
    private const int Deepest = 6;

    private static readonly HashSet<string> s_passing =
    [
        "Duration", "AppliedAt", "CreatedAt", "UpdatedAt", "StartedAt", "CheckedAt", "Kubeconfig", "Context", "Id", "LocalPort", "Url",
        "Pod", "Connections", "OpenConnections", "BytesReceived", "BytesSent", "LastErrorAt", "Since", "ActiveSince", "Age",
    ];

    /// <param name="kubeconfig">The path, which stands in remedies.</param>
    public static string Describe(PowerShellResult result, string kubeconfig)
    {
        var text = new StringBuilder();
        foreach (var item in result.Output)
        {
            Write(text, item.BaseObject, 0);
            text.Append('\n');
        }

        foreach (var line in result.Errors.Select(error => "error " + error).Concat(result.Warnings.Select(line => "warning " + line)))
        {
            text.Append(line).Append('\n');
        }

        return text.ToString().Replace(kubeconfig, "kubeconfig", StringComparison.Ordinal);
    }

    private static void Write(StringBuilder text, object? value, int depth)
    {
        switch (value)
        {
            case null or string or ValueType or Uri:
                text.Append(value);
                break;
            case IDictionary entries:
                Write(text, entries.Keys.Cast<object>().Select(key => $"{key}={entries[key]}"), depth);
                break;
            case IEnumerable items:
                foreach (var item in items)
                {
                    text.Append('[');
                    Write(text, item, depth + 1);
                    text.Append(']');
                }

                break;
            case PSObject shown:
                text.Append(shown);
                break;
            default:
                var properties = depth < Deepest ? value.GetType().GetProperties() : [];
                foreach (var property in properties.Where(property => !s_passing.Contains(property.Name)))
                {
                    text.Append(property.Name).Append('=');
                    Write(text, property.GetValue(value), depth + 1);
                    text.Append(';');
                }

                break;
        }
    }
}
