"""What an outgoing document says: the data its template is filled with, taken from the case and the pack. Pure.

The context holds `doc` (number, title, addressee, basis …), `case`, `application`, one entry per form filed in
the case, `findings`, `authority` and `clocks`. A draft has an empty number and no date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.cases.case import IN_FORCE, Case, Running
from pipeline.cases.renewal import renewed
from pipeline.cases.sealed import sealed_facts
from pipeline.law.pack import Pack
from pipeline.model import Filing, Finding

Holds = Callable[[str], bool]
"""Whether a rule (CEL) holds for the case and filing at hand."""

_HOLE = re.compile(r"\{([a-z_.]+)\}")


def facts(pack: Pack, case: Case | None) -> dict[str, Any]:
    """The `case` variable of rules and templates: what is known of a case, raw values as filed."""
    if case is None:
        return {"no": "", "state": "draft", "application": {}, "forms": {}, "filed": [], "issued": [], "papers": {}, "numbers": [], "records": {}, "draws": {}, "clocks": {}, "sealed": sealed_facts(pack, None)}
    application = case.application
    clocks = {name: {**clock.data, "status": clock.status, "near": _near(clock)} for name, clock in case.clocks.items()}
    return {
        "no": case.no,
        "id": case.id,
        "state": case.state,
        "phase": pack.lifecycle.states[case.state].phase,
        "opened_on": date.fromisoformat(case.opened_on),
        "received_on": _received_on(case),
        "channel": application.get("channel", ""),
        "center_name": application.get("center_name", ""),
        "applicant": _dig(application, "applicant.name") or "",
        "joint": bool(application.get("is_joint", False)),
        "application": application,
        "forms": dict(case.forms),
        "filed": sorted(case.forms),
        "issued": case.issued_codes(),
        "papers": _papers(case),
        "numbers": [p.number for p in case.papers.values() if p.status in IN_FORCE],
        "records": _records(case),
        "draws": {f["form"]: f["drawn"] for f in case.filings.values() if f.get("drawn") and not f["taken_back"]},
        "clocks": clocks,
        "sealed": sealed_facts(pack, case),
    }


def _near(clock: Running) -> bool:
    """Whether the end of a clock has been reminded of since it was last counted, or is over."""
    since = str(clock.data.get("on") or clock.data.get("base") or "")
    return clock.status == "passed" or any(mark.rsplit(" ", 1)[-1] > since for mark in clock.reminded)


def _papers(case: Case) -> dict[str, dict[str, Any]]:
    """Number, date and date of service of the latest issued document of each code, and the form it rests on (`act`)."""
    issued = [paper for paper in case.papers.values() if paper.status in IN_FORCE]
    return {
        paper.code: {"number": paper.number, "date": paper.date, "delivered_on": paper.delivered_on, "act": paper.context.get("act", {})}
        for paper in issued
    }  # fmt: skip


def _records(case: Case) -> dict[str, list[dict[str, Any]]]:
    """What stands on record, by form: the data of each filing in order, with the day it was received (`registered_on`).

    A filing that was taken back, or whose draft the signing officer returned, does not stand.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for filing in case.filings.values():
        if not filing["taken_back"] and not filing.get("set_aside"):
            for code, data in {**filing.get("enclosed", {}), filing["form"]: filing["data"]}.items():
                found.setdefault(code, []).append({**data, "registered_on": filing["received_on"]})
    return found


def _received_on(case: Case) -> date:
    filings = [f for f in case.filings.values() if not f["taken_back"] and f["form"] == "application_form"]
    return date.fromisoformat(filings[-1]["received_on"]) if filings else date.fromisoformat(case.opened_on)


def _dig(data: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(data, Mapping) or step not in data:
            return None
        data = data[step]
    return data


def context(pack: Pack, case: Case, code: str, kind: str, findings: Sequence[Finding], filing: Filing, holds: Holds) -> dict[str, Any]:
    """The whole context of a draft of document `code`, set off by `filing`; `doc` still without number and date. `holds` answers rules."""
    known = facts(pack, case)
    base: dict[str, Any] = {name: _complete(pack, name, data) for name, data in case.forms.items()}
    if case.taken_over:  # what was filed on paper and is not known here is blank, for the signing officer to see
        base |= {name: _complete(pack, name, {}) for name in pack.forms if name not in base}
    base |= {
        "application": renewed(base.get("application_form", {}), case.renewed),
        "case": {key: known[key] for key in ("no", "center_name", "applicant", "channel", "opened_on", "received_on", "joint", "state")},
        "authority": dict(pack.authority),
        "clocks": known["clocks"],
        "findings": [_finding(n, finding) for n, finding in enumerate(findings, 1)],
        "act": _complete(pack, filing.form, filing.data),
        "filing": _filing(pack, filing),
        "draw": case.filings.get(filing.id, {}).get("drawn", {}),
        "opened": next((said for said in reversed(case.opened) if said["form"] == filing.form), {}),
    }
    base["doc"] = _document(pack, code, kind, base, holds)
    return base


def _filing(pack: Pack, filing: Filing) -> dict[str, Any]:
    """The filing itself, for documents that speak of it: which form, when it came, what forms and files came with it.

    A form that only the office fills in (the registration of what came on paper) is none of them.
    """
    files = [{"name": a.name, "pages": a.pages or ""} for a in filing.attachments]
    enclosed = [spec.title_zh for code in filing.enclosed if "申报" in (spec := pack.forms[code]).filed_by]
    return {"form": filing.form, "title": pack.forms[filing.form].title_zh, "received_on": filing.received_on, "enclosed": enclosed, "files": files}


def _complete(pack: Pack, code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A form's data with every field there: what was left blank is '' (text, dates, numbers), [] or false."""
    spec = pack.forms.get(code)
    return _complete_group(spec.fields, data) if spec else dict(data)


def _complete_group(fields: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(data)
    for name, node in fields.items():
        value = data.get(name)
        if node["type"] == "dict":
            whole[name] = _complete_group(node["schema"], value if isinstance(value, Mapping) else {})
        elif node["type"] in ("list", "choices"):
            inner = node.get("schema") or {}
            rows = value or []
            whole[name] = [_complete_group(inner["schema"], row) for row in rows] if inner.get("type") == "dict" else list(rows)
        elif value is None:
            whole[name] = False if node["meta"].get("kind") == "boolean" else ""
    return whole


def _finding(n: int, finding: Finding) -> dict[str, Any]:
    return {
        "no": n, "label": finding.label or finding.path, "value": finding.value, "place": finding.place, "rule": finding.rule,
        "severity": str(finding.severity), "cite": finding.cite, "zh": finding.zh, "en": finding.en, "repair": finding.repair_zh,
    }  # fmt: skip


def _document(pack: Pack, code: str, kind: str, base: Mapping[str, Any], holds: Holds) -> dict[str, Any]:
    spec = pack.documents[code]
    addressee = _first(base, spec.get("addressee") or ())
    copies = [name for path in spec.get("copies_to") or () if (name := _dig(base, path)) and name != addressee]
    scope = {**base, **base["case"], "kind": kind}
    return {
        "code": code,
        "kind": kind,
        "title": fill(str(spec.get("title", spec["zh"])), scope),
        "number": "",
        "date": None,
        "addressee": addressee,
        "copies_to": list(dict.fromkeys(copies)),
        "annexes": [fill(str(pack.documents[annex].get("title", annex)), {**scope, "kind": ""}) for annex in spec.get("annexes") or ()],
        "issuer": pack.authority["name"],
        "basis": _citations(pack, spec.get("basis") or (), holds),
        "reason": _first(base, spec["reason"]) if "reason" in spec else _reason(base),
        "remedy": str(spec.get("remedy", "")),
        "text": {name: fill(str(said), scope) for name, said in (spec.get("text") or {}).items()},
        "together": {},
        "layout": spec.get("layout", ""),
        "keep": spec.get("keep", ""),
    }


def fill(pattern: str, scope: Mapping[str, Any]) -> str:
    """`pattern` with {dotted.path} replaced from `scope`; an unknown path becomes nothing."""
    return _HOLE.sub(lambda hole: str(_dig(scope, hole.group(1)) or ""), pattern)


def _first(base: Mapping[str, Any], paths: Iterable[str]) -> str:
    return next((str(found) for path in paths if (found := _dig(base, path))), "")


def _citations(pack: Pack, refs: Iterable[Any], holds: Holds) -> list[str]:
    chosen = (choose_cite([ref], None, holds) if isinstance(ref, Mapping) and "cite" in ref else ref for ref in refs)
    texts = [pack.cite_text(ref) for ref in chosen if ref]
    return [text for text in dict.fromkeys(texts) if text]


def _reason(base: Mapping[str, Any]) -> str:
    for form in ("deliberation_minutes", "intake_decision", "withdrawal_letter"):
        for name in ("reasons", "reason"):
            if text := _dig(base, f"{form}.{name}"):
                return str(text)
    return ""


def choose_cite(entries: Iterable[Mapping[str, Any]], otherwise: Any, holds: Holds) -> Any:
    """The citation of the first entry `{when, cite}` whose rule holds, else `otherwise`."""
    return next((entry["cite"] for entry in entries if "when" not in entry or holds(str(entry["when"]))), otherwise)


def with_number(doc: Mapping[str, Any], number: str, on: date, together: Mapping[str, str]) -> dict[str, Any]:
    """`doc` as issued: its number, its date, and the numbers of the documents issued in the same act, by code."""
    return {**doc, "number": number, "date": on, "together": dict(together)}


def choose_kind(pack: Pack, code: str, holds: Holds) -> str:
    """The document kind (文种) of `code`: the first `kind_by` entry whose rule holds, else the fixed one (条例第八条).

    `holds(rule) -> bool` evaluates a CEL rule for the case.
    """
    spec = pack.documents[code]
    for entry in spec.get("kind_by") or ():
        if "when" not in entry or holds(entry["when"]):
            return str(entry["kind"])
    return str(spec.get("kind", spec["zh"]))
