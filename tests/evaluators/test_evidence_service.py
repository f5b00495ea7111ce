"""Evidence files: what is taken, what is given back, and whose it is."""

import pytest
from dossier_samples import NOW, PDF, make_evaluator
from people import acting, make_person
from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import OPERATOR, HeldRole, Role
from registry.canonical import sha256_hex
from registry.evaluators import evidence_service
from registry.evaluators.dossier_errors import EvidenceNotFound, EvidenceRejected
from registry.evaluators.evidence_service import evidence_type, hand_in, list_files, read_file


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("A.PDF", PDF, "application/pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ],
)
def test_the_content_tells_the_type(name: str, content: bytes, media_type: str) -> None:
    assert evidence_type(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "empty-file"),
        ("a.pdf", b"MZ\x90\x00", "unknown-type"),
        ("a.html", b"<html><script>", "unknown-type"),
        ("a.svg", b"<svg onload=alert(1)>", "unknown-type"),
        ("a.png", PDF, "not-what-its-suffix-says"),
        ("pdf", PDF, "not-what-its-suffix-says"),
    ],
)
def test_what_is_not_taken_is_named(name: str, content: bytes, code: str) -> None:
    with pytest.raises(EvidenceRejected) as refused:
        evidence_type(name, content)

    assert [each.code for each in refused.value.violations] == [code]


def test_a_file_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_service, "MOST_BYTES", len(PDF))
    assert evidence_type("a.pdf", PDF)

    with pytest.raises(EvidenceRejected, match=f"the limit is {len(PDF)}"):
        evidence_type("a.pdf", PDF + b" ")


def test_a_file_comes_back_byte_for_byte_and_once(session: Session) -> None:
    evaluator = make_evaluator(session)

    first = hand_in(session, OPERATOR, evaluator, "folder/licence.pdf", PDF, NOW)
    hand_in(session, OPERATOR, evaluator, "other.pdf", PDF, NOW)

    assert (first.file.name, first.file.sha256) == ("licence.pdf", sha256_hex(PDF))
    assert [each.file.name for each in list_files(session, OPERATOR, evaluator, NOW)] == ["licence.pdf"]
    assert read_file(session, OPERATOR, evaluator, sha256_hex(PDF), NOW)[1] == PDF


def test_a_file_of_another_evaluator_is_as_one_that_does_not_exist(session: Session) -> None:
    mine, others = make_evaluator(session, 0), make_evaluator(session, 1)
    hand_in(session, OPERATOR, others, "licence.pdf", PDF, NOW)
    actor = acting(session, make_person(session, HeldRole(Role.EVALUATOR, mine.code), now=NOW), NOW)

    with pytest.raises(EvidenceNotFound):
        read_file(session, actor, mine, sha256_hex(PDF), NOW)
    with pytest.raises(NotAllowed):
        read_file(session, actor, others, sha256_hex(PDF), NOW)
    with pytest.raises(NotAllowed):
        hand_in(session, actor, others, "licence.pdf", PDF, NOW)
