"""Proves forms and templates: each form is built, filled in, read back and must say the same; each template is linted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.check.examples import read_example
from pipeline.desk.testdata import invented
from pipeline.intake.read import read_submission
from pipeline.intake.screen.limits import Limits
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack
from pipeline.model import Finding, FormIdentity, Severity
from pipeline.papers.convert import OfficePool
from pipeline.papers.forms import build_docx, build_pdf, fill_docx, fill_pdf
from pipeline.papers.forms.wear import without_controls
from pipeline.papers.lint import lint_template
from pipeline.papers.names import known_names
from pipeline.scratch import Scratch

SUFFIXES = (".docx", ".pdf")
WEARS = ("", "controls", "resaved")
_AT_ONCE = 2
_BEYOND = re.compile(r"no field (\w+)\[(\d+)\]")
_MAKERS = {".docx": (build_docx, fill_docx), ".pdf": (build_pdf, fill_pdf)}


@dataclass(frozen=True, slots=True)
class Trial:
    """One form to be tried in one format with one set of values; `source` says where the values are from.

    `wear` is what becomes of the file before it is read: nothing (""), `controls` (all content controls and the identity
    gone, so that labels must do), or `resaved` (opened and saved by LibreOffice).
    """

    jurisdiction: str
    form: str
    suffix: str
    source: str
    values: Mapping[str, Any]
    wear: str = ""


def trials(packs: Mapping[str, Pack], forms: tuple[str, ...] = ()) -> tuple[Trial, ...]:
    """What is to be tried: each form in each format, with the pack's passing examples where there are some."""
    return tuple(
        Trial(name, code, suffix, source, values, wear)
        for name, pack in packs.items()
        for code in pack.forms
        if not forms or code in forms
        for source, values in _values(pack, code)
        for suffix in SUFFIXES
        for wear in (WEARS if (suffix, source) == (".docx", "invented") else ("",))
    )


def _values(pack: Pack, code: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Invented values that touch every field, and the longest of the passing examples."""
    spec = pack.forms[code]
    yield "invented", normalise(spec.fields, invented(spec.fields)).data
    passing = []
    for path in sorted((pack.folder / "examples").glob(f"{code}*_pass.yaml")):
        example = read_example(path)
        if example.get("form") == code:
            passing.append((path.stem, normalise(spec.fields, example.get("data")).data))
    if passing:
        yield max(passing, key=lambda pair: (len(str(pair[1])), pair[0]))


def check_forms(packs: Mapping[str, Pack], tried: tuple[Trial, ...]) -> Iterator[tuple[Finding, ...]]:
    """The findings of each trial, in order; nothing for a form that reads back equal.

    Raises EnvironmentFaultError when LibreOffice is wanted and not there.
    """
    needs_office = any(trial.wear == "resaved" for trial in tried)
    with ThreadPoolExecutor(_AT_ONCE) as pool, OfficePool(1) if needs_office else nullcontext() as office:
        yield from pool.map(lambda trial: tuple(_try(packs, trial, office)), tried)


def _worn(data: bytes, wear: str, office: OfficePool | None) -> bytes:
    if wear == "controls":
        return without_controls(data)
    return office.resave(data) if wear == "resaved" and office is not None else data


def _try(packs: Mapping[str, Pack], trial: Trial, office: OfficePool | None) -> Iterator[Finding]:
    pack = packs[trial.jurisdiction]
    spec = pack.forms[trial.form]
    identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction=trial.jurisdiction)
    build, fill = _MAKERS[trial.suffix]
    try:
        blank = build(pack, spec, identity)
        data, values, short = _fitting(lambda values: fill(blank, values), trial.values)
    except (ValueError, KeyError) as fault:
        yield _finding(trial, f"填不进去：{fault}", f"cannot be filled in: {fault}")
        return
    yield from (_too_short(trial, table, rows) for table, rows in short.items())
    with Scratch("forms") as folder:
        path, work = folder / f"form{trial.suffix}", folder / "work"
        work.mkdir()
        path.write_bytes(_worn(data, trial.wear, office))
        read = read_submission(path, path.name, {trial.jurisdiction: pack.forms}, Limits(), work, trial.jurisdiction)
    for finding in read.findings:
        if finding.severity in (Severity.ERROR, Severity.NOT_RUN):
            yield _finding(trial, f"读回时：{finding.zh}", f"on reading back: {finding.en}")
    if read.main is None:
        yield _finding(trial, "读不回来", "cannot be read back")
        return
    if read.main.identity != identity and trial.wear != "controls":
        yield _finding(trial, f"表单身份读回为 {read.main.identity.encode()}", f"its identity reads {read.main.identity.encode()}")
    back = normalise(spec.fields, read.main.raw)
    for wrong in back.unreadable:
        yield _finding(trial, f"{wrong.path} 读回的“{wrong.raw}”没有意义", f"{wrong.path} reads back as {wrong.raw!r}", wrong.path)
    for place, before, after in differences(values, back.data):
        yield _finding(trial, f"{place} 填的是“{before}”，读回“{after}”", f"{place}: filled in {before!r}, read back {after!r}", place)


def _fitting(fill: Callable[[Mapping[str, Any]], bytes], values: Mapping[str, Any]) -> tuple[bytes, dict[str, Any], dict[str, int]]:
    """The filled form; the values with tables cut to the rows the paper has (a PDF cannot grow), and which were cut to how many."""
    kept, short = deepcopy(dict(values)), dict[str, int]()
    while True:
        try:
            return fill(kept), kept, short
        except ValueError as fault:
            beyond = _BEYOND.search(str(fault))
            if beyond is None or not isinstance(kept.get(beyond[1]), list) or not int(beyond[2]):
                raise
            kept[beyond[1]] = kept[beyond[1]][: int(beyond[2])]
            short[beyond[1]] = int(beyond[2])


def _too_short(trial: Trial, table: str, rows: int) -> Finding:
    return _finding(
        trial, f"表格“{table}”只有 {rows} 行，例子填了 {len(trial.values[table])} 行；填不下的人要用 Word 表", f"the table {table} has {rows} rows, the example {len(trial.values[table])}", table
    ).evolve(severity=Severity.WARNING, repair_zh="需要更多行时加大该字段的 rows", repair_en="give the field more rows if that is common")  # fmt: skip


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two normal data differ: path, value before, value after."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif before != after:
        yield path, before, after


def _finding(trial: Trial, zh: str, en: str, path: str = "") -> Finding:
    place = f"{trial.jurisdiction}/{trial.form}{trial.suffix} ({trial.source}{' ' + trial.wear if trial.wear else ''})"
    return Finding(
        rule="FORM-ROUND", severity=Severity.ERROR, zh=zh, en=en, place=place, path=path,
        repair_zh="填的与读的不同，收件会出错；请检查该字段的类型与版式", repair_en="what is filled in is not what is read; look at the field's kind and layout",
    )  # fmt: skip


def check_templates(pack: Pack, forms: Path) -> tuple[Finding, ...]:
    """Every document's template is there, and every template is without fault."""
    folder = forms / pack.jurisdiction / "issue"
    known = {**known_names({code: spec.fields for code, spec in pack.forms.items()})}
    found: list[Finding] = []
    for code, document in pack.documents.items():
        name = str(document.get("template") or "")
        if not name or not (folder / name).is_file():
            found.append(_missing(pack.jurisdiction, code, name))
    for path in sorted(folder.glob("*.docx")) if folder.is_dir() else ():
        found += (f.evolve(place=f"{pack.jurisdiction}/issue/{path.name} {f.place}".strip()) for f in lint_template(path.read_bytes(), known, path.name))
    return tuple(found)


def _missing(jurisdiction: str, code: str, name: str) -> Finding:
    return Finding(
        rule="FORM-TEMPLATE", severity=Severity.ERROR, place=f"{jurisdiction}/documents/{code}",
        zh=f"文书 {code} 的模板“{name or '（未写明）'}”不存在，文书发不出来", en=f"the template {name!r} of {code} is missing; the document cannot be issued",
        repair_zh="运行 hongtou forms build 补齐，或在 documents.yaml 中写明 template", repair_en="run `hongtou forms build`, or name the template in documents.yaml",
    )  # fmt: skip
