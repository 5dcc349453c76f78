namespace EmbeddedCluster.Security;

/// <summary>Who asks, after authentication and impersonation.</summary>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    public const string AnonymousName = "system:anonymous";

    public static UserInfo Anonymous { get; } = new(AnonymousName, ["system:unauthenticated"]);

    public bool IsAnonymous => Name == AnonymousName;

    public bool IsMaster => Groups.Contains("system:masters");

    public static UserInfo Authenticated(string name, IEnumerable<string> groups) =>
        new(name, [.. groups.Where(each => each != "system:authenticated"), "system:authenticated"]);
}
