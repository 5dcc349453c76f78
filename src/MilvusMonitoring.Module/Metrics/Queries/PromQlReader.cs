namespace MilvusMonitoring.Metrics.Queries;

/// <summary>
/// Reads from PromQL which series an expression needs. It reads what Prometheus has accepted, and so checks no types and no names of
/// functions.
/// </summary>
internal sealed class PromQlReader
{
    private static readonly string[] Clauses = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly string[] Absences = ["absent", "absent_over_time"];
    private static readonly string[] Words = ["bool", "inf", "nan", "atan2", "start", "end"];

    private readonly IReadOnlyList<PromQlToken> _tokens;
    private int _at;
    private int _depth;

    private PromQlReader(IReadOnlyList<PromQlToken> tokens) => _tokens = tokens;

    /// <summary>Finds the series that an expression needs.</summary>
    /// <returns>The needs; null if the text is no PromQL that this reader knows, or is over a bound.</returns>
    public static QueryNeeds? Find(string expression)
    {
        if (expression.Length > Bounds.AlertExpression.Limit)
        {
            return null;
        }

        try
        {
            var reader = new PromQlReader(PromQlTokens.List(expression));
            var needs = reader.ReadAlternatives();
            return reader._at == reader._tokens.Count ? needs : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private PromQlToken? Next => _at < _tokens.Count ? _tokens[_at] : null;

    /// <summary>Reads operands of <c>or</c>, which binds least.</summary>
    private QueryNeeds ReadAlternatives()
    {
        if (++_depth > Bounds.AlertExpressionDepth.Limit)
        {
            throw new FormatException("The expression is too deep.");
        }

        var operands = new List<QueryNeeds> { ReadConjunction() };
        while (TakeWord("or"))
        {
            operands.Add(ReadConjunction());
        }

        _depth--;
        return operands is [var only] ? only : new QueryNeeds([], [operands]);
    }

    /// <summary>Reads operands of <c>and</c> and <c>unless</c>; the right of <c>unless</c> may have no series.</summary>
    private QueryNeeds ReadConjunction()
    {
        var needs = ReadOperand();
        while (true)
        {
            if (TakeWord("and"))
            {
                needs = needs.And(ReadOperand());
            }
            else if (TakeWord("unless"))
            {
                ReadOperand();
            }
            else
            {
                return needs;
            }
        }
    }

    /// <summary>Reads everything that binds more than a set operator: all of it needs series.</summary>
    private QueryNeeds ReadOperand()
    {
        var needs = QueryNeeds.Nothing;
        while (Next is { } token && !IsEnd(token))
        {
            _at++;
            needs = token switch
            {
                { Kind: PromQlKind.Sign, Text: "(" } => needs.And(ReadArguments()),
                { Kind: PromQlKind.Sign, Text: "{" } => needs.And(ReadSelector(null)),
                { Kind: PromQlKind.Sign, Text: "[" } => SkipTo("]", needs),
                { Kind: PromQlKind.Name } => needs.And(ReadName(token.Text)),
                _ => needs,
            };
        }

        return needs;
    }

    private static bool IsEnd(PromQlToken token) => token switch
    {
        { Kind: PromQlKind.Sign, Text: ")" or "," or "}" or "]" } => true,
        { Kind: PromQlKind.Name } => IsWord(token, "or") || IsWord(token, "and") || IsWord(token, "unless"),
        _ => false,
    };

    private QueryNeeds ReadName(string name)
    {
        if (Clauses.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return TakeSign("(") ? SkipTo(")", QueryNeeds.Nothing) : QueryNeeds.Nothing;
        }

        if (name.Equals("offset", StringComparison.OrdinalIgnoreCase) || Words.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return QueryNeeds.Nothing;
        }

        if (TakeSign("("))
        {
            var arguments = ReadArguments();
            return Absences.Contains(name, StringComparer.Ordinal) ? QueryNeeds.Nothing : arguments;
        }

        if (Next is { Kind: PromQlKind.Name, Text: var clause }
            && Clauses.Contains(clause, StringComparer.OrdinalIgnoreCase)
            && IsAggregation())
        {
            return QueryNeeds.Nothing;
        }

        return TakeSign("{") ? ReadSelector(name) : new QueryNeeds([new QuerySelector(name, [])], []);
    }

    /// <summary>Whether a clause and then an opening bracket follow, as in <c>sum by (pod) (</c>.</summary>
    private bool IsAggregation()
    {
        var at = _at + 1;
        if (at >= _tokens.Count || _tokens[at] is not { Kind: PromQlKind.Sign, Text: "(" })
        {
            return false;
        }

        while (at < _tokens.Count && _tokens[at] is not { Kind: PromQlKind.Sign, Text: ")" })
        {
            at++;
        }

        return at + 1 < _tokens.Count && _tokens[at + 1] is { Kind: PromQlKind.Sign, Text: "(" };
    }

    private QueryNeeds ReadArguments()
    {
        var needs = QueryNeeds.Nothing;
        while (!TakeSign(")"))
        {
            needs = needs.And(ReadAlternatives());
            if (!TakeSign(",") && Next is not { Kind: PromQlKind.Sign, Text: ")" })
            {
                throw new FormatException("A bracket has no end.");
            }
        }

        return needs;
    }

    private QueryNeeds ReadSelector(string? metric)
    {
        var matchers = new List<SelectorMatcher>();
        while (!TakeSign("}"))
        {
            if (Next is not { Kind: PromQlKind.Name or PromQlKind.Text } label)
            {
                throw new FormatException("A selector has no end.");
            }

            _at++;
            if (Next is { Kind: PromQlKind.Sign, Text: "=" or "!=" or "=~" or "!~" } sign)
            {
                _at++;
                var value = Next is { Kind: PromQlKind.Text, Text: var text } ? text : throw new FormatException("A matcher has no value.");
                _at++;
                if (label.Text == "__name__" && sign.Text == "=")
                {
                    metric = value;
                }
                else
                {
                    matchers.Add(new SelectorMatcher(label.Text, sign.Text, value));
                }
            }
            else
            {
                // A name that is no plain word stands in quotes within the braces.
                metric = label.Kind == PromQlKind.Text ? label.Text : throw new FormatException("A matcher has no operator.");
            }

            TakeSign(",");
        }

        return new QueryNeeds([new QuerySelector(metric is { Length: > 0 } ? metric : null, matchers)], []);
    }

    private QueryNeeds SkipTo(string sign, QueryNeeds needs)
    {
        while (!TakeSign(sign))
        {
            if (Next is null)
            {
                throw new FormatException("A bracket has no end.");
            }

            _at++;
        }

        return needs;
    }

    private static bool IsWord(PromQlToken? token, string word) =>
        token is { Kind: PromQlKind.Name, Text: var text } && text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool TakeWord(string word)
    {
        if (!IsWord(Next, word))
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool TakeSign(string sign)
    {
        if (Next is not { Kind: PromQlKind.Sign } next || next.Text != sign)
        {
            return false;
        }

        _at++;
        return true;
    }
}
