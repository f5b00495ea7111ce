"""What a person should look at in a dossier: not wrong by itself, and told whenever it is read. Kept nowhere."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from registry.errors import Violation
from registry.evaluators.dossier import Document, parts
from registry.regions import service as regions
from registry.regions.answers import Reason
from registry.regions.reference import read_reference
from registry.regions.region_errors import NoDivisions
from registry.regions.wording import reason_sentence


def region_doubts(session: Session, document: Document, on: date) -> Iterator[Violation]:
    """Of regions that the known divisions do not have on the day on which the dossier was handed in.

    No faults: what is imported may be incomplete. Of a system without divisions, and of days before what is known,
    nothing can be said.
    """
    for pointer, part in parts(document):
        if "region" not in part:
            continue
        try:
            found = regions.resolve(session, read_reference(part["region"]), on)
        except NoDivisions:
            continue
        if found.region is None and found.reason is not Reason.NOT_KNOWN_THEN:
            fix = "Ask the evaluator which region is meant, or import the divisions that have it."
            yield Violation("region-not-known", reason_sentence(found), fix, f"{pointer}/region", value=part["region"])
