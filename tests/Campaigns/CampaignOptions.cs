using System.Globalization;

namespace MilvusMonitoring.Campaigns;

/// <summary>What is run.</summary>
public sealed record CampaignOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/Campaigns [-- --seed N] [--rounds N] [--only faults|tenant|fuzz] [--name NAME] [--case CASE]... [--short]
          --seed N    what everything made up follows from; 1 without it
          --rounds N  how often everything is gone through, each time with another seed; 1 without it
          --only      one campaign alone
          --name      one row of the table alone
          --case      this case alone, as the list of violations names it; more than one may be given
          --short     the form that the tests run: a part of the cases, in a minute
        KUBE_APISERVER  a program that starts a real kube-apiserver, which is killed and started again; skipped without it
        """;

    public int Seed { get; init; } = 1;

    public int Rounds { get; init; } = 1;

    /// <summary>"faults", "tenant" or "fuzz"; null for all.</summary>
    public string? Only { get; init; }

    /// <summary>The one row to run; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>The cases to run; none for all.</summary>
    public IReadOnlyList<string> Cases { get; init; } = [];

    public bool IsShort { get; init; }

    /// <summary>Whether a case is to run.</summary>
    public bool IsWanted(string name) => Cases.Count == 0 || Cases.Contains(name);

    /// <summary>Reads the command line; null where it is wrong.</summary>
    public static CampaignOptions? Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var options = new CampaignOptions();
        for (var index = 0; index < arguments.Count; index++)
        {
            if (arguments[index] == "--short")
            {
                options = options with { IsShort = true };
                continue;
            }

            var name = arguments[index];
            if (++index == arguments.Count)
            {
                return null;
            }

            switch ((name, arguments[index]))
            {
                case ("--seed", var text) when int.TryParse(text, CultureInfo.InvariantCulture, out var seed):
                    options = options with { Seed = seed };
                    break;
                case ("--rounds", var text) when int.TryParse(text, CultureInfo.InvariantCulture, out var rounds) && rounds > 0:
                    options = options with { Rounds = rounds };
                    break;
                case ("--only", "faults" or "tenant" or "fuzz"):
                    options = options with { Only = arguments[index] };
                    break;
                case ("--name", var row):
                    options = options with { Name = row };
                    break;
                case ("--case", var one):
                    options = options with { Cases = [.. options.Cases, one] };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
