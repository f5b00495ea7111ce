"""What to say where the parser stops."""

from typing import cast

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from registry.rules.rule_errors import Code, Fault, Span

# By what was seen: what to write instead.
HINTS = {
    "=": "Write == to compare; a rule cannot set anything.",
    "&": "Write && for and.",
    "|": "Write || for or.",
    "%": 'A remainder has no meaning here. A percentage is a number whose unit is %: quantity(2, "%").',
    "and": "Write && for and.",
    "or": "Write || for or.",
    "not": "Write ! for not.",
    "AND": "Write && for and.",
    "OR": "Write || for or.",
    "[": "A list stands only after in, and inside sum(...) and count(...).",
    ".": "Names have two parts, as facts.rate; a number has digits on both sides of its point.",
    ";": "A rule is one expression; make several rules.",
    "{": "A rule has no braces.",
    "`": "Write texts in ordinary quotation marks.",
}
AN_OPERAND = "Write a name such as facts.rate, a number, a text in quotation marks, or a bracket here."
AN_OPERATOR = "An operator or the end of the rule can stand here: && || == != < <= > >= + - * / in ? :"
NAMES = {"CLOSE": ")", "END": "]", "COLON": ":", "COMMA": ",", "OPEN": "("}


def syntax_fault(text: str, error: UnexpectedInput) -> Fault:
    if isinstance(error, UnexpectedCharacters):
        place = cast(int, error.pos_in_stream)
        seen = text[place]
        return Fault(
            Code.SYNTAX, f"{seen} has no meaning here.", _fix(seen, error.allowed), Span(place, place + 1), seen
        )
    assert isinstance(error, UnexpectedToken)
    if error.token.type == "$END":
        end = len(text.rstrip())
        return Fault(Code.SYNTAX, "The rule ends too early.", _fix("", error.expected), Span(end, end + 1))
    seen = str(error.token)
    at = Span(error.token.start_pos or 0, error.token.end_pos or 0)
    if error.token.type == "COMPARISON" and "COMPARISON" not in error.expected and "SIGN" in error.expected:
        fix = "Join two comparisons with &&: a < b && b < c."
        return Fault(Code.SYNTAX, "A comparison cannot be compared again.", fix, at, seen)
    return Fault(Code.SYNTAX, f"{seen[:40]} cannot stand here.", _fix(seen, error.expected), at, seen[:40])


def _fix(seen: str, expected: set[str] | None) -> str:
    expected = expected or set()
    hint = HINTS.get(seen)
    if hint:
        return hint
    if "NUMBER" in expected and "WORD" in expected:
        return AN_OPERAND
    if len(expected) <= 2 and expected <= set(NAMES):
        return f"Write {' or '.join(sorted(NAMES[each] for each in expected))} here."
    return AN_OPERATOR
