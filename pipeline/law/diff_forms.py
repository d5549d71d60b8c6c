"""What differs between two versions of a form: its fields, their constraints, its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.law.diff_words import Said, altered, pairs
from pipeline.law.forms import FormSpec, Rule
from pipeline.law.pack import Pack

_LIMITS = {
    "type": "类型", "required": "必填", "minlength": "最少字数（行数）", "maxlength": "最多字数（行数）", "min": "最小值", "max": "最大值", "regex": "式样", "allowed": "允许的值",
}  # fmt: skip
_META = {"label": "名称", "unit": "单位", "places": "小数位", "kind": "种类"}
_SEVERITY = {"error": "必须改正", "warning": "提示", "info": "说明", "not_run": "不检查"}


def form_changes(a: Pack, b: Pack, old: FormSpec | None, new: FormSpec | None) -> Iterator[Said]:
    """All that differs between two versions of one form; one sentence for a form that is new or gone."""
    if old is None or new is None:
        spec = new or old
        assert spec is not None
        word, en = ("新增表单", "added") if old is None else ("不再使用表单", "gone")
        yield Said("", f"{word}《{spec.title_zh}》（{spec.code}）", f"{en}: {spec.code}", (b if new else a).cite_text(spec.cite))
        return
    head, cite = f"《{new.title_zh}》", b.cite_text(new.cite)
    for zh, en, was, now in (
        ("题名", "title", old.title_zh, new.title_zh), ("表式版本", "version", old.version, new.version),
        ("报送人", "filed by", old.filed_by, new.filed_by), ("自动计算的字段", "computed", dict(old.computed), dict(new.computed)),
    ):  # fmt: skip
        if was != now:
            yield Said("", *altered(f"{head}的{zh}", f"{new.code}: {en}", was, now), cite)
    yield from _fields(b, head, old, new)
    yield from _rules(a, b, head, old, new)


def _fields(b: Pack, head: str, old: FormSpec, new: FormSpec) -> Iterator[Said]:
    was, now = dict(_nodes(old.fields)), dict(_nodes(new.fields))
    for path in dict.fromkeys((*was, *now)):
        before, after = was.get(path), now.get(path)
        label = (after or before or {}).get("meta", {}).get("label") or path
        cite = b.cite_text((after or {}).get("meta", {}).get("cite"))
        if before is None or after is None:
            word, en = ("新增栏目", "added") if before is None else ("取消栏目", "gone")
            yield Said(f".{path}", f"{head}{word}“{label}”（{path}）", f"{new.code}.{path}: {en}", cite)
            continue
        for key, zh in _LIMITS.items():
            if before.get(key) != after.get(key):
                yield Said(f".{path}", *altered(f"{head}“{label}”的{zh}", f"{new.code}.{path}: {key}", before.get(key), after.get(key)), cite)
        for key, zh in _META.items():
            if before["meta"].get(key) != after["meta"].get(key):
                yield Said(f".{path}", *altered(f"{head}“{label}”的{zh}", f"{new.code}.{path}: {key}", before["meta"].get(key), after["meta"].get(key)), cite)
        codes = [[str(option["code"]) for option in node["meta"].get("options") or ()] for node in (before, after)]
        if codes[0] != codes[1]:
            yield Said(f".{path}", *altered(f"{head}“{label}”的选项", f"{new.code}.{path}: options", *codes), cite)


def _nodes(fields: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field, group and table, with its path."""
    for name, node in fields.items():
        path = f"{above}{name}"
        yield path, node
        below = node.get("schema") or {}
        if node["type"] == "dict":
            yield from _nodes(below, f"{path}.")
        elif below.get("type") == "dict":
            yield from _nodes(below.get("schema") or {}, f"{path}[].")


def _rules(a: Pack, b: Pack, head: str, old: FormSpec, new: FormSpec) -> Iterator[Said]:
    for name, was, now in pairs({rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}):
        rule = now or was
        assert rule is not None
        cite = (b if now else a).cite_text(rule.cite)
        if was is None or now is None:
            word, en = ("新增规则", "added") if was is None else ("取消规则", "gone")
            yield Said(f"#{name}", f"{head}{word} {name}：{rule.zh}", f"{new.code}#{name}: {en}: {rule.en}", cite)
        else:
            yield from _rule(head, new.code, was, now, cite)


def _rule(head: str, code: str, was: Rule, now: Rule, cite: str) -> Iterator[Said]:
    where, named = f"#{now.id}", f"{head}规则 {now.id}（{now.zh}）"
    if was.rule != now.rule:
        yield Said(where, *altered(f"{named}的条件", f"{code}#{now.id}", was.rule, now.rule), cite)
    if was.severity != now.severity:
        yield Said(where, *altered(f"{named}的后果", f"{code}#{now.id}: severity", _SEVERITY[was.severity], _SEVERITY[now.severity]), cite)
    if was.rule == now.rule and was.severity == now.severity:
        yield Said(where, f"{named}的文字、位置或依据有改动", f"{code}#{now.id}: words, place or ground", cite)
