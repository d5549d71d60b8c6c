"""A paper's template filled: which template, and what of the act of issue goes into the forms it prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.cases.case import Case, Paper
from pipeline.desk.service import Desk
from pipeline.law.pack import Pack
from pipeline.law.rulefacts import parameters

RED_HEAD = {"批复", "通知"}
"""Kinds that go out under the red letterhead even where the document's own layout is a letter (GB/T 9704 10.1)."""


def filled_template(desk: Desk, case: Case, paper: Paper) -> bytes:
    """The DOCX of a paper. Raises PackError naming template and variable."""
    pack = desk.pack_of(case)
    template = desk.template(case.jurisdiction, template_name(desk, pack, paper))
    return template.render(printed_context(pack, paper))


def template_name(desk: Desk, pack: Pack, paper: Paper) -> str:
    """The template's file: a 批复 or 通知 of a letter-shaped document uses `<name>.red_head.docx` where there is one."""
    spec = pack.documents[paper.code]
    name = str(spec["template"])
    if spec.get("layout") == "letter" and paper.context["doc"]["kind"] in RED_HEAD:
        variant = name.replace(".docx", ".red_head.docx")
        if (desk.office.forms / pack.jurisdiction / "issue" / variant).is_file():
            return variant
    return name


def printed_context(pack: Pack, paper: Paper) -> dict[str, Any]:
    """The paper's context with the pack's lists and parameters, and what its `fill` says (numbers of the same act into forms)."""
    context = {**paper.context, "lists": dict(pack.lists), "param": parameters(pack)}
    for target, source in (pack.documents[paper.code].get("fill") or {}).items():
        form, field = str(target).split(".", 1)
        value = _dig(context, str(source))
        if value and form in context:
            context[form] = {**context[form], field: value}
    return context


def _dig(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data.get(step) if isinstance(data, Mapping) else None
    return data
