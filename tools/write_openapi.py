"""Writes docs/openapi.json, the contract of the API. Run it after a change of a route: python tools/write_openapi.py"""

import json
from pathlib import Path

from registry.app import create_app
from registry.config import Settings

PATH = Path(__file__).parent.parent / "docs" / "openapi.json"


def openapi_text() -> str:
    document = create_app(Settings()).openapi()
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    PATH.write_text(openapi_text(), encoding="utf-8")
