"""Every Word form keeps the element order of ISO/IEC 29500-1 and what Word asks of content controls ([MS-DOCX])."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from papers_forms.stand_in import APPLICATION, DECISION, IDENTITY, PACK, VALUES
from pipeline.law.pack import load_packs
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx, fill_docx
from pipeline.papers.forms.wordml import NS

ROOT = Path(__file__).parents[2]
W, W14, W15, MC = (f"{{{NS[prefix]}}}" for prefix in ("w", "w14", "w15", "mc"))
PARTS = ("document", "styles", "settings", "numbering", "fontTable", "footer1")
ORDER = {
    "p": "pPr *", "r": "rPr *", "tbl": "tblPr tblGrid *", "tr": "trPr *", "tc": "tcPr *", "sdt": "sdtPr sdtContent",
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing ind jc textDirection outlineLvl rPr",
    "rPr": "rStyle rFonts b i vanish color spacing w kern position sz szCs highlight u lang",
    "numPr": "ilvl numId",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tblBorders": "top left bottom right insideH insideV", "tblCellMar": "top left bottom right", "tcBorders": "top left bottom right",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection vAlign",
    "trPr": "cantSplit trHeight tblHeader",
    "sdtPr": "rPr alias tag id lock placeholder temporary showingPlcHdr dataBinding text date dropDownList checkbox repeatingSection repeatingSectionItem",
    "date": "dateFormat lid storeMappedDataAs calendar", "checkbox": "checked checkedState uncheckedState",
    "sectPr": "headerReference footerReference pgSz pgMar cols docGrid",
    "inline": "extent effectExtent docPr cNvGraphicFramePr graphic", "wsp": "cNvSpPr spPr txbx bodyPr",
    "abstractNum": "multiLevelType lvl", "num": "abstractNumId", "lvl": "start numFmt suff lvlText lvlJc pPr rPr",
    "style": "name basedOn uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr", "docDefaults": "rPrDefault pPrDefault",
    "font": "altName charset family",
    "settings": "zoom defaultTabStop characterSpacingControl updateFields compat themeFontLang decimalSymbol listSeparator",
}  # fmt: skip
REAL = {
    f"{jurisdiction}-{spec.code}": (pack, spec, FormIdentity(form=spec.code, version=spec.version, jurisdiction=jurisdiction))
    for jurisdiction, pack in load_packs(ROOT / "schemas").items()
    for spec in pack.forms.values()
}
MADE = {
    "prefilled": lambda: build_docx(PACK, APPLICATION, IDENTITY, VALUES, locked=("center_name", "tasks")),
    "filled by hand": lambda: fill_docx(build_docx(PACK, APPLICATION, IDENTITY, rows={"members": 1}), VALUES),
    "short": lambda: build_docx(PACK, DECISION, IDENTITY),
}
CASES = [*REAL, *MADE]


@cache
def parts(case: str) -> dict[str, Any]:
    form = MADE[case]() if case in MADE else build_docx(*REAL[case])
    with zipfile.ZipFile(io.BytesIO(form)) as archive:
        return {part: etree.fromstring(archive.read(f"word/{part}.xml")) for part in PARTS}


def named(element: Any) -> str:
    return str(etree.QName(element).localname)


def misplaced(root: Any) -> list[str]:
    """Parents whose children do not stand in the schema's order, or hold one the schema does not know there."""
    found = []
    for parent in root.iter(etree.Element):
        known = ORDER.get(named(parent), "*").split()
        children = [named(child) if named(child) in known else "*" for child in parent]
        if not set(children) <= set(known) or children != sorted(children, key=known.index):
            found.append(f"{named(parent)}: {' '.join(named(child) for child in parent)}"[:300])
    return found


@pytest.mark.parametrize("case", CASES)
def test_children_stand_in_the_order_of_the_schema(case: str) -> None:
    assert {part: misplaced(root) for part, root in parts(case).items()} == dict.fromkeys(PARTS, [])


def test_a_wrong_order_is_found() -> None:
    root = etree.fromstring(etree.tostring(parts("prefilled")["document"]))
    first = next(root.iter(f"{W}sdtPr"))
    first.append(first[0])
    assert misplaced(root)


@pytest.mark.parametrize("case", CASES)
def test_later_namespaces_are_declared_and_may_be_ignored(case: str) -> None:
    for root in parts(case).values():
        ignorable = str(root.get(f"{MC}Ignorable")).split()
        assert ignorable == ["w14", "w15"]
        assert set(ignorable) <= set(root.nsmap)


@pytest.mark.parametrize("case", CASES)
def test_ids_are_unique_and_names_are_as_short_as_word_allows(case: str) -> None:
    root = parts(case)["document"]
    ids = Counter(root.xpath("//w:sdtPr/w:id/@w:val", namespaces=NS))
    assert max(ids.values()) == 1
    assert all(0 < int(number) < 1 << 31 for number in ids)
    assert len(ids) == len(list(root.iter(f"{W}sdt")))
    assert max(len(text) for text in root.xpath("//w:sdtPr/w:tag/@w:val | //w:sdtPr/w:alias/@w:val", namespaces=NS)) <= 64


@pytest.mark.parametrize("case", CASES)
def test_controls_have_what_word_needs(case: str) -> None:
    root = parts(case)["document"]
    for date in root.iter(f"{W}date"):
        assert [child.get(f"{W}val") for child in date] == ["yyyy年M月d日", "zh-CN", "dateTime", "gregorian"]
    for state in root.iter(f"{W14}checkedState", f"{W14}uncheckedState"):
        assert state.get(f"{W14}font") == "Segoe UI Symbol"
    for section in root.iter(f"{W15}repeatingSection"):
        items = section.getparent().getnext()
        assert len(items) > 0
        assert all(item.find(f"{W}sdtPr/{W15}repeatingSectionItem") is not None for item in items)
    for item in root.iter(f"{W15}repeatingSectionItem"):
        assert [named(child) for child in item.getparent().getnext()] == ["tr"]


@pytest.mark.parametrize("case", CASES)
def test_a_list_offers_each_option_once_and_remembers_the_one_shown(case: str) -> None:
    for choice in parts(case)["document"].iter(f"{W}dropDownList"):
        codes = [item.get(f"{W}value") for item in choice]
        words = [item.get(f"{W}displayText") for item in choice]
        assert max((*Counter(codes).values(), *Counter(words).values())) == 1
        properties = choice.getparent()
        shown = "".join(properties.getnext().itertext(f"{W}t"))
        blank = properties.find(f"{W}showingPlcHdr") is not None
        assert choice.get(f"{W}lastValue") == (None if blank else codes[words.index(shown)])


@pytest.mark.parametrize("case", CASES)
def test_the_corner_for_the_received_stamp_stays_free(case: str) -> None:
    """58 × 20 mm, 8 mm under the edge: three millimetres of it reach below the margin of 25 mm (170 twips)."""
    root = parts(case)["document"]
    first = root.find(f"{W}body")[0]
    assert named(first) == "p"
    assert not "".join(first.itertext())
    spacing = first.find(f"{W}pPr/{W}spacing")
    assert spacing.get(f"{W}lineRule") == "exact"
    margin = int(root.find(f"{W}body/{W}sectPr/{W}pgMar").get(f"{W}top"))
    assert margin + int(spacing.get(f"{W}line")) > 28 / 25.4 * 1440
