"""What issued documents say, whatever road led to them: Chinese throughout, no code of the program, no sentence left open."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from lives import Snapshot
from lxml import etree

from pipeline.cases.case import Paper
from pipeline.cases.timeline import timeline
from pipeline.desk.filling import printed_context
from pipeline.desk.picture import names_of
from pipeline.papers.render import Template
from pipeline.papers.templates.build import build_template

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES_OF_THINGS = re.compile(
    r"hongtou(-draw-1| draw verify)|SHA-256|JSON|[0-9a-f]{32}|[A-Z]{2}(-[A-Z]+)+-\d{4}-\d+|[0-9A-Z]{18}|[A-Z]{2,}\d{9}|\w+\.pdf|CMA|CNAS|(?<![A-Za-z])[A-Z]\d{1,2}(?![A-Za-z])"
)
"""Numbers of cases and documents, codes of units, files, items of a rubric, and what only has an English name."""
ENGLISH = re.compile(r"[A-Za-z_]{2,}")
DOUBLED = re.compile("[。，；：、]{2}|（）|《》|“”|[，、]$")
OPEN_END = re.compile("[^。：；！？”’）)》]$")


@cache
def template(name: str) -> Template:
    """The template, loaded once."""
    return Template.load(build_template(name, "测试市场监督管理局"), name)


def papers_of(snapshots: Iterable[Snapshot]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every document drafted on the roads that says something of its own, with its context."""
    seen = set()
    for snapshot in snapshots:
        case, pack = snapshot.bench().case, snapshot.pack
        for paper in case.papers.values() if case is not None else ():
            key = (paper.code, paper.context["doc"]["kind"], *_said(paper))
            if key not in seen:
                seen.add(key)
                yield str(pack.documents[paper.code]["template"]), printed_context(pack, paper)


def _said(paper: Paper) -> Iterator[str]:
    act = paper.context.get("act", {})
    return (str(act.get(name, "")) for name in ("form", "decision", "outcome", "result", "conclusion", "round", "matter", "purpose"))


def lines_of(name: str, told: dict[str, Any]) -> list[tuple[str, str]]:
    """Style and text of every paragraph, as printed."""
    tree = etree.fromstring(_document(template(name).render(told)))
    return [(p.find(f"{W}pPr/{W}pStyle").get(W + "val"), "".join(t.text or "" for t in p.iter(W + "t")).strip()) for p in tree.iter(W + "p")]


def _document(docx: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return package.read("word/document.xml")


def open_or_foreign(snapshots: Iterable[Snapshot]) -> list[str]:
    """The lines, with their template, that have a code or an English word, a doubled mark or no end mark."""
    wrong = []
    for code, told in papers_of(snapshots):
        for style, text in lines_of(code, told):
            bare = NAMES_OF_THINGS.sub("", text)
            if ENGLISH.search(bare) or DOUBLED.search(bare) or (style == "Body" and text and OPEN_END.search(text)):
                wrong.append(f"{code} {style}: {text}")
    return wrong


def foreign_in_timelines(snapshots: Iterable[Snapshot]) -> set[str]:
    """Sentences of the timelines that have a code or an English word; pages of the office are for people, too."""
    found: set[str] = set()
    for snapshot in snapshots:
        case = snapshot.bench().case
        for line in timeline(case, names_of(snapshot.pack)) if case is not None else ():
            found |= {said for said in (line.zh, line.cite, *line.lines) if ENGLISH.search(NAMES_OF_THINGS.sub("", said))}
    return found
