"""The YAML files of a pack against the schema that packs themselves must satisfy (`common/pack_schema.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.check.validator import file_faults
from pipeline.law.edition import COMMON
from pipeline.law.forms import layered
from pipeline.law.pack import Pack
from pipeline.law.yamlread import read_mapping
from pipeline.model import Finding, Severity


def check_files(pack: Pack) -> tuple[Finding, ...]:
    """What the files of a pack look like that they should not.

    Without a `common/pack_schema.yaml` the check is not run, and says so. Raises PackError when a file cannot be read.
    """
    common = pack.folder.parent / COMMON
    path = common / "pack_schema.yaml"
    if not path.is_file():
        zh, en = "没有检查规则包文件的结构：缺少 pack_schema.yaml", "the files were not checked: pack_schema.yaml is missing"
        return (Finding(rule="PACK-SCHEMA", severity=Severity.NOT_RUN, zh=zh, en=en, path=path.name),)
    schema = read_mapping(path)
    return tuple(
        Finding(rule="PACK-SCHEMA", severity=Severity.ERROR, zh=f"{name} 的结构不对：{told}", en=f"{name} is not well formed: {told}", path=name)
        for name, rules, document in _files(pack, common, schema)
        for told in file_faults(rules, document)
    )


def _files(pack: Pack, common: Path, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Each file of the pack by name, with the schema it must satisfy; forms as laid over their masters."""
    for name, rules in schema.items():
        path = pack.folder / name
        if name == "form" or not path.is_file():
            continue
        if set(rules) == {"valuesrules"}:
            yield name, {"all": {"type": "dict", **rules}}, {"all": read_mapping(path)}
        else:
            yield name, rules, read_mapping(path)
    for code in pack.forms:
        master, own = (folder / "forms" / f"{code}.yaml" for folder in (common, pack.folder))
        data = layered(read_mapping(master) if master.is_file() else None, read_mapping(own) if own.is_file() else None)
        yield f"forms/{code}.yaml", schema.get("form") or {}, {"form": code, **data}
