"""The review rules of a pack as a document: what is reviewed, how it is rated or scored, and what follows.

Made from the lists and parameters that the checks themselves use, so the printed rules and the machine cannot part. An entry of
the list `review_rules_version` with a `title` is such a document: `annex` (where it is one), `items` (the list reviewed),
`notes` (its sentences; {key} stands for a parameter). Design: the layout is that of the 细则 such annexes have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from pipeline.law.pack import Pack
from pipeline.papers.forms.word import package
from pipeline.papers.forms.wordml import BIAO, FANG, GREY, HEI, KAI, Element, Face, cell, paragraph, row, run, table

_LIST = "review_rules_version"
_TEXT = Face(FANG, 28)
_SMALL, _HEAD = Face(FANG, 21), Face(HEI, 21)
_TINT = "F5F5F5"
_PHASES = {"material": "材料审查", "site": "实地核查", "both": "材料审查和实地核查"}
_REVIEWED, _SCORED = (900, 3600, 1000, 1900, 1784), (800, 2300, 800, 3284, 2000)
_NUMERALS = "零一二三四五六七八九十"


def rule_documents(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """Title and .docx of each of a pack's review rules that are to be printed; the same bytes for the same pack."""
    for entry in pack.lists.get(_LIST) or ():
        if entry.get("title"):
            yield str(entry["title"]), package(str(entry["title"]), str(pack.authority.get("name") or ""), _body(pack, entry))


def _body(pack: Pack, entry: Mapping[str, Any]) -> list[Element]:
    """Annex mark, title, version, the sentences as articles, and the table of what is reviewed."""
    items = list(pack.lists[str(entry["items"])])
    body = [paragraph(run(str(entry["annex"]), Face(HEI, 32)), after=200)] if entry.get("annex") else []
    body.append(paragraph(run(str(entry["title"]), Face(BIAO, 44)), align="center", before=200, line=700, outline=0))
    body.append(paragraph(run(str(entry["zh"]), Face(KAI, 24, GREY)), align="center", after=300))
    for number, note in enumerate(entry.get("notes") or (), 1):
        words = [run(f"第{_numeral(number)}条　", Face(HEI, 28)), run(_filled(pack, str(note)), _TEXT)]
        body.append(paragraph(*words, align="both", line=560, indent=200))
    body.append(paragraph(run("评分表" if "max" in items[0] else "评审要点", Face(HEI, 28)), before=300, after=120, keep=True))
    body.append(_scored(items) if "max" in items[0] else _reviewed(pack, items))
    return body


def _reviewed(pack: Pack, items: list[Mapping[str, Any]]) -> Element:
    rows = [
        (str(item["code"]), str(item["zh"]), "是" if item.get("key") else "否", _PHASES.get(str(item.get("phase")), ""), _short(pack, item.get("cite")))
        for item in items
    ]  # fmt: skip
    return table(_REVIEWED, _line(_REVIEWED, ("编号", "评审要点", "关键要点", "评审环节", "依据"), head=True), *(_line(_REVIEWED, each) for each in rows))


def _scored(items: list[Mapping[str, Any]]) -> Element:
    """Items by group, each group with its marks, and all marks below."""
    rows = [_line(_SCORED, ("编号", "考核项目", "满分", "评分办法", "查证材料"), head=True)]
    for _, members in groupby(items, key=lambda item: item.get("group")):
        group = list(members)
        marks = sum(item["max"] for item in group)
        rows.append(row(cell(sum(_SCORED), paragraph(run(f"{group[0]['group']}　{group[0]['group_zh']}（{marks}分）", _HEAD), keep=True), span=5, fill=_TINT)))
        rows += [_line(_SCORED, (str(i["code"]), str(i["zh"]), str(i["max"]), str(i.get("method") or "").replace("; ", "；"), str(i.get("proof") or ""))) for i in group]
    return table(_SCORED, *rows, _line(_SCORED, ("", "合计", str(sum(item["max"] for item in items)), "", "")))


def _line(widths: tuple[int, ...], texts: tuple[str, ...], head: bool = False) -> Element:
    """A row; number and mark (the first and the third column) stand in the middle."""
    cells = [
        cell(width, paragraph(run(text, _HEAD if head else _SMALL), align="center" if head or place in (0, 2) else "left"), fill=_TINT if head else "")
        for place, (width, text) in enumerate(zip(widths, texts, strict=True))
    ]  # fmt: skip
    return row(*cells, height=454, header=head)


def _short(pack: Pack, cite: Any) -> str:
    """The place in the instrument without its name, which the first article says."""
    return re.sub("^《[^》]+》", "", pack.cite_text(cite)) if cite else ""


def _filled(pack: Pack, note: str) -> str:
    """A sentence with {key} replaced by the parameter of that name; one nobody knows is said to be so."""

    def value(hole: re.Match[str]) -> str:
        known = pack.param(hole.group(1))
        return "（未定）" if known is None else str(known)

    return re.sub(r"\{([\w.]+)\}", value, note)


def _numeral(number: int) -> str:
    return _NUMERALS[number] if number <= 10 else "十" + _NUMERALS[number - 10]
