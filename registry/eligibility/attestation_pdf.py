"""The printed form of an attestation, with what was signed and the decision inside. Pure."""

from registry.canonical import canonical_json
from registry.eligibility.attestation_keys import MEDIA_TYPE, signed_content
from registry.eligibility.attestation_models import Attestation
from registry.eligibility.attestation_sheet import sheet
from registry.eligibility.credential import Addresses, AttestedCheck
from registry.pdf_sheets import Carried, make_pdf


def attestation_pdf(row: Attestation, check: AttestedCheck) -> bytes:
    """The same bytes every time it is made."""
    header, credential = signed_content(row.jws)
    values = sheet(credential, check.decision, row.kid, Addresses(header["iss"]))
    content = canonical_json(check.content).decode()
    carried = (
        Carried("attestation.jwt", f"application/{MEDIA_TYPE}", "The signed attestation", row.jws),
        Carried("decision.json", "application/json", "The decision that is attested", content),
    )
    return make_pdf("attestation.typ", values, carried, row.issued_at)
