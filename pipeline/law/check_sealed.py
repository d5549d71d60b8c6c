"""Proves what a pack says of its sealed forms: team, names, excuses, document and joint score exist and fit together."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.law.check_rules import fault
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.law.sealed import KEY, METHODS, ROUNDINGS, Sealing, sealing_of
from pipeline.model import Finding

_RULE = "PACK-SEALED"


def check_sealed(pack: Pack) -> Iterator[Finding]:
    """What is wrong with the sealed forms of a pack."""
    for spec in pack.forms.values():
        if spec.notes.get(KEY):
            yield from _one(pack, spec, f"forms/{spec.code}#{KEY}")
    for transition in pack.lifecycle.transitions.values():
        code = transition.data.get("excuses")
        if code and not (code in pack.forms and pack.forms[code].notes.get(KEY)):
            yield fault(_RULE, f"lifecycle/{transition.id}", f"excuses 指的 {code} 不是封存的表", f"{code} is no sealed form")


def _one(pack: Pack, spec: FormSpec, where: str) -> Iterator[Finding]:
    try:
        sealing = sealing_of(spec)
    except (KeyError, ValueError, TypeError, AttributeError) as trouble:
        yield fault(_RULE, where, f"写法不对：{trouble}", f"not well formed: {trouble}")
        return
    assert sealing is not None
    if not any(spec.code in transition.by_forms for transition in pack.lifecycle.transitions.values()):
        return  # this place does not use it
    if any(transition.offered and spec.code in transition.by_forms for transition in pack.lifecycle.transitions.values()):
        yield fault(_RULE, where, "封存的表由系统发到每个成员本人，收它的流转须写 offered: false", "its transition needs offered: false; each member is handed their own")
    for path in _paths(pack, sealing):
        yield fault(_RULE, where, f"没有 {path}", f"there is no {path}")
    if sealing.out and sealing.out not in pack.documents:
        yield fault(_RULE, where, f"没有文书 {sealing.out}", f"there is no document {sealing.out}")
    yield from _joint(pack, spec, sealing, where)


def _paths(pack: Pack, sealing: Sealing) -> Iterator[str]:
    """Fields that are named and not there."""
    columns = {sealing.member, *sealing.aside, *sealing.leader}
    wanted = [(sealing.form, sealing.name), *((sealing.team, f"{sealing.table}[].{column}") for column in sorted(columns))]
    if sealing.excuse:
        wanted += [(sealing.excuse, name) for name in (sealing.excused, *sealing.even_after)]
    for code, path in wanted:
        if code not in pack.forms or pack.forms[code].node(path) is None:
            yield f"{code}.{path}"


def _joint(pack: Pack, spec: FormSpec, sealing: Sealing, where: str) -> Iterator[Finding]:
    joint = sealing.joint
    if joint is None:
        return
    names = [f"{joint.rows}[].{column}" for column in (joint.key, joint.value, *joint.keep)] + ([joint.total] if joint.total else [])
    for path in names:
        if spec.node(path) is None:
            yield fault(_RULE, where, f"本表没有 {path}", f"the form has no {path}")
    for name in (joint.method_param, joint.places_param, joint.rounding_param):
        if name and name not in pack.parameters:
            yield fault("PACK-PARAM", where, f"参数 {name} 不存在", f"the parameter {name} does not exist")
    rounding = pack.parameters.get(joint.rounding_param, {}).get("value")
    if rounding is not None and rounding not in ROUNDINGS:
        yield fault(_RULE, where, f"修约办法 {rounding} 不认识（{'、'.join(ROUNDINGS)}）", f"unknown rounding {rounding}")
    method = pack.parameters.get(joint.method_param, {}).get("value")
    if method not in (None, "consensus", *METHODS):
        yield fault(_RULE, where, f"评分办法 {method} 不认识（consensus、{'、'.join(METHODS)}）", f"unknown method {method}")
