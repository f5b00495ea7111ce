"""Why a reference means no region on a day, in words. Pure."""

from registry.regions.answers import Reason, Region, Resolution

_ENDED = {
    Reason.MERGED: "was merged",
    Reason.SPLIT: "was split",
    Reason.ABOLISHED: "was abolished",
}


def reason_sentence(asked: Resolution) -> str:
    """Empty where the reference means a region."""
    if asked.reason is None:
        return ""
    name, written = str(asked.reference), asked.reference.dated or asked.on
    listed = ", ".join(_named(each) for each in asked.related)
    if asked.reason in _ENDED:
        in_its_place = f" In its place on {asked.on}: {listed}." if listed else ""
        return f"{name} {_ENDED[asked.reason]} on {asked.changed_on}.{in_its_place}"
    sentences = {
        Reason.UNKNOWN_CODE: f"The code system {asked.reference.system} has no code {asked.reference.code}.",
        Reason.OTHER_SYSTEM: f"{name} is of another code system; nothing is known across systems.",
        Reason.NOT_KNOWN_THEN: (
            f"How things stood on {min(written, asked.on)} is not known for {name}. Import the changes since then: "
            "registry regions import --changes FILE --complete-from DATE"
        ),
        Reason.NOT_VALID_THEN: f"{name} was no region on {written}. Its days: {_days(asked)}.",
        Reason.NOT_YET: f"{name} came to be on {asked.changed_on}. It came from: {listed or 'nothing before'}.",
        Reason.NOT_CONNECTED: (
            f"No recorded change says what became of {name} by {asked.on}; two editions differ."
            + (f" With the code: {listed}." if listed else "")
        ),
    }
    return sentences[asked.reason]


def _named(region: Region) -> str:
    return f"{region.reference} {region.name}"


def _days(asked: Resolution) -> str:
    return ", ".join(f"{each.name} {each.valid_from or '…'} to {each.valid_to or '…'}" for each in asked.related)
