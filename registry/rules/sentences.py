"""A rule as a sentence in English or Chinese, made of the names that the declarations give.

Two different rules never make the same sentence: conditions that are joined are numbered, (2.1) inside (2), and what
else could be read in two ways stands in brackets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from registry.languages import Language
from registry.rules import wording
from registry.rules.declarations import Environment, Kind, Type, Value
from registry.rules.printing import decimal_text
from registry.rules.tree import (
    AllOf,
    Among,
    AnyOf,
    Calculate,
    Call,
    Choice,
    Compare,
    Day,
    Level,
    Name,
    Negative,
    Not,
    Number,
    Text,
    Tree,
    Truth,
)


def sentence(
    tree: Tree, environment: Environment, language: Language, values: Mapping[str, Value] | None = None
) -> str:
    """Of a checked tree. values: shown in brackets behind the names, as those of parameters."""
    said = Speaker(environment, wording.WORDS[language], language, values or {}).condition(tree, "")
    return f"{said[:1].upper()}{said[1:]}." if language == "en" else f"{said}。"


@dataclass(frozen=True, slots=True)
class Speaker:
    environment: Environment
    words: wording.Words
    language: Language
    values: Mapping[str, Value]

    def condition(self, tree: Tree, number: str) -> str:
        """A whole clause. number: of the list item that it is, as 2.1; its own items go on from there."""
        match tree:
            case AllOf(operands):
                return self._numbered(self.words.all_of, operands, number)
            case AnyOf(operands):
                return self._numbered(self.words.any_of, operands, number)
            case Choice(condition, then, Truth(True)):
                return self.words.implies.format(self.closed(condition), self.closed(then))
            case Choice(condition, then, otherwise):
                return self.words.choice.format(self.closed(condition), self.closed(then), self.closed(otherwise))
            case Not(Name() as operand):
                return self.words.fails.format(self._name(operand, quoted=True))
            case Not(operand):
                return self.words.negation.format(self.closed(operand))
            case Name(type=Type(Kind.BOOLEAN)):
                return self.words.holds.format(self._name(tree, quoted=True))
            case Truth(value):
                return self.words.always if value else self.words.never
            case Compare(operator, left, right):
                phrases = self.words.dates if _is_day(left) or _is_day(right) else self.words.compare
                return phrases[operator].format(self.closed(left), self.closed(right))
            case Among(item, members):
                return self.words.among.format(self.closed(item), self._listed(members))
            case _:
                return self.term(tree)

    def closed(self, tree: Tree) -> str:
        """A part inside a clause; in brackets where it is a clause of its own."""
        is_boolean = isinstance(tree, Name) and tree.type is not None and tree.type.kind is Kind.BOOLEAN
        if is_boolean or isinstance(tree, AllOf | AnyOf | Choice | Not | Compare | Among | Truth):
            return f"[{self.condition(tree, '')}]"
        return self.condition(tree, "")

    def _numbered(self, heading: str, operands: tuple[Tree, ...], number: str) -> str:
        items = []
        for count, operand in enumerate(operands, start=1):
            own = f"{number}.{count}" if number else str(count)
            items.append(self.words.item.format(own, self.condition(operand, own)))
        return heading + self.words.between_items.join(items)

    def _listed(self, trees: tuple[Tree, ...]) -> str:
        return self.words.between_members.join(self.closed(each) for each in trees)

    def term(self, tree: Tree) -> str:
        match tree:
            case Number(value, is_integer, unit):
                return self._quantity(decimal_text(value, is_integer), str(unit) if unit else "1")
            case Text(value) | Level(value):
                return self._quoted(value)
            case Day(value):
                return self._day(value)
            case Name():
                return self._name(tree, quoted=False)
            case Negative(operand):
                return f"−{self._operand(operand)}"
            case Calculate(operator, left, right):
                sign = {"+": "+", "-": "−", "*": "×", "/": "÷"}[operator]
                return f"{self._operand(left)} {sign} {self._operand(right)}"
            case Call(function, arguments):
                return self.words.functions[function].format(self._listed(arguments))
            case _:
                return self.condition(tree, "")

    def _operand(self, tree: Tree) -> str:
        """In brackets where it is itself calculated: nobody has to know which sign binds tighter."""
        said = self.closed(tree)
        return f"({said})" if isinstance(tree, Calculate | Negative) else said

    def _name(self, name: Name, quoted: bool) -> str:
        declaration = self.environment.find(name.key)
        label = ""
        if declaration is not None:
            label = declaration.name_zh if self.language == "zh" else declaration.name_en
        label = label or name.key
        is_plain = all(each.isalnum() or each in " ·" for each in label)
        said = label if is_plain and not quoted else self._quoted(label)
        value = self.values.get(name.key)
        if value is None or declaration is None:
            return said
        return self.words.valued.format(said, self._value(value, declaration.type))

    def _quoted(self, text: str) -> str:
        """Quotation marks inside are doubled, so that the text ends where it seems to end."""
        return self.words.quoted.format(text.replace("“", "““").replace("”", "””"))

    def _value(self, value: Value, its_type: Type) -> str:
        match value:
            case bool():
                return self.words.yes if value else self.words.no
            case str():
                return self._quoted(value)
            case date():
                return self._day(value)
            case int() | Fraction():
                is_whole = Fraction(value).denominator == 1
                return self._quantity(decimal_text(Fraction(value), is_whole), str(its_type.unit or "1"))

    def _quantity(self, digits: str, unit: str) -> str:
        if unit == "1":
            return digits
        said = self.words.units.get(unit, unit)
        return f"{digits}{said}" if unit in {"%", "‰"} or self.language == "zh" else f"{digits} {said}"

    def _day(self, day: date) -> str:
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "zh" else day.isoformat()


def _is_day(tree: Tree) -> bool:
    return isinstance(tree, Day) or (isinstance(tree, Name) and tree.type is not None and tree.type.kind is Kind.DATE)
