"""Text to tree. The syntax is a strict subset of CEL: whatever is a rule here is an expression there.

The parser is LALR(1): its time grows with the length of the text alone, and the length is limited before it starts.
Trees are built from the leaves up while it runs, so nothing here recurses however deep the text nests.
"""

from functools import cache

from lark import Lark
from lark.exceptions import UnexpectedInput

from registry.rules import literals
from registry.rules.rule_errors import Code, Fault, RuleRejected, Span
from registry.rules.syntax_faults import syntax_fault
from registry.rules.tree import Tree, walk
from registry.rules.tree_builder import Built, TreeBuilder

MAX_BYTES = 2048
MAX_DEPTH = 32
MAX_NODES = 500

# Words and numbers are read in one piece whatever they hold, so that 1e9 or 0x10 is told from 1 followed by a name.
# Terminals that have a name here are handed to the builder, which takes the place of a part from its first and last.
GRAMMAR = rf"""
?rule: choice
?choice: any_of | any_of "?" any_of ":" choice -> choice
?any_of: all_of | all_of ("||" all_of)+ -> any_of
?all_of: relation | relation ("&&" relation)+ -> all_of
?relation: sum | sum COMPARISON sum -> compare | sum "in" members -> among
?sum: product | sum SIGN product -> calculate
?product: unary | product TIMES unary -> calculate
?unary: primary | NOT unary -> negation | SIGN unary -> negative
?primary: OPEN choice CLOSE -> group
    | WORD OPEN [argument ("," argument)*] CLOSE -> call
    | WORD "." WORD -> name
    | WORD "[" TEXT END -> indexed_name
    | WORD -> word
    | NUMBER -> number
    | TEXT -> text
?argument: choice | members
members: START choice ("," choice)* END

COMPARISON: "==" | "!=" | "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
TIMES: "*" | "/"
NOT: "!"
OPEN: "("
CLOSE: ")"
START: "["
END: "]"
WORD: /[A-Za-z_][A-Za-z0-9_]*/
NUMBER: /[0-9]([A-Za-z0-9_]|\.(?=[A-Za-z0-9_]))*/
TEXT: /{literals.TEXT}/
%ignore /[ \t\r\n]+/
"""


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start="rule", maybe_placeholders=False, transformer=TreeBuilder())


def read_tree(text: str) -> Tree:
    """The tree without types. Raises RuleRejected with the first fault of syntax, or all faults of the literals."""
    literals.refuse_long(text, MAX_BYTES)
    literals.refuse_unfit(text)
    try:
        built = _parser().parse(text)
    except UnexpectedInput as error:
        raise RuleRejected(text, (syntax_fault(text, error),)) from None
    assert isinstance(built, Built)
    if built.faults:
        raise RuleRejected(text, built.faults)
    _refuse_large(text, built.tree)
    return built.tree


def _refuse_large(text: str, tree: Tree) -> None:
    for count, (node, depth) in enumerate(walk(tree), start=1):
        if depth > MAX_DEPTH:
            message = f"The rule nests deeper than {MAX_DEPTH} levels here."
            fix = "Use sum([...]) for long sums, leave out brackets that change nothing, or make two rules of it."
            raise RuleRejected(text, (Fault(Code.TOO_DEEP, message, fix, node.at),))
        if count > MAX_NODES:
            message = f"The rule has more than {MAX_NODES} parts."
            raise RuleRejected(text, (Fault(Code.TOO_LARGE, message, "Make several rules of it.", Span(0, 1)),))
