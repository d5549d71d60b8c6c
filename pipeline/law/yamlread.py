"""Reads the YAML of packs. The only module that knows PyYAML.

Scalars are read as a clerk means them: only `true` and `false` are booleans (so a field may be called `no`),
`012` and `10:30` stay text, and a key written twice is an error instead of a silent loss.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import PackError


class _Loader(yaml.CSafeLoader):
    """Safe YAML with plain scalars of YAML 1.2 and no repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping as written. Raises yaml.YAMLError when a key stands twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"key '{key.value}' stands twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", "-+0123456789"),
    ("timestamp", r"^\d{4}-\d{2}-\d{2}$", "0123456789"),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_yaml(path: Path) -> Any:
    """The content of one YAML file; None when it is empty.

    Raises PackError naming file and line when it is absent or not YAML.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            return yaml.load(stream, Loader=_Loader)
    except OSError as trouble:
        raise PackError(f"读不到 {path}：{trouble.strerror}", f"cannot read {path}: {trouble.strerror}") from trouble
    except (yaml.YAMLError, ValueError) as trouble:
        said = " ".join(str(trouble).split())
        raise PackError(f"{path} 不是合格的 YAML：{said}", f"{path} is not proper YAML: {said}") from trouble


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in one YAML file; empty when the file is empty. Raises PackError when it holds anything else."""
    content = read_yaml(path)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise PackError(f"{path} 的最外层应当是键值表", f"{path} must hold a mapping at its top")
    return content
