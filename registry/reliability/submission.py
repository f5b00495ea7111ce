"""What a comparison is made from, as it was handed in: three contents and the options. It can be run again any time."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from registry.canonical import digest, sha256_hex
from registry.errors import Invalid
from registry.reliability.method import Method

OnError = Literal["refuse", "report"]
Role = Literal["reports", "spot_checks", "criteria"]
ROLES: tuple[Role, ...] = ("reports", "spot_checks", "criteria")

CSV, JSON = "text/csv", "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
PARQUET = "application/vnd.apache.parquet"
_MEDIA_TYPES = {
    ".csv": CSV,
    ".txt": CSV,
    ".json": JSON,
    ".xlsx": XLSX,
    ".xls": XLS,
    ".parquet": PARQUET,
    ".pq": PARQUET,
}


class UnknownZone(Invalid):
    code = "unknown-zone"
    title = "There is no such time zone"


def media_type_of(name: str) -> str:
    """By the suffix; text/csv for all that is not known."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return _MEDIA_TYPES.get(suffix, CSV)


def require_zone(zone: str) -> None:
    """Raises UnknownZone for what is no IANA name."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(f"{zone[:80]!r} is no time zone. Use an IANA name, for example Asia/Shanghai.") from error


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of findings, or of criteria, byte for byte. JSON findings are an array of objects."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = CSV

    @property
    def sha256(self) -> str:
        return sha256_hex(self.content)


@dataclass(frozen=True, slots=True)
class Options:
    """How the files are read and compared. columns: heading to column or the reverse, see `rename_columns`.

    sheets: by side, the sheet of a workbook in which more than one holds data.
    """

    lag_days: int | None = None
    zone: str = "Asia/Shanghai"
    encoding: str | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    on_error: OnError = "refuse"
    sheets: dict[str, str] = field(default_factory=dict)

    def method(self) -> Method:
        return Method(lag_days=self.lag_days, zone=self.zone)


@dataclass(frozen=True, slots=True)
class Submission:
    reports: SourceFile
    spot_checks: SourceFile
    criteria: SourceFile
    options: Options

    def files(self) -> dict[str, SourceFile]:
        return {"reports": self.reports, "spot_checks": self.spot_checks, "criteria": self.criteria}

    def description(self) -> dict[str, Any]:
        """All but the contents, which are named by their digests: enough to find and run it again."""
        files = {
            role: {"name": each.name, "media_type": each.media_type, "sha256": each.sha256}
            for role, each in self.files().items()
        }
        return {"files": files, "options": asdict(self.options)}

    def sha256(self) -> str:
        """Equal for equal contents, names and options."""
        return digest(self.description())


def submission_of(description: dict[str, Any], contents: dict[str, bytes]) -> Submission:
    """The inverse of `description`; contents by role."""
    files = {
        role: SourceFile(each["name"], contents[role], each["media_type"])
        for role, each in description["files"].items()
    }
    return Submission(**files, options=Options(**description["options"]))


@dataclass(frozen=True, slots=True)
class Products:
    """What a comparison leaves behind, as files."""

    result: bytes
    pairs: bytes
    unpaired: bytes
