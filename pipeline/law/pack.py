"""The pack of a jurisdiction: a folder of YAML becomes one frozen value.

Reads `schemas/common` and `schemas/<jurisdiction>`. A pack that cannot be read raises PackError here; whether
what it says is whole and proven is the business of check_pack.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.errors import PackError
from pipeline.law.basis import Article, Basis, resolve
from pipeline.law.calendar import Calendar, load_calendar
from pipeline.law.edition import COMMON, edition_digest
from pipeline.law.expand import overlay
from pipeline.law.forms import FormSpec, build_form, layered
from pipeline.law.lifecycle import Lifecycle, build_lifecycle
from pipeline.law.regions import Regions, load_regions
from pipeline.law.yamlread import read_mapping


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Pack:
    """Everything one jurisdiction's law says, under one version."""

    jurisdiction: str
    folder: Path
    instrument: str
    title: str
    title_en: str
    version: str
    status: str
    citation_basis: str
    authority: Mapping[str, Any]
    articles: Mapping[str, Article]
    bases: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]
    roles: tuple[str, ...]
    lists: Mapping[str, Any]
    series: Mapping[str, Mapping[str, Any]]
    seals: Mapping[str, Mapping[str, Any]]
    forms: Mapping[str, FormSpec]
    lifecycle: Lifecycle
    documents: Mapping[str, Mapping[str, Any]]
    calendar: Calendar
    regions: Regions
    unreachable: Mapping[str, str]
    rubric: Mapping[str, Any] = field(default_factory=dict)
    archive: Mapping[str, Any] = field(default_factory=dict)
    """How filing works: archival code, retention of what came in, what is not filed (archive.yaml)."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """pack.yaml as written, for settings that only one part of the program reads."""
    digest: str = ""
    """What names this edition: SHA-256 over its files (see edition.py)."""

    def __repr__(self) -> str:
        """Short, for a pack holds a whole law."""
        return f"Pack({self.id})"

    @property
    def id(self) -> str:
        """Jurisdiction and version: what a case keeps."""
        return f"{self.jurisdiction}@{self.version}"

    def param(self, key: str) -> Any:
        """The value of a parameter; None means unknown (a manual step). Raises KeyError when the pack has none."""
        return self.parameters[key]["value"]

    def grounds(self, ref: Any) -> tuple[Basis, ...]:
        """What a citation rests on, resolved."""
        return resolve(ref, self.bases, self.articles)

    def cite_text(self, ref: Any) -> str:
        """A citation as printed in Chinese: article, or the open statement that it is ours; '' when it names nothing."""
        return "；".join(dict.fromkeys(basis.zh for basis in self.grounds(ref)))


UNVERIFIED = "unverified"
"""The status of a pack whose text nobody has checked: it lies there, and works only where an office names it."""

_STATUS = re.compile(rf"^status:\s*[\"']?{UNVERIFIED}\b", re.MULTILINE)


def jurisdictions(schemas: Path) -> tuple[str, ...]:
    """The packs that work unless an office chooses otherwise: all but the unverified ones, sorted."""
    return tuple(name for name in all_packs(schemas) if not _STATUS.search((schemas / name / "pack.yaml").read_text(encoding="utf-8")))


def all_packs(schemas: Path) -> tuple[str, ...]:
    """Every pack there is, verified or not: folders below `schemas` with a pack.yaml, sorted."""
    return tuple(sorted(path.parent.name for path in schemas.glob("*/pack.yaml") if path.parent.name != COMMON))


def load_packs(schemas: Path) -> dict[str, Pack]:
    """The packs of `jurisdictions(schemas)`. Raises PackError at the first that cannot be read."""
    return {name: load_pack(schemas, name) for name in jurisdictions(schemas)}


_READ: dict[tuple[str, str], Pack] = {}
_MOST_READ = 8
"""Packs read before, by folder name and digest: what says the same to the byte is not read twice (kept editions, copies of an office)."""


def load_pack(schemas: Path, jurisdiction: str) -> Pack:
    """The pack of one jurisdiction. Raises PackError naming the file and what is wrong with it."""
    folder, common = schemas / jurisdiction, schemas / COMMON
    if not (folder / "pack.yaml").is_file():
        raise PackError(f"没有规则包 {folder}/pack.yaml", f"there is no pack {folder}/pack.yaml")
    digest = edition_digest(schemas, jurisdiction)
    known = _READ.get((jurisdiction, digest))
    if known is not None:
        return replace(known, folder=folder, calendar=load_calendar(common / "calendar"))
    pack = _read_pack(folder, common, jurisdiction)
    if edition_digest(schemas, jurisdiction) != digest:  # changed while it was read: read once more, and not kept
        return replace(_read_pack(folder, common, jurisdiction), digest=edition_digest(schemas, jurisdiction))
    pack = _READ[jurisdiction, digest] = replace(pack, digest=digest)
    for oldest in list(_READ)[:-_MOST_READ]:
        _READ.pop(oldest, None)
    return pack


def _read_pack(folder: Path, common: Path, jurisdiction: str) -> Pack:
    """The pack as its files say, without its digest."""
    said = read_mapping(folder / "pack.yaml")
    title = said.get("title") or ""
    title = title if isinstance(title, Mapping) else {"zh": title, "en": title}
    where = f"{jurisdiction}/lifecycle.yaml"
    lifecycle = build_lifecycle(_optional(common / "lifecycle.yaml"), _optional(folder / "lifecycle.yaml"), where)
    documents = _documents(common, folder)
    lists = overlay(_optional(common / "lists.yaml"), said.get("lists") or {})
    own_parts = _own_parts(lifecycle, documents, _unreachable(said))
    return Pack(
        jurisdiction=str(said.get("pack", jurisdiction)), folder=folder, instrument=str(said.get("instrument", "")),
        title=str(title.get("zh", "")), title_en=str(title.get("en", "")), version=str(said.get("version", "")), status=str(said.get("status", "")),
        citation_basis=str(said.get("citation_basis", "")), authority=MappingProxyType(said.get("authority") or {}),
        articles=MappingProxyType(_articles(folder / "articles.yaml")),
        bases=MappingProxyType(overlay(_optional(common / "bases.yaml"), said.get("bases") or {})),
        parameters=MappingProxyType(_parameters(said.get("parameters") or {})), roles=tuple(said.get("roles") or ()),
        lists=MappingProxyType(lists), series=MappingProxyType(said.get("series") or {}),
        seals=MappingProxyType(said.get("seals") or {}), forms=MappingProxyType(_forms(common, folder, said, {**own_parts, **lists})),
        lifecycle=lifecycle, documents=MappingProxyType(documents), calendar=load_calendar(common / "calendar"),
        regions=load_regions(common / "regions.yaml", folder / "regions.yaml"), unreachable=MappingProxyType(_unreachable(said)),
        rubric=MappingProxyType(overlay(_optional(common / "rubric.yaml"), _optional(folder / "rubric.yaml"))),
        archive=MappingProxyType(overlay(_optional(common / "archive.yaml"), _optional(folder / "archive.yaml"))),
        data=MappingProxyType(said),
    )  # fmt: skip


def _own_parts(lifecycle: Lifecycle, documents: Mapping[str, Any], unreachable: Mapping[str, str]) -> dict[str, Any]:
    """The pack's own states, clocks and documents as option lists (`@states`, `@clocks`, `@documents`, `@signed_documents`); `_forms` adds `@forms`."""
    return {
        "states": [{"code": s.id, "zh": s.zh, "en": s.en} for s in lifecycle.states.values() if s.id not in unreachable],
        "clocks": [{"code": code, "zh": str(said.get("zh", code)), "en": str(said.get("en", code))} for code, said in lifecycle.clocks.items()],
        "documents": _entries(documents),
        "signed_documents": _entries({code: said for code, said in documents.items() if said.get("sign_off") == "required"}),
    }  # fmt: skip


def _entries(documents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Documents as options; two of one name are told apart by their English names."""
    names = Counter(str(said.get("zh", code)) for code, said in documents.items())
    entries = []
    for code, said in documents.items():
        zh, en = str(said.get("zh", code)), str(said.get("en", code))
        entries.append({"code": code, "zh": zh if names[zh] == 1 else f"{zh}（{en}）", "en": en})
    return entries


def _optional(path: Path) -> dict[str, Any]:
    """A YAML mapping, empty when the file is not there."""
    return read_mapping(path) if path.is_file() else {}


def _articles(path: Path) -> dict[str, Article]:
    """The articles of the instrument by id."""
    said = _optional(path)
    said = said.get("articles", said)
    return {
        str(name): Article(str(name), str(data.get("cite", "")), str(data.get("text", "")), str(data.get("kind", "")))
        for name, data in said.items()
        if isinstance(data, Mapping)
    }


def _parameters(said: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Parameters by dotted key. Each is `{value, …}`; nested tables of such are flattened."""
    flat: dict[str, Mapping[str, Any]] = {}
    for key, data in said.items():
        if isinstance(data, Mapping) and "value" not in data:
            flat |= {f"{key}.{below}": value for below, value in _parameters(data).items()}
        else:
            flat[str(key)] = data if isinstance(data, Mapping) else {"value": data}
    return flat


def _forms(common: Path, folder: Path, said: Mapping[str, Any], lists: Mapping[str, Any]) -> dict[str, FormSpec]:
    """The forms of a pack: its own, over their masters, and the masters it neither extends nor excludes."""
    types = overlay(_types(common), _types(folder))
    own = {path.stem: path for path in sorted((folder / "forms").glob("*.yaml"))}
    masters = {path.stem: path for path in sorted((common / "forms").glob("*.yaml"))}
    excluded = set(said.get("without_forms") or ())
    written: dict[str, dict[str, Any]] = {}
    for code in [*masters, *(code for code in own if code not in masters)]:
        if code in excluded:
            continue
        master = read_mapping(masters[code]) if code in masters else None
        mine = read_mapping(own[code]) if code in own else None
        if mine and mine.get("extends") == COMMON and master is None:
            raise PackError(f"{own[code]} 要扩充的通用表单不存在", f"{own[code]} extends a common form that does not exist")
        written[code] = {"form": code, **layered(master, mine)}
    lists = {"forms": [_titled(code, data) for code, data in written.items()], **lists}
    return {code: build_form(data, types, lists, f"{folder.name}/{code}") for code, data in written.items()}


def _titled(code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    title = data.get("title") or code
    title = title if isinstance(title, Mapping) else {"zh": title}
    return {"code": code, "zh": str(title.get("zh", code)), "en": str(title.get("en", code))}


def _types(folder: Path) -> dict[str, Any]:
    """Shared field types of one folder."""
    said = _optional(folder / "types.yaml")
    types = said.get("types", said)
    return {str(name): node for name, node in types.items() if isinstance(node, Mapping) and "type" in node}


def _documents(common: Path, folder: Path) -> dict[str, Mapping[str, Any]]:
    """Outgoing documents by code; the pack's words over the common ones, for the codes the pack names."""
    shared, own = _optional(common / "documents.yaml"), _optional(folder / "documents.yaml")
    defaults = overlay(shared.get("defaults") or {}, own.get("defaults") or {})
    shared, own = shared.get("documents", shared), own.get("documents", own)
    return {
        str(code): overlay(overlay(defaults, shared.get(code) or {}), data)
        for code, data in own.items()
        if isinstance(data, Mapping) and code != "defaults"
    }


def _unreachable(said: Mapping[str, Any]) -> dict[str, str]:
    """States the pack lists as unreachable, with the reason."""
    listed = said.get("unreachable") or {}
    if isinstance(listed, Mapping):
        return {str(state): str(reason) for state, reason in listed.items()}
    return {
        str(part["state"] if isinstance(part, Mapping) else part): str(part.get("reason", "") if isinstance(part, Mapping) else "")
        for part in listed
    }
