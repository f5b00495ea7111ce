"""Rules as documents write them: a text, or a template that is filled in with texts. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from registry.errors import Violation
from registry.rules import templates
from registry.rules.checking import Rule, read_rule
from registry.rules.declarations import BOOLEAN, Environment, Type
from registry.rules.grammar import read_tree
from registry.rules.printing import canonical_text
from registry.rules.rule_errors import Code, Fault, RuleRejected
from registry.rules.tree import Number, Tree

Given: TypeAlias = "str | Mapping[str, Any]"
NO_RULES = frozenset({"template", "operator", "whole_steps", "lowest"})


def rule_text(given: Given, pointer: str) -> str | list[Violation]:
    """The text of a rule, or what is wrong with the arguments of its template, each at its own place."""
    if isinstance(given, str):
        return given
    trees: dict[str, Tree] = {}
    violations: list[Violation] = []
    for place, text in _arguments(given):
        try:
            trees[place] = _argument(place, text)
        except RuleRejected as error:
            violations += RuleRejected(error.text, error.faults, f"{pointer}/{place}").violations
    return violations or canonical_text(_filled(given, trees))


def read_given_rule(
    given: Given, environment: Environment, pointer: str, expected: Type | None = BOOLEAN
) -> Rule | list[Violation]:
    """The checked rule, or all that is wrong with it. expected: as `checking.read_rule` has it."""
    text = rule_text(given, pointer)
    if isinstance(text, list):
        return text
    try:
        return read_rule(text, environment, expected, pointer)
    except RuleRejected as error:
        # An argument that is wrong by itself is told at its own place, not in a text that nobody wrote.
        return _of_arguments(given, environment, pointer) or list(error.violations)


def _arguments(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rule texts of a template, each with its place in it."""
    for key, argument in given.items():
        if key in NO_RULES:
            continue
        if isinstance(argument, str):
            yield key, argument
            continue
        for index, each in enumerate(argument):
            yield (f"{key}/{index}", each) if isinstance(each, str) else (f"{key}/{index}/condition", each["condition"])


def _argument(place: str, text: str) -> Tree:
    tree = read_tree(text)
    if place == "step" and not isinstance(tree, Number):
        fault = Fault(Code.ARGUMENTS, "A step is one number, written out.", 'Write quantity(0.1, "%").', tree.at)
        raise RuleRejected(text, (fault,))
    return tree


def _of_arguments(given: Given, environment: Environment, pointer: str) -> list[Violation]:
    violations: list[Violation] = []
    for place, text in () if isinstance(given, str) else _arguments(given):
        try:
            read_rule(text, environment, None, f"{pointer}/{place}")
        except RuleRejected as error:
            violations += error.violations
    return violations


def _filled(given: Mapping[str, Any], trees: Mapping[str, Tree]) -> Tree:
    """The tree of the template. Its schema has seen to it that all arguments are there."""
    match given["template"]:
        case "threshold":
            return templates.threshold(trees["measure"], given["operator"], trees["limit"])
        case "share":
            return templates.share(trees["part"], trees["whole"], given["operator"], trees["percent"])
        case "step_deduction":
            step = trees["step"]
            assert isinstance(step, Number)
            is_whole = given.get("whole_steps", False)
            return templates.step_deduction(trees["full"], trees["points"], trees["shortfall"], step, is_whole)
        case "levels":
            ladder = [(trees[f"ladder/{place}/condition"], each["level"]) for place, each in enumerate(given["ladder"])]
            return templates.levels(ladder, given["lowest"])
        case "must_have":
            return templates.must_have(_listed("conditions", trees))
        case _:
            return templates.budget_with_frozen_plan(_listed("spent", trees), trees["total"], trees["plan_changed"])


def _listed(key: str, trees: Mapping[str, Tree]) -> list[Tree]:
    return [tree for place, tree in trees.items() if place.startswith(f"{key}/")]
