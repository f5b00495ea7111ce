"""What the printed form of an attestation says, in Chinese and English. Pure."""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import segno

from registry.eligibility.credential import Addresses
from registry.validity import ZONE

Words = Mapping[str, str]
VERDICTS = {
    "eligible": {"zh": "符合条件", "en": "Eligible"},
    "conditional": {"zh": "有条件符合，须由人员复核", "en": "Conditional: a person has to look"},
    "ineligible": {"zh": "不符合条件", "en": "Ineligible"},
    "indeterminate": {"zh": "无法判定", "en": "Cannot be determined"},
}
_OUTCOMES = {
    "fail": {"zh": "不符合", "en": "fail"},
    "review": {"zh": "须复核", "en": "review"},
    "unknown": {"zh": "不明", "en": "unknown"},
    "not_applicable": {"zh": "不适用", "en": "not applicable"},
}
_FIXED: dict[str, Words] = {
    "title": {"zh": "评估机构资格核验证明", "en": "Attestation of eligibility"},
    "verdict_note": {
        "zh": "本结论仅就下列事项、期间及所知时点作出。",
        "en": "This holds only for the work, the days and the time of knowledge below.",
    },
    "qr_note": {"zh": "扫码查询现状", "en": "Scan to see its present state"},
    "scope_title": {"zh": "所问事项", "en": "Work that was asked about"},
    "reasons_title": {"zh": "未通过的规则", "en": "Rules that are no pass"},
    "no_reasons": {"zh": "全部规则均已通过。", "en": "Every rule is a pass."},
    "check_title": {"zh": "核验", "en": "Verification"},
    "note": {
        "zh": "具有效力的是本文件所附的签名（attestation.jwt），而非版面文字。"
        "资格其后可能被暂停或撤销，使用前请查询现状。",
        "en": "What counts is the signed text that this file carries (attestation.jwt), not the printed words. The "
        "right may have been suspended or withdrawn since: look up the present state before relying on it.",
    },
}


def sheet(credential: Mapping[str, Any], decision: Mapping[str, Any], kid: str, addresses: Addresses) -> dict[str, Any]:
    """The values of templates/attestation.typ. decision: of the evaluator, with every rule."""
    subject = credential["credentialSubject"]
    verify = addresses.verify(UUID(credential["id"].rpartition("/")[2]))
    return {
        **_FIXED,
        "id": credential["id"],
        "issuer": addresses.issuer,
        "verdict": {"code": subject["verdict"], **VERDICTS[subject["verdict"]]},
        "qr": _qr(verify),
        "qr_alt": f"二维码 QR code: {verify}",
        "rows": [*_about(credential), *_asked(subject["request"])],
        "scope": [_tuple(number, each) for number, each in enumerate(subject["request"]["scope"], start=1)],
        "reasons": [_reason(each) for each in decision["rules"] if each["outcome"] not in {"pass", "not_applicable"}],
        "checks": [
            _row("结论摘要值", "Digest of the decision (SHA-256)", [subject["resultSha256"]]),
            _row("政策", "Policy", [_policy(subject["policy"]), subject["policy"]["sha256"]]),
            _row("签名密钥", "Signing key", [kid]),
            _row("查询地址", "Look it up at", [verify]),
        ],
    }


def _about(credential: Mapping[str, Any]) -> list[dict[str, Any]]:
    subject = credential["credentialSubject"]
    code = [subject["creditCode"]] if "creditCode" in subject else []
    return [
        _row("评估机构", "Evaluator", [*subject["names"], subject["evaluator"]]),
        _row("统一社会信用代码", "Unified social credit code", code or ["—"]),
        _row("据以判定的所知时点", "As known at", [_local(subject["knownAt"])]),
        _row(
            "证明有效期",
            "Attestation counts",
            [f"{_local(credential['validFrom'])} – {_local(credential['validUntil'])}"],
        ),
        _row("签发方", "Issued by", [credential["issuer"]]),
    ]


def _asked(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    window = request["window"]
    named = (
        ("被评估对象", "Subjects", request.get("subjects", [])),
        ("委托方", "Commissioner", [request["commissioner"]] if "commissioner" in request else []),
        ("付款方", "Payer", [request["payer"]] if "payer" in request else []),
    )
    until = f"{window['from']} – {window['to']}"
    return [
        _row("工作期间（不含末日）", "Window, without its last day", [until]),
        *(_row(zh, en, lines) for zh, en, lines in named if lines),
    ]


def _row(zh: str, en: str, lines: Iterable[str]) -> dict[str, Any]:
    return {"zh": zh, "en": en, "lines": list(lines)}


def _tuple(number: int, asked: Mapping[str, str]) -> str:
    return f"{number}. {asked['domain']} · {asked['region']} · {asked['type']} · {asked['level']} · {asked['standard']}"


def _policy(policy: Mapping[str, Any]) -> str:
    return " + ".join([f"{policy['id']}@{policy['version']}", *policy["localizations"]])


def _reason(rule: Mapping[str, Any]) -> dict[str, Any]:
    about = f" · {rule['about']}" if "about" in rule else ""
    return {
        "rule": f"{rule['rule_id']} · {rule['reason_code']}{about}",
        "outcome": _OUTCOMES[rule["outcome"]],
        "zh": rule["message"]["zh"],
        "en": rule["message"]["en"],
        "grounds": [
            " ".join([each["document"].get("zh", ""), each.get("clause", "")]).strip() for each in rule["basis"]
        ],
    }


def _local(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(ZONE):%Y-%m-%d %H:%M} (UTC+8)"


def _qr(address: str) -> str:
    """As SVG with a quiet zone."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=4, border=4, light="white", xmldecl=False)
    return out.getvalue().decode()
