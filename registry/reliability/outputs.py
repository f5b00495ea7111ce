"""The files that a comparison leaves in a folder, by name and content."""

from typing import Any

import pandas as pd

from registry.languages import Language, translator
from registry.reliability.chart import chart_spec, render_chart
from registry.reliability.inputs import PAIRS, RESULT
from registry.reliability.submission import Products
from registry.reliability.workbook import working_paper

UNPAIRED = "unpaired.csv"
FOLDER = (RESULT, PAIRS, UNPAIRED, "working-paper.xlsx", "chart.svg", "chart.png")


def folder_files(
    document: dict[str, Any], pairs: pd.DataFrame, products: Products, language: Language
) -> dict[str, bytes]:
    """Every file of FOLDER, in that order."""
    return {
        RESULT: products.result,
        PAIRS: products.pairs,
        UNPAIRED: products.unpaired,
        "working-paper.xlsx": working_paper_file(document, pairs, language),
        "chart.svg": chart_file(document, "chart.svg", language),
        "chart.png": chart_file(document, "chart.png", language),
    }


def working_paper_file(document: dict[str, Any], pairs: pd.DataFrame, language: Language) -> bytes:
    return working_paper(document, pairs, translator(language))


def chart_file(document: dict[str, Any], name: str, language: Language) -> bytes:
    """PNG or SVG, by the suffix of the name."""
    return render_chart(chart_spec(document, translator(language)), "png" if name.lower().endswith(".png") else "svg")
