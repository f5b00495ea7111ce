"""The words of sentences.py: by code, then by language; in braces what is filled in. Pure."""

from collections.abc import Mapping

from registry.evaluators.exclusion_matching import Why
from registry.evaluators.independence import Role
from registry.evaluators.ownership import GapKind
from registry.languages import Language

SENTENCES: Mapping[str, Mapping[Language, str]] = {
    # Of independence.
    "NOT_RELATED": {
        "en": "{evaluator} and the {role} {party} have no controller in common, and no interest at or above {limit}.",
        "zh": "评估机构{evaluator}与{role}{party}既无共同控制人，也无达到{limit}限额的共同权益。",
    },
    "COI_IS_PARTY": {
        "en": "{evaluator} is itself the {role}.",
        "zh": "评估机构{evaluator}本身即为{role}。",
    },
    "COI_COMMON_CONTROL": {
        "en": "{evaluator} and the {role} {party} are under the same control: {through}.",
        "zh": "评估机构{evaluator}与{role}{party}处于同一控制之下，控制方为{through}。",
    },
    "COI_INTEREST_BELOW_CONTROL": {
        "en": "{through} has an interest in {evaluator} and in the {role} {party} at or above the limit of {limit}.",
        "zh": "{through}在评估机构{evaluator}和{role}{party}中均有达到{limit}限额的权益，尚未构成共同控制。",
    },
    "COI_COOLING_OFF": {
        "en": "{evaluator} and the {role} {party} were under the control of {through} until {ended_on}; "
        "apart until {until}.",
        "zh": "评估机构{evaluator}与{role}{party}曾同受{through}控制，该关系自{ended_on}起解除；"
        "回避要求自{until}起方告终止。",
    },
    "COI_STATE_ONLY": {
        "en": "{evaluator} and the {role} {party} have only the state as a common owner, which is no conflict: "
        "{through}.",
        "zh": "评估机构{evaluator}与{role}{party}的共同所有者仅为国家（{through}），不构成利益冲突。",
    },
    "COI_DATA_STALE": {
        "en": "Who controls {through} was seen too long ago to tell {evaluator} from the {role} {party}.",
        "zh": "关于{through}控制关系的信息已逾时效，无法判定评估机构{evaluator}与{role}{party}是否相互独立。",
    },
    "COI_DATA_MISSING": {
        "en": "Not enough is known of who controls {through} to tell {evaluator} from the {role} {party}.",
        "zh": "关于{through}控制关系的信息不全，无法判定评估机构{evaluator}与{role}{party}是否相互独立。",
    },
    "COMMISSIONER_IS_SUBJECT": {
        "en": "The commissioner {party} is itself scored.",
        "zh": "委托方{party}本身即为被评分对象。",
    },
    "COMMISSIONER_UNDER_SUBJECT": {
        "en": "The commissioner {party} is controlled by {through}, which is scored.",
        "zh": "委托方{party}受被评分对象{through}控制。",
    },
    "COMMISSIONER_APART": {
        "en": "The commissioner {party} is not scored.",
        "zh": "委托方{party}不属于被评分对象。",
    },
    "COMMISSIONER_UNKNOWN": {
        "en": "Who commissions, or who controls the commissioner, is not known.",
        "zh": "委托方或其控制方不明。",
    },
    "PAYER_IS_SUBJECT": {
        "en": "The payer {party} is itself scored.",
        "zh": "付费方{party}本身即为被评分对象。",
    },
    "PAYER_UNDER_SUBJECT": {
        "en": "The payer {party} is controlled by {through}, which is scored.",
        "zh": "付费方{party}受被评分对象{through}控制。",
    },
    "PAYER_APART": {
        "en": "The payer {party} is not scored.",
        "zh": "付费方{party}不属于被评分对象。",
    },
    "PAYER_UNKNOWN": {
        "en": "Who pays, or who controls the payer, is not known.",
        "zh": "付费方或其控制方不明。",
    },
    "BIDDERS_UNKNOWN": {
        "en": "Who else bids is not known.",
        "zh": "其他投标人不明。",
    },
    # Of advice and rotation.
    "ADVISORY_SEPARATION": {
        "en": "{adviser} advised {subject} {when}; {months} months must lie between.",
        "zh": "{adviser}曾为{subject}提供咨询服务，{when}；咨询与评估之间须间隔{months}个月。",
    },
    "ADVICE_BY_AFFILIATE": {
        "en": "{adviser}, associated with {evaluator}, advised {subject} {when}; {months} months must lie between.",
        "zh": "评估机构{evaluator}的关联机构{adviser}曾为{subject}提供咨询服务，{when}；"
        "咨询与评估之间须间隔{months}个月。",
    },
    "ADVICE_NONE": {
        "en": "No advice of {evaluator} to the subject lies within {months} months.",
        "zh": "评估机构{evaluator}在所需间隔的{months}个月内未向被评估对象提供咨询服务。",
    },
    "ADVICE_UNKNOWN": {
        "en": "Whether {evaluator} advised the subject is not declared.",
        "zh": "评估机构{evaluator}未申报是否曾向被评估对象提供咨询服务。",
    },
    "ROTATION_LIMIT": {
        "en": "With cycle {number}, {evaluator} would have assessed {count} cycles in a row; the limit is {limit}.",
        "zh": "计入第{number}期，评估机构{evaluator}将连续承担{count}期评估，超过连续{limit}期的轮换上限。",
    },
    "ROTATION_KEPT": {
        "en": "With cycle {number}, {evaluator} will have assessed {count} cycles in a row; the limit is {limit}.",
        "zh": "计入第{number}期，评估机构{evaluator}将连续承担{count}期评估，未超过连续{limit}期的轮换上限。",
    },
    "ROTATION_UNKNOWN": {
        "en": "Which cycles {evaluator} assessed before is not known.",
        "zh": "评估机构{evaluator}以往承担评估的期次不明。",
    },
    # Of what the evaluator declares.
    "DECLARED_INTEREST": {
        "en": "An interest is declared in {parties}, declaration {id} ({in_force}): {statement}",
        "zh": "评估机构申报与{parties}存在利益关系（申报{id}，期间：{in_force}）：{statement}",
    },
    "DECLARED_ASSOCIATION": {
        "en": "An association is declared with {parties}, declaration {id} ({in_force}): {statement}",
        "zh": "评估机构申报与{parties}存在关联关系（申报{id}，期间：{in_force}）：{statement}",
    },
    "DECLARED_BY_NAME_ONLY": {
        "en": "Whether {about} is one of the parties is not known, declaration {id} ({in_force}): {statement}",
        "zh": "申报{id}（期间：{in_force}）所涉{about}仅有名称，无法确定是否为相关当事方：{statement}",
    },
    "NOTHING_DECLARED": {
        "en": "Nothing is declared of the parties for {looked_at}.",
        "zh": "评估机构未申报与相关当事方的利益关系或关联关系（期间：{looked_at}）。",
    },
    "DECLARATIONS_UNKNOWN": {
        "en": "The evaluator came with another register and has declared nothing, nor that there is nothing.",
        "zh": "该评估机构自其他名录转入，既未申报利益关系，也未申报无利益关系。",
    },
    # Of exclusions.
    "EXCLUDED": {
        "en": "{body} is barred by entry {key} of the list {list} ({in_force}).",
        "zh": "{body}被列入禁入名单{list}（条目{key}，禁入期：{in_force}）。",
    },
    "EXCLUDED_VIA_CONTROLLER": {
        "en": "{asked} is controlled by {body}, which is barred by entry {key} of the list {list} ({in_force}).",
        "zh": "{asked}受{body}控制，后者被列入禁入名单{list}（条目{key}，禁入期：{in_force}）。",
    },
    "NAME_ONLY_MATCH": {
        "en": "{body} may be meant by entry {key} of the list {list} ({in_force}), {name}: {why}, score {score}. "
        "A person decides.",
        "zh": "禁入名单{list}条目{key}（{name}，禁入期：{in_force}）可能系指{body}："
        "{why}，相似度{score}，须经人工认定。",
    },
    "SOURCE_STALE": {
        "en": "The list {list} was last queried at {queried_at}, more than {max_age_days} days before {known_at}.",
        "zh": "禁入名单{list}最近一次查询于{queried_at}，距{known_at}已超过{max_age_days}日，不得据以认定。",
    },
    "SOURCE_MISSING": {
        "en": "The list {list} was not queried by {known_at}.",
        "zh": "截至{known_at}，禁入名单{list}尚未查询。",
    },
    "LISTED_BUT_ENDED": {
        "en": "{body}: entry {key} of the list {list} ({in_force}) does not hold in the window.",
        "zh": "{body}列于禁入名单{list}（条目{key}，禁入期：{in_force}），但禁入期与所询期间并无重合。",
    },
    "LISTED_BUT_ENDED other things": {
        "en": "{body}: entry {key} of the list {list} ({in_force}) bars from other things.",
        "zh": "{body}列于禁入名单{list}（条目{key}，禁入期：{in_force}），但所禁事项与所询事项无关。",
    },
    "NOT_LISTED": {
        "en": "{asked} is not on the list {list} as queried at {queried_at}.",
        "zh": "据{queried_at}的查询结果，{asked}未列入禁入名单{list}。",
    },
}
WHEN_ADVISED: Mapping[str, Mapping[Language, str]] = {
    "goes on": {"en": "and still does", "zh": "且至今仍在提供"},
    "ended": {"en": "until {ended_on}; apart from {until} on", "zh": "至{ended_on}终止，自{until}起不再回避"},
}
ROLES: Mapping[Role, Mapping[Language, str]] = {
    Role.SUBJECT: {"en": "subject", "zh": "被评估对象"},
    Role.IMPLEMENTER: {"en": "implementer", "zh": "项目实施单位"},
    Role.COMMISSIONER: {"en": "commissioner", "zh": "委托方"},
    Role.PAYER: {"en": "payer", "zh": "付费方"},
    Role.BIDDER: {"en": "other bidder", "zh": "其他投标人"},
}
WHY: Mapping[Why, Mapping[Language, str]] = {
    Why.SAME_CODE: {"en": "the same credit code", "zh": "统一社会信用代码相同"},
    Why.CODE_ALMOST_SAME: {"en": "almost the same credit code", "zh": "统一社会信用代码仅个别字符不同"},
    Why.NAME: {"en": "a like name", "zh": "名称相同或相近"},
    Why.FORMER_NAME: {"en": "a like former name", "zh": "与曾用名相同或相近"},
    Why.JUDGED_THE_SAME: {"en": "a person judged it the same", "zh": "经人工认定为同一机构"},
}
GAPS: Mapping[GapKind, Mapping[Language, str]] = {
    GapKind.MISSING: {"en": "Not all owners of {body} are known.", "zh": "{body}的所有者信息不全。"},
    GapKind.STALE: {
        "en": "The owners of {body} were seen too long ago.",
        "zh": "{body}的所有者信息已逾时效。",
    },
    GapKind.OVER_WHOLE: {
        "en": "The shares in {body} add up to more than the whole.",
        "zh": "{body}的持股比例合计超过百分之百。",
    },
    GapKind.TOO_MANY: {
        "en": "More bodies stand above {body} than are looked at.",
        "zh": "{body}上层机构过多，未能逐一核查。",
    },
}
