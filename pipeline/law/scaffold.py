"""A new pack from the master: every parameter unknown, every step a person's. It loads, builds its forms and decides nothing.

What the master forms lean on (named grounds, parameters, option lists) is found by reading them; the words for it lie in
`common/scaffold`. Forms that stay sealed are left out: they work only within the steps of a law that knows them. Whoever checks the text then fills the pack in, article by article.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.law.basis import NOT_HELD
from pipeline.law.conditions import condition
from pipeline.law.lifecycle import SAME
from pipeline.law.pack import UNVERIFIED
from pipeline.law.sealed import KEY
from pipeline.law.yamlread import read_mapping

FOLDER = "scaffold"
"""Below `common`: the words of a new pack, and its form for steps a person decides."""
STEP_FORM = "manual_step"
STEP_PATH = f"forms/{STEP_FORM}.yaml"
TAKEN_IN = "T00"
"""The step that takes in whatever is filed and leaves it to a person."""
BY_HAND = {"code": "by_hand", "zh": "待核（由承办人对照原文写明）", "en": "to be checked against the text", "known": False}
GROUND = {"design": "条文未核实，依据由承办人照原文录入"}
_ROLES = ("申报", "评审", "办理", "签发", "预审")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is known of the law a pack is begun for. `articles`: how many it has, none when unknown; their text is not held."""

    name: str
    title: str
    title_en: str = ""
    instrument: str = ""
    authority: str = "（机关名称待填）"
    short: str = ""
    agency_code: str = "（代字待填）"
    region_code: str = "000000"
    articles: int = 0
    prefix: str = ""
    """What the ids of its articles begin with; the pack's name when unsaid."""
    version: str = "unverified-1"
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of pack.yaml."""


@dataclass
class _Leans:
    """What the master forms lean on."""

    bases: dict[str, None] = field(default_factory=dict)
    lists: dict[str, None] = field(default_factory=dict)
    parameters: dict[str, None] = field(default_factory=dict)


def scaffold(common: Path, plan: Plan) -> dict[str, str]:
    """The files of a new pack, by their path below its folder. Raises PackError when the master cannot be read."""
    leans = _leans(common)
    machine = read_mapping(common / "lifecycle.yaml")
    steps = dict(_moves(machine))
    return {
        "pack.yaml": _pack(common, plan, leans, steps, machine),
        "articles.yaml": _articles(plan),
        "lifecycle.yaml": _lifecycle(common, machine, steps),
        "documents.yaml": "# 文书：核对条文之后逐件列出（参见 docs/pack-guide.md）。\ndocuments: {}\n",
        STEP_PATH: (common / FOLDER / "forms" / f"{STEP_FORM}.yaml").read_text(encoding="utf-8"),
    }


def filled_up(common: Path, plan: Plan, files: Mapping[str, str]) -> dict[str, str]:
    """`files` of a pack begun earlier, with the grounds, parameters, lists and steps the masters have come to lean on since, and their
    new forms taken in; only the files that change. A step is written anew only while it still is as it was begun; nothing else is touched."""
    fresh, pack = scaffold(common, plan), files["pack.yaml"]
    for section in ("bases", "parameters", "lists"):
        pack = _with_missing(pack, fresh["pack.yaml"], section)
    found = {"pack.yaml": _with_steps(pack, fresh["pack.yaml"]), "lifecycle.yaml": _with_moves(files["lifecycle.yaml"], fresh["lifecycle.yaml"]), STEP_PATH: fresh[STEP_PATH]}
    return {path: text for path, text in found.items() if text != files.get(path)}


def _with_steps(text: str, fresh: str) -> str:
    """`text` with the choices of the step form that only `fresh` has, after those that stand there."""
    there, wanted = _entries(text, "lists")["steps"], _entries(fresh, "lists")["steps"]
    known = {line.split('"')[3] for line in there.splitlines()[1:]}
    return text.replace(there, there + "".join(line for line in wanted.splitlines(keepends=True)[1:] if line.split('"')[3] not in known), 1)


def _with_moves(text: str, fresh: str) -> str:
    """`text` with the steps that only `fresh` has, and those that nobody has worked on yet as they are begun today."""
    wanted = {line.split(":", 1)[0]: line for line in fresh.splitlines() if line.startswith("  T")}
    lines = [wanted.get(line.split(":", 1)[0], line) if _as_begun(line) else line for line in text.split("\n")]
    there, at = {line.split(":", 1)[0] for line in lines}, next(n for n, line in enumerate(lines) if line.startswith(f"  {TAKEN_IN}:"))
    return "\n".join([*lines[:at], *(line for name, line in wanted.items() if name not in there), *lines[at:]])


def _as_begun(line: str) -> bool:
    begun = (f'"form": "{STEP_FORM}"', '"cite": "@unverified"', '"guards": [], "out": []')
    return line.startswith(f"  {TAKEN_IN}:") or (line.startswith("  T") and all(part in line for part in begun))


def _with_missing(text: str, fresh: str, section: str) -> str:
    """`text` with the entries of a section that only `fresh` has, put first in it."""
    there, wanted = _entries(text, section), _entries(fresh, section)
    missing = "".join(entry for name, entry in wanted.items() if name not in there)
    return text.replace(f"\n{section}:\n", f"\n{section}:\n{missing}", 1)


def _entries(text: str, section: str) -> dict[str, str]:
    """The entries of a section, by name, as written."""
    found: dict[str, str] = {}
    name, inside = "", False
    for line in text.splitlines(keepends=True):
        if not line.startswith((" ", "#", "\n")):
            inside = line.startswith(f"{section}:")
        elif inside and line.startswith("  ") and line[2] not in " #-":
            name = line[2:].split(":", 1)[0]
            found[name] = line
        elif inside and name and line.startswith("    "):
            found[name] += line
    return found


def _leans(common: Path) -> _Leans:
    found = _Leans()
    own = [common / FOLDER / "forms" / f"{STEP_FORM}.yaml"]
    masters = (data for data in _masters(common).values() if KEY not in data)
    for data in (*masters, read_mapping(common / "types.yaml"), *map(read_mapping, own)):
        _walk(data, found)
        rules = (*(str(rule["rule"]) for rule in data.get("rules") or ()), *map(str, (data.get("computed") or {}).values()))
        found.parameters |= dict.fromkeys(name for text in rules for name in sorted(condition(text).paths("param")))
    return found


def _masters(common: Path) -> dict[str, dict[str, Any]]:
    """The master forms by code."""
    return {path.stem: read_mapping(path) for path in sorted((common / "forms").glob("*.yaml"))}


def _walk(value: Any, found: _Leans) -> None:
    """Every `@name` in a form: an option list where it stands as options, else a ground."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "options" and isinstance(inner, str):
                found.lists[inner.removeprefix("@")] = None
            else:
                _walk(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _walk(inner, found)
    elif isinstance(value, str) and value.startswith("@"):
        found.bases[value[1:]] = None


def _moves(machine: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The master's steps that lead somewhere else; those that stay are taken in like any paper."""
    for name, said in (machine.get("transitions") or {}).items():
        if said["to"] != SAME and said["from"] != [said["to"]] and "draft" not in said["from"]:
            yield str(name), said


def _pack(common: Path, plan: Plan, leans: _Leans, steps: Mapping[str, Any], machine: Mapping[str, Any]) -> str:
    words, short = read_mapping(common / FOLDER / "parameters.yaml"), plan.short or plan.authority
    asked = {key: dict(said) for key, said in words.items()}
    asked |= {key: {} for key in leans.parameters if not any(key == known or key.startswith(f"{known}.") for known in words)}
    parameters = {
        key: {"value": None, **GROUND, "zh": said.get("zh") or f"{key}（含义见通用表单的规则）", "manual": said.get("manual") or "由承办人对照原文判断"}
        for key, said in asked.items()
    }  # fmt: skip
    states = machine.get("states") or {}
    lists = {name: [BY_HAND] for name in leans.lists if name not in read_mapping(common / "lists.yaml") and name not in OWN_LISTS}
    lists |= {"steps": [{"code": name, "zh": _step_zh(said, states), "en": said.get("en", name)} for name, said in steps.items()]}
    series = {code: {"zh": zh, "pattern": pattern, "start": 1} for code, zh, pattern in _SERIES}
    lists |= {"series": [{"code": code, "zh": zh} for code, zh, _ in _SERIES]}
    seals = {kind: {"kind": kind, "text": plan.authority, "diameter_mm": 42, "code": "0000000000000", "zh": f"{zh}（测试）"} for kind, zh in (("official", "公章"), ("receipt", "收文章"))}
    authority = {"name": plan.authority, "short": short, "agency_code": plan.agency_code, "region_code": plan.region_code}
    head = {
        "pack": plan.name, "instrument": plan.instrument or f"《{plan.title}》", "title": {"zh": plan.title, "en": plan.title_en or plan.title},
        "version": plan.version, "status": UNVERIFIED, "citation_basis": "articles", "authority": authority, "roles": list(_ROLES),
        "without_forms": [code for code, data in _masters(common).items() if KEY in data], **plan.more,
    }  # fmt: skip
    shared = common / "bases.yaml"
    known = {"unverified", *(read_mapping(shared) if shared.is_file() else ())}
    bases = {"unverified": GROUND} | {name: "@unverified" for name in leans.bases if name not in known}
    parts = (("bases", bases), ("parameters", parameters), ("lists", lists), ("series", series), ("seals", seals))
    return _HEAD + _lines(head) + "".join(f"\n{key}:\n{_rows(said) if key == 'lists' else _lines(said, 2)}" for key, said in parts)


_HEAD = """# 规则包草稿：条文没有核实，参数全部未知（null），每一步都由人决定。
# 逐条核对：填 articles.yaml 的条文，把参数的 value 和 cite 换成原文，把流程、文书从个案办理改为按条文办理，
# 每改一处运行 hongtou law check；全部核实之后才改 status。 / A draft: nothing is checked, nothing is decided by the program.
"""
_SERIES = (("case", "案号", "CASE-{year}-{n:03d}"), ("receipt", "收文号", "{agency}收〔{year}〕{n}号"), ("letter", "函", "{agency}函〔{year}〕{n}号"))
OWN_LISTS = frozenset({"forms", "states", "documents", "clocks", "signed_documents"})
"""Lists that every pack has of itself."""


def _step_zh(said: Mapping[str, Any], states: Mapping[str, Any]) -> str:
    return f"{said.get('zh', '')} → {(states.get(said['to']) or {}).get('zh', said['to'])}"


def _articles(plan: Plan) -> str:
    """Shells of the articles: how each is cited, and that its text is not held."""
    lines = ["# 条文没有载入。收到正式文本后逐条录入 text，并把 kind 改为条文的种类。 / The text is not held.\n"]
    if not plan.articles:
        return lines[0] + "{}\n"
    cite = plan.instrument or f"《{plan.title}》"
    prefix = plan.prefix or plan.name.upper().replace("_", "-")
    said = {f"{prefix}-{n:02d}": {"cite": f"{cite}第{numeral(n)}条", "text": "", "kind": NOT_HELD} for n in range(1, plan.articles + 1)}
    return lines[0] + _lines(said)


def numeral(n: int) -> str:
    """A number from 1 to 99 as articles are counted: 一, 十, 十二, 二十六. Raises ValueError beyond."""
    if not 0 < n < 100:
        raise ValueError(f"no article {n}")
    digits = "零一二三四五六七八九"
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十") + (digits[ones] if ones else "")


DEADLINE: Sequence[Mapping[str, Any]] = (
    {"stop": "BY_HAND", "when": f"case.forms.{STEP_FORM}.earlier_deadline == 'ended'"},
    {
        "set": "BY_HAND", "from": "filed_on", "until": "deadline", "roll": "none", "typed": ["approved_by", "typed_basis", "deadline_basis"],
        "when": f"case.forms.{STEP_FORM}.deadline != ''", "cite": "@unverified", "zh": "《个案办理单》录入的期限",
    },
)  # fmt: skip
"""What each step by hand does with the one deadline a person may enter on it."""


def _lifecycle(common: Path, machine: Mapping[str, Any], steps: Mapping[str, Any]) -> str:
    masters = _masters(common)
    opening = [code for code, data in masters.items() if data.get("opens_case")]
    papers = [code for code, data in masters.items() if KEY not in data]
    first = [name for name, said in machine["transitions"].items() if "draft" in said["from"] and said["to"] != SAME]
    transitions: dict[str, Any] = {
        name: {"cite": "@unverified", "by": {"form": opening}, "role": "申报", "checked": False, "manual": True, "guards": [], "out": [], "clocks": []} for name in first
    }  # fmt: skip
    for name, said in steps.items():
        otherwise = {"zh": f"没有选“{said.get('zh', name)}”", "en": f"another step was chosen than {name}"}
        transitions[name] = {
            "cite": "@unverified", "by": {"form": STEP_FORM}, "role": "办理", "when": f"form.step == '{name}'", "else": otherwise, "checked": False,
            "guards": [], "out": [], "clocks": DEADLINE,
        }  # fmt: skip
    transitions[TAKEN_IN] = {
        "from": ["*"], "to": SAME, "zh": "收到材料，转承办人", "en": "taken in, and left to an officer", "cite": "@unverified", "by": {"form": papers}, "role": list(_ROLES),
        "manual": True, "offered": False, "guards": [], "out": [], "clocks": [],
    }  # fmt: skip
    head = "# 每一步都由承办人用《个案办理单》决定；其他来件一律登记，转承办人。 / Each step is decided by a person.\n"
    return f"{head}transitions:\n{_lines(transitions, 2)}returns: {{}}\n"


def _lines(said: Mapping[str, Any], indent: int = 0) -> str:
    """One entry a line, as YAML reads it."""
    return "".join(f"{' ' * indent}{key}: {_flow(value)}\n" for key, value in said.items())


def _rows(lists: Mapping[str, Any]) -> str:
    return "".join(f"  {name}:\n" + "".join(f"    - {_flow(row)}\n" for row in rows) for name, rows in lists.items())


def _flow(value: Any) -> str:
    if isinstance(value, str) and value.isidentifier() and value.isascii() and value not in ("true", "false", "null"):
        return value
    return json.dumps(value, ensure_ascii=False)
