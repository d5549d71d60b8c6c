"""Why a case stands where it stands: each recorded decision, the rules it met, the articles they rest on.

Works on plain facts as the journal keeps them, so that it can be printed for a case of any age. A fact is a
mapping with any of: `transition`, `from`, `to`, `on`, `form`, `rules` (ids), `cites` or `cite` (citations),
`documents` (codes), `deadlines` (mappings with `clock`, `final` and `working_zh`/`working_en` or `working`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.law.basis import Basis
from pipeline.law.forms import FormSpec, Rule
from pipeline.law.pack import Pack

Fact = Mapping[str, Any]


def explain(pack: Pack, facts: Iterable[Fact], language: str = "zh") -> tuple[str, ...]:
    """Lines that lead from each decision to its rules and on to the articles' text, in `zh` or `en`.

    What the pack does not know (a case of an older version) is shown by its id, never left out.
    """
    chinese = language == "zh"
    lines: list[str] = []
    for number, fact in enumerate(facts, start=1):
        lines.append(f"{number}. {_headline(pack, fact, chinese)}")
        lines += [f"   {line}" for line in _reasons(pack, fact, chinese)]
    if not lines:
        lines.append("本案还没有决定。" if chinese else "Nothing has been decided in this case yet.")
    return tuple(lines)


def explain_rule(pack: Pack, rule_id: str, language: str = "zh") -> tuple[str, ...]:
    """What one rule or guard says, its CEL, and the articles it rests on; empty when the pack has no such rule."""
    chinese = language == "zh"
    lines: list[str] = []
    for where, rule in _rules(pack, rule_id):
        lines.append(f"{rule.id}（{where}）：{rule.zh}" if chinese else f"{rule.id} ({where}): {rule.en}")
        lines.append(f"   CEL: {rule.rule}")
        lines += [f"   {line}" for line in grounds_of(pack, rule.cite, chinese)]
    return tuple(lines)


def _headline(pack: Pack, fact: Fact, chinese: bool) -> str:
    """When, which step, from where to where."""
    name = str(fact.get("transition") or "")
    transition = pack.lifecycle.transitions.get(name)
    step = (transition.zh if chinese else transition.en) if transition else name or ("登记" if chinese else "entry")
    way = " → ".join(_state(pack, str(fact[key]), chinese) for key in ("from", "to") if fact.get(key))
    parts = [str(fact["on"])] if fact.get("on") else []
    parts.append(f"{step}（{name}）" if chinese and transition else f"{step} ({name})" if transition else step)
    return " ".join((*parts, way)).strip()


def _state(pack: Pack, name: str, chinese: bool) -> str:
    """A state's name."""
    state = pack.lifecycle.states.get(name)
    return name if state is None else state.zh if chinese else state.en


def _reasons(pack: Pack, fact: Fact, chinese: bool) -> Iterator[str]:
    """The form, the grounds of the step, its rules, documents and deadlines."""
    spec = pack.forms.get(str(fact.get("form") or ""))
    if spec is not None:
        yield f"依表单：《{spec.title_zh}》（{spec.version}）" if chinese else f"by form: {spec.title_en} ({spec.version})"
    transition = pack.lifecycle.transitions.get(str(fact.get("transition") or ""))
    said = fact.get("cites") or fact.get("cite") or (transition.cite if transition else None)
    yield from grounds_of(pack, said, chinese)
    for rule_id in fact.get("rules") or ():
        yield from _rule_lines(pack, str(rule_id), spec, chinese)
    for code in fact.get("documents") or ():
        document = pack.documents.get(str(code), {})
        name = document.get("zh" if chinese else "en") or code
        yield f"文书：{name}" if chinese else f"document: {name}"
        for ref in document.get("basis") or ():
            yield from (f"   {line}" for line in grounds_of(pack, ref, chinese))
    for deadline in fact.get("deadlines") or ():
        working = deadline.get("working_zh" if chinese else "working_en") or deadline.get("working") or deadline.get("final") or ""
        clock = pack.lifecycle.clocks.get(str(deadline.get("clock") or ""), {})
        name = clock.get("zh" if chinese else "en") or deadline.get("clock", "")
        yield f"期限：{name}：{working}" if chinese else f"deadline: {name}: {working}"


def _rule_lines(pack: Pack, rule_id: str, spec: FormSpec | None, chinese: bool) -> Iterator[str]:
    """One rule with its grounds; rules of the fact's own form first, for ids may recur between forms."""
    found = list(_rules(pack, rule_id))
    own = [pair for pair in found if spec is not None and pair[0] == spec.code] or found[:1]
    if not own:
        yield f"规则 {rule_id}（本规则包版本中没有）" if chinese else f"rule {rule_id} (not in this version of the pack)"
    for _, rule in own:
        yield f"规则 {rule.id}：{rule.zh}" if chinese else f"rule {rule.id}: {rule.en}"
        yield from (f"   {line}" for line in grounds_of(pack, rule.cite, chinese))


def _rules(pack: Pack, rule_id: str) -> Iterator[tuple[str, Rule]]:
    """The rules and guards with an id, and the form or transition each stands in."""
    for code, spec in pack.forms.items():
        yield from ((code, rule) for rule in spec.rules if rule.id == rule_id)
    for name, transition in pack.lifecycle.transitions.items():
        yield from ((name, guard) for guard in transition.guards if guard.id == rule_id)


def grounds_of(pack: Pack, ref: Any, chinese: bool) -> Iterator[str]:
    """The grounds of a citation, each article with its text. A citation already printed is shown as it is."""
    found = pack.grounds(ref)
    if not found and ref:
        yield from (f"依据：{text}" if chinese else f"basis: {text}" for text in ([ref] if isinstance(ref, str) else map(str, ref)))
    for basis in found:
        yield _ground(pack, basis, chinese)


def _ground(pack: Pack, basis: Basis, chinese: bool) -> str:
    """One ground: the article's citation and text, or the mark that the rule is ours."""
    article = pack.articles.get(basis.ref)
    text = f"：{article.text}" if article and article.text else ""
    return f"依据：{basis.zh}{text}" if chinese else f"basis: {basis.en}{text}"
