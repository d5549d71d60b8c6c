"""JSON and YAML as plain trees of text: no tags, aliases or anchors, bounded depth and size, numbers kept as written.

Residual risk: none known beyond the parsers' own; both run in the reading child under time and memory limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import yaml

from pipeline.intake.screen.kinds import Kind, decode_text
from pipeline.intake.screen.limits import Limits

_LARGEST_INTEGER = 18


class DataRefusedError(ValueError):
    """A data file that is not well-formed, or (`trick`) uses what is not allowed; `detail` says what and where."""

    def __init__(self, detail: str, trick: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.trick = trick


def load_data(data: bytes, kind: Kind, limits: Limits) -> Any:
    """The tree in a JSON or YAML file. Decimals stay text; YAML scalars are all text but null, true and false.

    Raises DataRefusedError.
    """
    if len(data) > limits.data_bytes:
        raise DataRefusedError(f"> {limits.data_bytes >> 10} KB", trick=True)
    text = decode_text(data)
    if text is None:
        raise DataRefusedError("不是文本 / not text")
    return _load_json(text, limits) if kind is Kind.JSON else _load_yaml(text, limits)


def _load_json(text: str, limits: Limits) -> Any:
    if _json_depth(text) > limits.data_depth:
        raise DataRefusedError(f"嵌套超过 {limits.data_depth} 层 / nested too deep", trick=True)
    try:
        return json.loads(
            text, parse_float=str, parse_int=lambda digits: int(digits) if len(digits) <= _LARGEST_INTEGER else digits,
            parse_constant=_no_constant, object_pairs_hook=_unique,
        )  # fmt: skip
    except json.JSONDecodeError as trouble:
        raise DataRefusedError(f"第 {trouble.lineno} 行第 {trouble.colno} 列 / line {trouble.lineno} column {trouble.colno}") from trouble


def _json_depth(text: str) -> int:
    """The deepest nesting of brackets outside strings."""
    deepest = depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', text, re.DOTALL):
        if token.group()[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token.group()[0] in "]}":
            depth -= 1
    return deepest


def _no_constant(name: str) -> Any:
    raise DataRefusedError(f"{name} 不是数 / is not a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping whose keys come once: of two values for one key nobody knows which was meant."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DataRefusedError(f"键“{key[:60]}”重复 / key given twice")
        found[key] = value
    return found


class _TextLoader(yaml.SafeLoader):
    """SafeLoader that resolves only null, true and false; all else is text, so 1.10 stays 1.10 and NO stays NO."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_TextLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false|True|False)$"), list("tTfF"))


def _mapping(loader: _TextLoader, node: yaml.MappingNode) -> dict[str, Any]:
    construct: Callable[..., Any] = loader.construct_object
    return _unique([(str(construct(key, deep=True)), construct(value, deep=True)) for key, value in node.value])


_TextLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _load_yaml(text: str, limits: Limits) -> Any:
    try:
        depth = documents = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise DataRefusedError("锚点或别名 / anchor or alias", trick=True)
            if getattr(event, "tag", None):
                raise DataRefusedError("标签 / tag", trick=True)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if depth > limits.data_depth:
                raise DataRefusedError(f"嵌套超过 {limits.data_depth} 层 / nested too deep", trick=True)
        if documents > 1:
            raise DataRefusedError("一个文件只能有一份数据 / one document per file")
        return yaml.load(text, Loader=_TextLoader)  # a SafeLoader: builds nothing but plain values
    except yaml.MarkedYAMLError as trouble:
        mark = trouble.problem_mark
        line = mark.line + 1 if mark else 0
        raise DataRefusedError(f"第 {line} 行 / line {line}") from trouble
    except yaml.YAMLError as trouble:
        raise DataRefusedError("YAML") from trouble
