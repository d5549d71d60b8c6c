"""Values as they are found, put together: one value per path, rows in order, blanks dropped, places named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.intake.read.notes import reading_note
from pipeline.intake.read.outline import Leaf, Outline
from pipeline.intake.screen.names import HIDDEN_CHARACTERS
from pipeline.model import Finding

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PROMPT = re.compile(
    r"(?:填写|点击|单击|请选择|请填写|请输入|选择一项|随附文件名|18位统一|6位行政|手机号或|64位摘要).*"
    r"|日期|选择|是/否|文件名|区划码|数字|金额|电子邮箱|Click or tap .*|Choose an item\.?",
    re.DOTALL,
)
_STANDARD_PROMPT = re.compile(r"(?:单击或点击此处.*|单击此处.*|点击此处输入.*|请选择|选择一项。?|Click or tap .*|Choose an item\.?)", re.DOTALL)
_TICKED, _OPEN = "☑☒✓✔√■●🗹✅", "☐□○▢"
_MARKED = re.compile(f"([{_TICKED}{_OPEN}])\\s*([^{_TICKED}{_OPEN}]*)")


def clean(text: str) -> str:
    """Text as typed, without characters nobody sees and without outer blanks; line ends are \\n."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", HIDDEN_CHARACTERS.sub("", text)).strip()


def is_prompt(leaf: Leaf | None, text: str, styled: bool) -> bool:
    """Whether text is what stood there before anyone wrote; `styled`: it has the look of placeholder text."""
    text = text.strip()
    if not text or (leaf and leaf.hint and text == leaf.hint.strip()):
        return True
    return bool((_PROMPT if styled else _STANDARD_PROMPT).fullmatch(text))


def is_ticked(text: str) -> bool | None:
    """Whether a check box as shown is ticked; None when no mark is shown."""
    marks = [c for c in text if c in _TICKED or c in _OPEN]
    return marks[0] in _TICKED if len(marks) == 1 else None


def read_marks(leaf: Leaf, text: str) -> Any:
    """The options ticked in text such as `☑ 电力 ☐ 钢铁`; the text itself when it holds no such marks."""
    pairs = _MARKED.findall(text)
    if leaf.kind not in ("choices", "choice", "boolean") or not pairs:
        return text
    chosen = [label.strip(" \t\n\u3000\u00a0、,，;；") for mark, label in pairs if mark in _TICKED]
    if leaf.kind == "choices":
        return chosen
    return chosen[0] if len(chosen) == 1 else "、".join(chosen)


@dataclass(slots=True)
class Gathered:
    """What has been read of one form so far."""

    outline: Outline
    file: str
    single: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[Hashable, dict[str, Any]]] = field(default_factory=dict)
    order: dict[Hashable, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)

    def put(self, leaf: Leaf, value: Any, row: Hashable = None) -> None:
        """Take a value for a leaf (in a row of its table); blank is nothing, a second, different one is told."""
        into = self.rows.setdefault(leaf.table, {}).setdefault(row, {}) if leaf.table else self.single
        if isinstance(value, str):
            if HIDDEN_CHARACTERS.search(value):
                self.cleaned.append(leaf.label)
            value = clean(value)
        if value in ("", [], None):
            return
        if leaf.kind == "choices" and isinstance(value, list):
            into[leaf.path] = list(dict.fromkeys([*into.get(leaf.path, []), *value]))
        elif leaf.path not in into:
            into[leaf.path] = value
        elif _same(into[leaf.path]) != _same(value):
            self.tell("filled_twice", leaf, str(into[leaf.path]))

    def tell(self, rule: str, leaf: Leaf, detail: str) -> None:
        """A finding about one field."""
        place = leaf.place.replace(" 第{n}行", "")
        self.findings.append(reading_note(rule, self.file, detail=detail, path=leaf.path, label=leaf.label, place=place))

    def finish(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The nested data and the place of every path; blank rows are gone, places keep the row numbers of the paper."""
        if self.cleaned:
            self.findings.append(reading_note("hidden_characters", self.file, detail="、".join(dict.fromkeys(self.cleaned))))
        places = {path: place for path, place in self.outline.places.items() if "[]" not in path}
        raw: dict[str, Any] = {}
        for path, value in self.single.items():
            insert(raw, path, value)
        for table, rows in self.rows.items():
            ordered = sorted(rows.items(), key=lambda item: self.order.get(item[0], 0))
            filled = [(number, row) for number, (_, row) in enumerate(ordered, 1) if row]
            for index, (number, row) in enumerate(filled):
                self._place_row(table, index, number, places)
                for path, value in row.items():
                    insert(raw, path.replace(f"{table}[]", f"{table}[{index}]", 1), value)
        return raw, places

    def _place_row(self, table: str, index: int, number: int, places: dict[str, str]) -> None:
        places[f"{table}[{index}]"] = f"{self.outline.places.get(table, table)} 第{number}行"
        for path, place in self.outline.places.items():
            if path.startswith(f"{table}[]"):
                places[path.replace(f"{table}[]", f"{table}[{index}]", 1)] = place.replace("{n}", str(number))


def insert(raw: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path such as `team.members[2].name` (rows come in order)."""
    here: Any = raw
    steps = re.findall(r"[^.\[\]]+|\[\d+\]", path)
    for step, after in zip(steps, [*steps[1:], ""], strict=True):
        fresh: Any = [] if after.startswith("[") else {}
        if step.startswith("["):
            index = int(step[1:-1])
            while len(here) <= index:
                here.append(fresh if after else None)
            if not after:
                here[index] = value
            here = here[index]
        elif after:
            here = here.setdefault(step, fresh)
        else:
            here[step] = value


def without_blanks(value: Any) -> Any:
    """Plain data without blank strings, nulls, empty lists, empty mappings and blank rows; text cleaned."""
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, Mapping):
        inner = {clean(str(key)): without_blanks(item) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item is not None} or None
    if isinstance(value, list):
        return [item for item in map(without_blanks, value) if item is not None] or None
    return value


def _same(value: Any) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)))
