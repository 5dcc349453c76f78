using System.Management.Automation;
using System.Security;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Accepts a secret as a <see cref="SecureString"/>, or its place as <c>name/key</c> of a Secret. Any other text may be the secret itself,
/// which histories and logs keep, so that it is refused without being shown.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretSourceAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether an address that is not secret is accepted too.</summary>
    public bool AllowsAddress { get; init; }

    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            SecureString secret => secret,
            string text when IsPlace(text) => text,
            Uri address when AllowsAddress => address,
            string text when AllowsAddress && IsAddress(text) => new Uri(text),
            _ => throw new ArgumentTransformationMetadataException(
                (AllowsAddress ? "Give an address such as http://relay.ops.svc:8080/alerts. " : string.Empty)
                    + "A secret is given as a SecureString, such as (Read-Host -AsSecureString), or by its place, such as my-secret/url: "
                    + "the name of a Secret and its key."),
        };
    }

    private static bool IsAddress(string text) =>
        text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out _);

    private static bool IsPlace(string text) =>
        text.Split('/') is [{ Length: > 0 }, { Length: > 0 }]
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '/');
}
