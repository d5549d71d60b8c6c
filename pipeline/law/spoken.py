"""Conditions of the packs in a clerk's words: what a form asks, the option chosen, what a parameter means, instead of codes.

Only plain comparisons joined by && are put into words; whatever else a condition says stays as the pack writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.law.diff_words import show
from pipeline.law.pack import Pack

_ATOM = re.compile(r"(param|case\.forms|case\.state)(?:\.([\w.\-]+))? (==|!=) ('[^']*'|true|false)")
_BARE = re.compile(r"(!?)((?:param|case\.forms)\.[\w.\-]+)")
"""Yes or no, asked without a sign between."""
_BOOLEANS = {"true": "是", "false": "否"}


def condition_zh(pack: Pack, when: str) -> str:
    """`when` (CEL) as a clerk would say it, or as it stands where it is not plain."""
    told = [_atom(pack, part.strip()) for part in when.split("&&")]
    return "，并且".join(told) if all(told) else when


def not_chosen(pack: Pack, when: str) -> tuple[str, ...]:
    """The parameters of a condition that this pack has set otherwise, each with its value: what hangs on them is not at work here."""
    found = [each for part in when.split("&&") if (each := _ATOM.fullmatch(part.strip())) is not None and each[1] == "param"]
    return tuple(f"{each[2]} = {show(pack.param(each[2]))}" for each in found if (_written(pack.param(each[2])) == each[4].strip("'")) is not (each[3] == "=="))


def field_zh(pack: Pack, field: str, forms: Iterable[str]) -> str:
    """What the first of `forms` that has this field calls it, with the form's title; the code when none has it."""
    for form in forms:
        spec = pack.forms.get(form)
        node = spec.node(field) if spec is not None else None
        if spec is not None and node is not None:
            return f"《{spec.title_zh}》的“{node['meta']['label']}”"
    return field


def _written(value: object) -> str:
    """A parameter's value as a condition writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _atom(pack: Pack, said: str) -> str:
    bare = _BARE.fullmatch(said)
    found = _ATOM.fullmatch(f"{bare[2]} == {'false' if bare[1] else 'true'}" if bare is not None else said)
    if found is None:
        return ""
    what, path, sign, value = found.groups()
    value, alike = value.strip("'"), sign == "=="
    if what == "param":
        return _parameter(pack, path, value, alike) if path in pack.parameters else ""
    if what == "case.state":
        state = pack.lifecycle.states.get(value)
        return f"案件{'处于' if alike else '不处于'}“{state.zh}”" if state is not None else ""
    form, _, field = path.partition(".")
    return _answer(pack, form, field, value, alike)


def _parameter(pack: Pack, key: str, value: str, alike: bool) -> str:
    name = str(pack.parameters[key]["zh"]).split("：")[0]
    return f"参数 {key}（{name}）{'为' if alike else '不是'}“{_BOOLEANS.get(value, value)}”"


def _answer(pack: Pack, form: str, field: str, value: str, alike: bool) -> str:
    spec = pack.forms.get(form)
    node = spec.node(field) if spec is not None else None
    if node is None:
        return ""
    name = field_zh(pack, field, (form,))
    if not value:
        return f"{'没有填写' if alike else '填写了'}{name}"
    options = {option["code"]: option["zh"] for option in node["meta"].get("options", node.get("options", ())) if isinstance(option, dict)}
    return f"{name}{'为' if alike else '不是'}“{options.get(value, _BOOLEANS.get(value, value))}”"
