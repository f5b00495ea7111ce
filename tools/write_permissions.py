"""Writes the table of permissions into docs/accounts.md. Run it after a change of registry/accounts/permissions.py."""

from pathlib import Path

from registry.accounts.permissions import TABLE, Anybody, Role

PATH = Path(__file__).parent.parent / "docs" / "accounts.md"
BEGIN = "<!-- permissions: written by tools/write_permissions.py -->\n"
END = "<!-- end of permissions -->"


def permission_table() -> str:
    columns = [*Anybody, *Role]
    lines = [f"| Permission | {' | '.join(columns)} |", "|---|" + ":-:|" * len(columns)]
    for permission, grantees in TABLE.items():
        cells = ("x" if each in grantees else "" for each in columns)
        lines.append(f"| `{permission}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + permission_table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PATH.write_text(with_table(PATH.read_text(encoding="utf-8")), encoding="utf-8")
