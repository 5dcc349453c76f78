using System.Text.RegularExpressions;

namespace EmbeddedCluster;

/// <summary>Which requests go wrong, and how.</summary>
public sealed class FaultPlan
{
    private readonly object _gate = new();
    private readonly List<FaultRule> _rules = [];

    /// <summary>Adds a rule. The first rule that applies to a request wins.</summary>
    /// <param name="method">"GET", "PATCH", …, or "*".</param>
    /// <param name="path">Pattern for path and query; * stands for anything. Must fit the whole, unless it has no *: then it must be
    /// contained.</param>
    /// <param name="skip">How many fitting requests go well first.</param>
    /// <param name="times">How many go wrong after that; null for all.</param>
    public FaultRule Add(string method, string path, Fault fault, int skip = 0, int? times = 1)
    {
        var rule = new FaultRule(method, path, fault, skip, times);
        lock (_gate)
        {
            _rules.Add(rule);
        }

        return rule;
    }

    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    internal Fault? Take(string method, string pathAndQuery)
    {
        lock (_gate)
        {
            foreach (var rule in _rules)
            {
                if (rule.Take(method, pathAndQuery))
                {
                    return rule.Fault;
                }
            }
        }

        return null;
    }
}

public sealed class FaultRule
{
    private readonly string _method;
    private readonly string _path;
    private readonly Regex? _pattern;
    private readonly int _skip;
    private readonly int? _times;
    private int _fitting;

    internal FaultRule(string method, string path, Fault fault, int skip, int? times)
    {
        (_method, _path, Fault, _skip, _times) = (method, path, fault, skip, times);
        _pattern = path.Contains('*', StringComparison.Ordinal)
            ? new("^" + Regex.Escape(path).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant)
            : null;
    }

    public Fault Fault { get; }

    /// <summary>How many requests it has spoilt so far.</summary>
    public int Taken { get; private set; }

    internal bool Take(string method, string pathAndQuery)
    {
        if (_method != "*" && !_method.Equals(method, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (!(_pattern?.IsMatch(pathAndQuery) ?? pathAndQuery.Contains(_path, StringComparison.Ordinal)))
        {
            return false;
        }

        _fitting++;
        if (_fitting <= _skip || Taken >= _times)
        {
            return false;
        }

        Taken++;
        return true;
    }
}
