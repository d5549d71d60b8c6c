"""Proves what a pack says of signatures by others: who is named, the files and the tables exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.law.check_rules import fault
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.model import Finding

_RULE = "PACK-SIGNED"


def check_signed(pack: Pack) -> Iterator[Finding]:
    """What is wrong with the signatures that forms ask for and with the countersigners of documents."""
    for spec in pack.forms.values():
        for wanted in spec.notes.get("signed_by") or ():
            yield from _wanted(spec, wanted, f"forms/{spec.code}#signed_by")
    for code, said in pack.documents.items():
        for entry in said.get("countersigners") or ():
            form, _, field = str(entry.get("party") or entry.get("each") or "").partition(".")
            kinds = ("list",) if "each" in entry else ("dict",)
            if form not in pack.forms or _type(pack.forms[form], field) not in kinds:
                yield fault(_RULE, f"documents/{code}#countersigners", f"没有 {form}.{field} 这样的{'表格' if 'each' in entry else '项目组'}", f"there is no {kinds[0]} {form}.{field}")


def _wanted(spec: FormSpec, wanted: dict[str, Any], where: str) -> Iterator[Finding]:
    path = str(wanted.get("party") or wanted.get("person") or "")
    if _type(spec, path) is None:
        yield fault(_RULE, where, f"表里没有 {path or '签名人（party 或 person）'}", f"the form has no {path or 'party or person'}")
    if wanted.get("code") and _type(spec, str(wanted["code"])) is None:
        yield fault(_RULE, where, f"表里没有 {wanted['code']}", f"the form has no {wanted['code']}")
    if wanted.get("on") and _type(spec, str(wanted["on"])) != "file":
        yield fault(_RULE, where, f"{wanted['on']} 不是文件项目", f"{wanted['on']} is no file")


def _type(spec: FormSpec, path: str) -> str | None:
    """The type of the field at a dotted path; None when there is none."""
    fields, found = spec.fields, None
    for part in path.split("."):
        found = fields.get(part)
        if found is None:
            return None
        fields = found.get("schema") or {}
    return str(found["type"]) if found else None
