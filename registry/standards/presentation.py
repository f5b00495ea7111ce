"""A standard and a resolved standard as text for a reader, in English or Chinese. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.languages import Language
from registry.rules.checking import Rule
from registry.rules.declarations import Value
from registry.rules.sentences import sentence
from registry.standards.derivation import by_class
from registry.standards.domains import shown
from registry.standards.parameter import Parameter, domain_json
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Criterion, Standard

_WORDS: Mapping[str, Mapping[Language, str]] = {
    "draft": {"en": "DRAFT FOR DEMONSTRATION, not an official text", "zh": "演示草案，并非正式文本"},
    "in force": {"en": "in force from {}", "zh": "自{}起施行"},
    "until": {"en": " until {}", "zh": "，至{}止"},
    "parameters": {"en": "Parameters", "zh": "参数"},
    "criteria": {"en": "Criteria", "zh": "指标"},
    "set by": {"en": "set by {}", "zh": "由{}设定"},
    "nobody": {"en": "nobody sets it", "zh": "任何层级不得设定"},
    "minimum": {"en": "from {}", "zh": "最低{}"},
    "maximum": {"en": "to {}", "zh": "最高{}"},
    "step": {"en": "in steps of {}", "zh": "步长{}"},
    "choices": {"en": "one of {}", "zh": "可选{}"},
    "anything": {"en": "anything", "zh": "不限"},
    "default": {"en": "as in the standard", "zh": "与标准一致"},
    "waived": {"en": "waived by {} until {}", "zh": "由{}豁免，至{}止"},
    "applies": {"en": "Where: {}", "zh": "适用条件：{}"},
    "judged": {"en": "An assessor judges by the scale {}.", "zh": "由评估人员按量表{}评定。"},
    "correspondence": {"en": "Degree of correspondence: {}", "zh": "一致性程度：{}"},
    "notice": {"en": "Note: {} in {} at {}", "zh": "提示：{}，见{} {}"},
    "mandatory": {"en": "mandatory", "zh": "必达"},
    "scored": {"en": "scored", "zh": "计分"},
    "informative": {"en": "informative", "zh": "仅记录"},
    "points": {"en": "{} points", "zh": "{}分"},
    "veto": {"en": "veto", "zh": "一票否决"},
    "given": {"en": "What cannot be otherwise", "zh": "客观约束"},
    "result": {"en": "Result", "zh": "结论"},
    "result all": {"en": "All mandatory criteria have to be met.", "zh": "全部必达指标达标方为通过。"},
    "result points": {"en": "The points of the criteria are added.", "zh": "各指标得分相加。"},
    "total": {"en": "Points in all: {}", "zh": "总分：{}"},
    "band": {"en": "{}: from {} points", "zh": "{}：{}分起"},
    "result levels": {"en": "Levels, from the lowest: {}", "zh": "等级（由低到高）：{}"},
    "result none": {"en": "No overall result is stated.", "zh": "未规定总体结论。"},
}
_LEVELS = {
    "national": "国家", "province": "省级", "prefecture": "地级",
    "county": "县级", "township": "乡级", "village": "村级",
}  # fmt: skip


def standard_text(standard: Standard, language: Language) -> str:
    """With the bounds of every parameter and who may set it."""
    parts = (_head(standard, language), _parameters(standard, language), _criteria(standard, language, {}))
    return "\n".join([*(line for part in parts for line in part), *_ending(standard, language, {})])


def resolved_text(resolved: ResolvedStandard, language: Language) -> str:
    """With where each value comes from, and rules as sentences that hold the values."""
    standard = resolved.standard
    says = _Words(language)
    known = {f"params.{name}": next(iter(each.values())) for name, each in resolved.values.items() if len(each) == 1}
    lines = [*_head(standard, language), *_drafts(resolved, language), says("correspondence", resolved.correspondence)]
    lines += [
        says("notice", each["code"], each["localization"], each["pointer"]) for each in resolved.document["notices"]
    ]
    lines += ["", says("parameters")]
    for parameter, written in zip(standard.parameters.values(), resolved.document["parameters"], strict=True):
        origin = [each["by"] for each in written["derivation"] if each["action"] == "changed" and "set" in each]
        by = says("set by", origin[-1]) if origin else says("default")
        lines.append(f"  {_label(parameter, language)} = {_values(parameter, resolved.values[parameter.id])}  ({by})")
    waived = {waiver.criterion: says("waived", layer.reference, str(waiver.validity.valid_to))
              for layer, waiver in resolved.waivers()}  # fmt: skip
    lines += [*_criteria(standard, language, known, waived), *_added(resolved, language)]
    return "\n".join([*lines, *_ending(standard, language, known)])


class _Words:
    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, name: str, *values: str) -> str:
        return _WORDS[name][self.language].format(*values)


def in_language(words: Mapping[str, str] | None, language: Language) -> str:
    """In the other language where this one is missing."""
    return "" if not words else words.get(language) or next(iter(words.values()))


def _head(standard: Standard, language: Language) -> Iterator[str]:
    says, document = _Words(language), standard.document
    yield f"{standard.reference}  {in_language(document['title'], language)}"
    if "draft_for_demonstration" in document:
        yield _draft(document, language)
    until = says("until", str(standard.validity.valid_to)) if standard.validity.valid_to else ""
    yield says("in force", str(standard.validity.valid_from)) + until


def _draft(document: Mapping[str, Any], language: Language) -> str:
    return f"{_Words(language)('draft')}: {in_language(document['draft_for_demonstration'], language)}"


def _drafts(resolved: ResolvedStandard, language: Language) -> Iterator[str]:
    for layer in resolved.layers.order:
        if "draft_for_demonstration" in layer.document:
            yield f"{layer.reference}  {_draft(layer.document, language)}"


def _parameters(standard: Standard, language: Language) -> Iterator[str]:
    says = _Words(language)
    yield from ("", says("parameters"))
    for parameter in standard.parameters.values():
        may = [each for each in standard.levels if each in parameter.settable_by and not parameter.is_locked]
        by = says("set by", ", ".join(_level(each, language) for each in may)) if may else says("nobody")
        value = _values(parameter, parameter.defaults)
        yield f"  {_label(parameter, language)} = {value}  [{_domains(parameter, language)}]  {by}"


def _label(parameter: Parameter, language: Language) -> str:
    return f"{parameter.id} {in_language(parameter.document.get('name'), language)}".rstrip()


def _values(parameter: Parameter, values: Mapping[str, Value]) -> str:
    unit = parameter.type.unit
    suffix = f" {unit}" if unit is not None and not unit.is_one else ""
    written = by_class(values)
    if "value" in written:
        return f"{shown(next(iter(values.values())))}{suffix}"
    # In the order of the classes: that of the document is lost in its canonical form.
    return ", ".join(f"{each}: {shown(values[each])}{suffix}" for each in parameter.classes if each in values)


def _level(name: str, language: Language) -> str:
    """Levels of divisions have a Chinese name; others stand as the standard names them."""
    return _LEVELS.get(name, name) if language == "zh" else name


def _domains(parameter: Parameter, language: Language) -> str:
    """One for all classes, or that of each."""
    said = {its_class: _domain(domain_json(each), language) for its_class, each in parameter.domains.items()}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{its_class}: {domain}" for its_class, domain in said.items())


def _domain(written: Mapping[str, Any], language: Language) -> str:
    says = _Words(language)
    parts = ("choices", "minimum", "maximum", "step")
    return " ".join(says(part, _plain(written[part])) for part in parts if part in written) or says("anything")


def _plain(written: Any) -> str:
    """A value of a document, a list of values, or a table of them by class."""
    if isinstance(written, Mapping):
        return ", ".join(f"{its_class}: {_plain(value)}" for its_class, value in written.items())
    if isinstance(written, list):
        return ", ".join(map(_plain, written))
    return str(written).lower() if isinstance(written, bool) else str(written)


def _criteria(
    standard: Standard, language: Language, known: Mapping[str, Value], waived: Mapping[str, str] | None = None
) -> Iterator[str]:
    says = _Words(language)
    yield from ("", says("criteria"))
    for criterion in standard.criteria:
        marks = [says(criterion.obligation), *([says("veto")] if criterion.is_veto else [])]
        marks += [says("points", str(shown_weight(criterion, known)))] if criterion.weight is not None else []
        marks += [waived[criterion.id]] if waived and criterion.id in waived else []
        statement = in_language(criterion.document["statement"], language)
        yield f"  {criterion.id}  {statement}  ({', '.join(marks)})"
        if criterion.applies_when is not None:
            yield f"      {says('applies', _sentence(criterion.applies_when, standard, language, known))}"
        if criterion.measure is not None:
            yield f"      {_sentence(criterion.measure, standard, language, known)}"
        else:
            yield f"      {says('judged', criterion.document['measure']['scale'])}"


def _ending(standard: Standard, language: Language, known: Mapping[str, Value]) -> Iterator[str]:
    """What holds whatever is done, and how the criteria become one result."""
    says, decision = _Words(language), standard.document["decision"]
    if standard.axioms:
        yield from ("", says("given"))
    for axiom in standard.axioms:
        yield f"  {_sentence(axiom.rule, standard, language, known)}"
    yield from ("", says("result"))
    yield f"  {says('result ' + decision['kind'], ', '.join(decision.get('levels', ())))}"
    if "total" in decision:
        yield f"  {says('total', decision['total'])}"
    for band in decision.get("bands", ()):
        yield f"  {says('band', in_language(band['name'], language), band['minimum'])}"
    if standard.decision is not None:
        yield f"  {_sentence(standard.decision, standard, language, known)}"
    if "note" in decision:
        yield f"  {in_language(decision['note'], language)}"


def shown_weight(criterion: Criterion, known: Mapping[str, Value]) -> str:
    """The number, or the name of the parameter where its value is open."""
    if isinstance(criterion.weight, str):
        value = known.get(f"params.{criterion.weight}")
        return criterion.weight if value is None else shown(value)
    return "" if criterion.weight is None else shown(criterion.weight)


def _sentence(rule: Rule, standard: Standard, language: Language, known: Mapping[str, Value]) -> str:
    return sentence(rule.tree, standard.environment, language, known)


def _added(resolved: ResolvedStandard, language: Language) -> Iterator[str]:
    says = _Words(language)
    for layer in resolved.layers.order:
        for each in layer.informative:
            statement = in_language(each["statement"], language)
            yield f"  {each['id']}  {statement}  ({says('informative')}, {layer.reference})"


def localization_text(document: Mapping[str, Any], language: Language) -> str:
    """What a localization or a mapping says, as it is written."""
    says = _Words(language)
    lines = [f"{document['id']}@{document['version']}  {in_language(document.get('title'), language)}".rstrip()]
    if "draft_for_demonstration" in document:
        lines.append(_draft(document, language))
    for setting in document.get("set", ()):
        value = _plain(setting.get("value", setting.get("value_by_class")))
        lines.append(f"  {setting['parameter']} = {value}  {in_language(setting.get('rationale'), language)}".rstrip())
    for narrowing in document.get("narrow", ()):
        domains = narrowing.get("domain_by_class", {"": narrowing.get("domain")})
        allowed = "; ".join(
            f"{its_class}: {_domain(each, language)}".removeprefix(": ") for its_class, each in domains.items()
        )
        rationale = in_language(narrowing.get("rationale"), language)
        lines.append(f"  {narrowing['parameter']}: {allowed}  {rationale}".rstrip())
    for waiver in document.get("waive", ()):
        by = in_language(waiver["approved_by"], language)
        lines.append(f"  {waiver['criterion']}: {says('waived', by, waiver['valid_to'])}")
    for each in document.get("add_informative", ()):
        lines.append(f"  {each['id']}  {in_language(each['statement'], language)}  ({says('informative')})")
    for entry in document.get("entries", ()):
        sides = [", ".join(part["criterion"] for part in entry[side]) for side in ("sources", "targets")]
        lines.append(f"  {sides[0]} {entry['relationship']} {sides[1]}".rstrip())
    return "\n".join(lines)
