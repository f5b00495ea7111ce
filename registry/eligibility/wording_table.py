"""What each code says, in Chinese and in English. A code never changes its meaning. Pure."""

from collections.abc import Mapping

MESSAGES: Mapping[str, tuple[str, str]] = {
    "NOT_ASKED": ("未就此提问。", "This was not asked."),
    "WAIVED": ("当地政策豁免本条。", "The policy of the place waives this rule."),
    "POLICY_DIFFERS": (
        "政策条文的结论（{result}）与程序所查不一致，须人工判断。",
        "The text of the policy says {result}, which the program's findings do not bear out; a person has to judge.",
    ),
    "ONE_ENTITY": ("确指一个法人：{names}。", "One legal entity: {names}."),
    "NAME_CHANGED": ("名称有变更：{names}；曾用名：{former}。", "The name has changed: {names}; formerly {former}."),
    "EXISTENCE_NOT_KNOWN": (
        "本登记系统没有该机构的登记，是否存续不详。",
        "The body is not registered here, and whether it exists is not known.",
    ),
    "EXISTS": ("整个期间存续。", "It exists throughout the window."),
    "NOT_FOUNDED_YET": ("{on}才成立。", "It is founded only on {on}."),
    "MERGED": ("自{from}起因合并终止，承继者：{successors}。", "Merged from {from} on; successor: {successors}."),
    "SPLIT": ("自{from}起因分立终止，承继者：{successors}。", "Split from {from} on; successors: {successors}."),
    "DISSOLVED": ("自{from}起解散。", "Dissolved from {from} on."),
    "IN_LIQUIDATION": ("自{from}起处于清算中。", "In liquidation from {from} on."),
    "SUCCESSOR_REVIEW_PENDING": (
        "承继{old}的资格尚未审定，其资格不得援用。",
        "It has taken over {old}, and nothing is decided yet about its rights.",
    ),
    "NO_SUCCESSION_PENDING": ("没有待审的承继。", "No succession waits for a decision."),
    "NO_RECORD": (
        "登记系统中没有相应的资格记录；这只说明本系统不知，不构成不合格。",
        "The register has no record of such a qualification; that says what it does not know, and is no failure.",
    ),
    "NO_ITEM_FITS": ("没有相符的资格范围项可查。", "There is no fitting scope item to look at."),
    "SCOPE_COVERED": ("一个资格范围项覆盖所问范围。", "One scope item covers what is asked for."),
    "SCOPE_UNKNOWN": (
        "无法判断{region}是否在资格范围内：行政区划信息不足。",
        "Whether {region} lies in the scope cannot be told: not enough is known of the divisions.",
    ),
    "SCOPE_DOMAIN": ("资格不含领域{asked}；最接近：{held}。", "The domain {asked} is not covered; nearest: {held}."),
    "SCOPE_REGION": ("资格不含地区{asked}；最接近：{held}。", "The region {asked} is not covered; nearest: {held}."),
    "SCOPE_TYPE": ("资格不含评估类型{asked}；最接近：{held}。", "The type {asked} is not covered; nearest: {held}."),
    "SCOPE_LEVEL": ("资格不含对象层级{asked}；最接近：{held}。", "The level {asked} is not covered; nearest: {held}."),
    "SCOPE_STANDARD_VERSION": ("资格不含标准版本{asked}。", "The version {asked} of the standard is not covered."),
    "VERSION_COVERED": ("资格覆盖所用标准版本。", "The version of the standard is covered."),
    "VERSION_IN_TRANSITION": (
        "资格覆盖前一版本；过渡期至{until}，期满前须扩项至{asked}。",
        "The version before is covered; the transition to {asked} ends on {until}.",
    ),
    "VALID": ("资格有效，最后有效日：{last}。", "The qualification is valid; its last day is {last}."),
    "NOT_YET_VALID": ("资格在{from}尚未生效。", "The qualification is not yet valid on {from}."),
    "EXPIRED": ("资格已于{last}到期。", "The qualification expired; its last day was {last}."),
    "VALIDITY_ENDS_IN_WINDOW": (
        "资格于{last}到期，早于期间结束。",
        "The qualification ends on {last}, before the window does.",
    ),
    "WITHDRAWN_PART": ("该范围自{from}起已被缩减。", "This scope was reduced away from {from} on."),
    "WITHDRAWN": ("资格已被撤销（{from}时）。", "The qualification is withdrawn on {from}."),
    "SURRENDERED": ("资格已注销（{from}时）。", "The qualification is surrendered on {from}."),
    "VOID": ("资格被宣告自始无效。", "The qualification was annulled from its beginning."),
    "NOT_PERMITTED": ("该状态下不得承担此项工作。", "The status does not permit this work."),
    "SUSPENDED": ("自{from}起暂停，未了结原因：{causes}。", "Suspended from {from} on; open causes: {causes}."),
    "SUSPENSION_REVIEW_OVERDUE": (
        "暂停的复查已逾期而未恢复，原因：{causes}；逾期不等于恢复。",
        "The review of the suspension is overdue and nothing was reinstated; open causes: {causes}.",
    ),
    "NOT_SUSPENDED": ("没有未了结的暂停。", "No suspension is open."),
    "OTHER_ITEM_SUSPENDED": (
        "所问范围未暂停；其他范围项处于暂停：{items}。",
        "What is asked for is not suspended; other scope items are: {items}.",
    ),
    "APPEAL_PENDING": (
        "有未决申诉（{filed_on}提出）；原决定在申诉期间继续有效。",
        "An appeal filed on {filed_on} is pending; the decision stays in force meanwhile.",
    ),
    "NO_APPEAL_PENDING": ("没有未决申诉。", "No appeal is pending."),
    "SURVEILLANCE_IN_TIME": (
        "监督评审按期，下次最迟{due_on}。",
        "Surveillance is in time; the next is due by {due_on}.",
    ),
    "SURVEILLANCE_FALLS_DUE": (
        "期间内须完成监督评审，最迟{due_on}。",
        "A surveillance falls due within the window, by {due_on}.",
    ),
    "SURVEILLANCE_OVERDUE": (
        "监督评审应于{due_on}前完成，已逾期{days}天（宽限{grace}天）。",
        "Surveillance was due by {due_on} and is {days} days late; {grace} days of grace are granted.",
    ),
    "KEY_STAFF_ENOUGH": (
        "主评估员至少{number}人，要求{least}人。",
        "At least {number} lead evaluators; {least} are required.",
    ),
    "KEY_STAFF_SHORT": (
        "自{from}起主评估员只有{number}人，要求{least}人。",
        "From {from} on there are {number} lead evaluators; {least} are required.",
    ),
    "KEY_STAFF_UNKNOWN": ("未提供主评估员信息。", "Nothing is known of its lead evaluators."),
    "SIGNATORIES_QUALIFIED": ("没有不合格人员签字的报告。", "No report is known to be signed by somebody unqualified."),
    "SIGNATORY_UNQUALIFIED": (
        "{on}的报告由不合格人员签字，该报告无效；机构资格不受影响。",
        "The report of {on} was signed by somebody unqualified and is invalid; the right itself is not touched.",
    ),
    "SIGNATORY_UNKNOWN": (
        "{on}的报告由何人签字、其是否合格不详。",
        "Whether whoever signed the report of {on} was qualified is not known.",
    ),
    "NO_REPORT_SUSPENDED": ("没有暂停期间出具的报告。", "No report was issued while suspended."),
    "REPORT_DURING_SUSPENSION": (
        "{on}的报告在暂停期间出具，永久无效，恢复资格亦不能补救。",
        "The report of {on} was issued while suspended and is invalid for good; no reinstatement cures it.",
    ),
    "CAPACITY": (
        "同时承担{number}项任务，上限{most}项。",
        "There would be {number} engagements at once; the limit is {most}.",
    ),
    "CAPACITY_LEFT": (
        "同时任务{number}项，未超过上限{most}项。",
        "There would be {number} engagements at once, within the limit of {most}.",
    ),
    "ACCREDITATIONS_IN_FORCE": ("所依赖的认可在期间内有效。", "The accreditations are in force throughout the window."),
    "ACCREDITOR_SUSPENDED": (
        "{issuer}颁发的{number}自{from}起被暂停。",
        "{number} of {issuer} is suspended from {from} on.",
    ),
    "ACCREDITATION_NOT_IN_FORCE": (
        "{issuer}颁发的{number}自{from}起不在有效状态（{state}）。",
        "{number} of {issuer} is not in force from {from} on: {state}.",
    ),
    "NO_LIST_IN_USE": ("没有可供查询的禁入名单。", "There is no exclusion list to look at."),
    "CONTROLLERS_NOT_LISTED": ("控制人未被禁入。", "No controller is barred."),
    "CONTROLLERS_UNKNOWN": (
        "控制人不明，无法排除其被禁入：{bodies}。",
        "Who controls it is not known, so a bar of theirs cannot be ruled out: {bodies}.",
    ),
    "CONTROLLERS_NOT_LOOKED_UP": (
        "名单未及时查询，无法排除控制人被禁入。",
        "The lists were not queried in time, so a bar of who controls it cannot be ruled out.",
    ),
    "NO_SIGN_OF_SUCCESSION": ("没有接续被禁入机构的迹象。", "Nothing suggests that it is a barred body anew."),
    "POSSIBLE_SUCCESSOR_OF_EXCLUDED": (
        "疑似{old}（{ending}）的接续者，迹象：{signs}；须由人判断。",
        "It may be {old} ({ending}) anew: {signs}. A person decides.",
    ),
    "SUCCESSOR_OF_EXCLUDED": (
        "经人工认定为{old}（{ending}）的接续者。",
        "A person has judged it to be {old} ({ending}) anew.",
    ),
    "JUDGED_NO_SUCCESSOR": ("经人工认定不是{old}的接续者。", "A person has judged it not to be {old} anew."),
    "TOO_FEW_BACKCHECKS": (
        "抽查{visits}次，少于{least}次，尚不能评定可信度；首次任务应增加抽查。",
        "{visits} spot checks, fewer than {least}: too few to hold a score against; the first engagement needs more.",
    ),
    "RELIABILITY_ENOUGH": (
        "可信度下界{low}，不低于下限{floor}（抽查{visits}次）。",
        "The lower bound of the score is {low}, not below the floor of {floor} ({visits} spot checks).",
    ),
    "RELIABILITY_BELOW_FLOOR": (
        "可信度下界{low}，低于下限{floor}（抽查{visits}次）。",
        "The lower bound of the score is {low}, below the floor of {floor} ({visits} spot checks).",
    ),
}

REMEDIES: Mapping[str, tuple[str, str]] = {
    "SHOW_LICENCE": (
        "请该机构出示营业执照或法人登记证书。",
        "Ask the body to show its licence or certificate of registration.",
    ),
    "SHOW_QUALIFICATION": (
        "请该机构提交资格证明，或申请登记。",
        "Ask the evaluator to show its qualification, or to apply to the register.",
    ),
    "IMPORT_DIVISIONS": ("导入该时期的行政区划。", "Import the divisions of that time."),
    "EXTENSION": ("申请扩大资格范围。", "Apply for an extension of the scope."),
    "WAIT_FOR_BEGINNING": ("待其生效后再委托。", "Begin the work after that day."),
    "NEW_APPLICATION": ("重新申请资格。", "A new application is needed."),
    "RENEWAL_BEFORE": ("在{by}之前决定续期。", "Have a renewal decided before {by}."),
    "REINSTATEMENT": ("了结全部暂停原因并经验证后恢复。", "Close every cause, and have the reinstatement verified."),
    "SURVEILLANCE": ("在{by}之前完成监督评审。", "Complete the surveillance before {by}."),
    "TELL_STAFF": ("请该机构补报主评估员。", "Ask the evaluator to tell its lead evaluators."),
    "REPLACE_STAFF": ("在{by}之前补足主评估员。", "Replace the missing lead evaluators by {by}."),
    "SIGN_ANEW": ("由合格人员重新核实并签字。", "Have it verified and signed anew by somebody qualified."),
    "REPORT_ANEW": ("由有资格的机构重新评估并出具报告。", "Have the assessment done anew by a qualified evaluator."),
    "END_ENGAGEMENTS": ("待在办任务完成后再委托。", "Wait until an engagement has ended."),
    "RENEW_ACCREDITATION": ("请颁发机构恢复或更新该认可。", "Have the issuer restore or renew it."),
    "WAIT_FOR_END_OF_BAR": ("在禁入结束（{by}）之前不得委托。", "Nothing is awarded before the bar ends ({by})."),
    "JUDGE_NAME": ("由人核对名单条目是否指该机构。", "Have a person judge whether the entry means this body."),
    "QUERY_LIST": ("重新查询该名单。", "Query the list anew."),
    "RECORD_LISTS": ("登记应查询的禁入名单。", "Record the exclusion lists that have to be looked at."),
    "TELL_OWNERS": ("请该机构补报最新股权信息。", "Ask the evaluator for newer facts about its owners."),
    "JUDGE_SUCCESSION": ("由人判断是否为接续者。", "Have a person judge whether it is the same body."),
    "DECIDE_SUCCESSION": ("审定承继的资格。", "Decide upon the rights that it took over."),
    "ASK_SUCCESSOR": ("向承继者提问。", "Ask about the successor."),
    "ANOTHER_EVALUATOR": ("另选评估机构。", "Choose another evaluator."),
    "WAIT_FOR_COOLING_OFF": ("在{by}之后再委托。", "Award nothing before {by}."),
    "WAIT_FOR_SEPARATION": ("隔离期满（{by}）后再委托。", "Award nothing before the separation ends ({by})."),
    "DISCLOSE_INTEREST": (
        "书面披露该利益并由委托方决定。",
        "Have the interest disclosed in writing; the commissioner decides.",
    ),
    "DECLARE_ADVICE": ("请该机构申报咨询业务。", "Ask the evaluator to declare its advisory work."),
    "RECORD_ENGAGEMENTS": ("补录以往的评估任务。", "Record the earlier engagements."),
    "ANOTHER_COMMISSIONER": ("由非评估对象的单位委托。", "Let somebody commission who is not scored."),
    "ANOTHER_PAYER": ("由非评估对象的单位付款。", "Let somebody pay who is not scored."),
    "NAME_PARTIES": ("写明委托方和付款方。", "Name the commissioner and the payer."),
    "MORE_SPOT_CHECKS": ("在首次任务中增加飞行抽查。", "Plan more unannounced spot checks on the next engagement."),
}
