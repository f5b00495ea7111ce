"""What crosses HTTP about attestations. Tokens are compact JWS (RFC 7515)."""

from datetime import datetime
from typing import Any

from registry.eligibility.attestation_service import Shown
from registry.json_models import Out


class AttestedItemOut(Out):
    """worth: good, suspended or revoked, by the state that the scope item is in now."""

    item: str
    state: str
    worth: str


class AttestationOut(Out):
    """worth: what the attestation is worth at `at`: good, expired, suspended, revoked or key_compromised.

    jws: what was signed, which is what counts. credential: the same, readable. sha256: of jws.
    """

    id: str
    worth: str
    at: datetime
    items: list[AttestedItemOut]
    issued_at: datetime
    kid: str
    sha256: str
    jws: str
    credential: dict[str, Any]
    links: dict[str, str]


def attestation_out(shown: Shown) -> AttestationOut:
    row = shown.row
    own = f"/api/v1/attestations/{row.id}"
    return AttestationOut(
        id=str(row.id),
        worth=str(shown.worth),
        at=shown.at,
        items=[
            AttestedItemOut(item=each.item_id, state=str(each.state), worth=str(each.worth)) for each in shown.items
        ],
        issued_at=row.issued_at,
        kid=row.kid,
        sha256=row.sha256,
        jws=row.jws,
        credential=dict(shown.credential),
        links={"self": own, "jws": f"{own}/jws", "pdf": f"{own}/pdf", "page": f"/verify?id={row.id}"},
    )
