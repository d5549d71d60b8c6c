"""What stands on a form and in what order, taken from its FormSpec and the same for Word and PDF.

A layout knows nothing of XML or points: it says which leaves share a grid, which are a tall box, which are a
table that grows, and which group is an opinion with signature and seal. Source: the forms' own YAML; the
arrangement is that of Chinese 申报书 (design).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.papers.forms.parts import Block, Entry, Grid, Group, Layout, Node, Opinion, Part, Table

COVER_PAGE_FROM = 24
"""A form with fewer leaves than this has no page for cover and instructions, unless it opens a case."""
DEFAULT_ROWS = 3
_HEADINGS = ("筹建工作总结报告", "能力后续建设规划", "申报书", "申请书", "任务书", "评审报告", "验收报告", "工作总结报告", "报告", "规划")


def lay_out(pack: Pack, spec: FormSpec, rows: Mapping[str, int] | None = None) -> Layout:
    """The layout of `spec`; `rows` gives numbers of rows by table path where they differ from the schema's.

    Every leaf appears exactly once: on the cover when the cover names it, else in its section; a leaf that no
    section names comes in a last section of its own.
    """
    has_page = bool(spec.cover.get("fields")) and (spec.opens_case or sum(1 for _ in spec.leaves()) >= COVER_PAGE_FROM)
    cover = tuple(_leaf_at(spec, path) for path in _on_cover(spec, has_page))
    parts, said = _parts(spec, {entry.path for entry in cover}, rows or {})
    if cover and not has_page:
        parts = [Part("", "", (Grid((Group("", cover),)),)), *parts]
    return Layout(
        title=spec.title_zh, heading=_heading(spec), title_en=spec.title_en, version=spec.version,
        authority=str(pack.authority.get("name") or ""), basis=pack.cite_text(spec.cite) if spec.cite else "",
        filed_by=tuple(spec.filed_by), guide=(*(str(line) for line in spec.notes.get("notes") or ()), *said),
        cover=cover if has_page else (), parts=tuple(parts),
        attached=any(node["meta"].get("kind") == "file" for _, node in spec.leaves()), annex=str(spec.notes.get("annex") or ""),
    )  # fmt: skip


def _on_cover(spec: FormSpec, has_page: bool) -> tuple[str, ...]:
    """The cover's fields, less those that must stay in their section: all when there is no page for a cover, and
    those of a section that would be left empty."""
    paths = tuple(str(path) for path in spec.cover.get("fields") or ())
    kept: set[str] = set()
    for section in spec.sections:
        names = {str(name) for name in section.fields}
        if not has_page or (section.id != "cover" and names <= set(paths)):
            kept |= names
    return tuple(path for path in paths if path not in kept and (has_page or path.split(".")[0] not in kept))


def _parts(spec: FormSpec, taken: set[str], rows: Mapping[str, int]) -> tuple[list[Part], list[str]]:
    """The printed sections. What a section named `cover` holds beside the cover's own fields opens the next section,
    and its note goes to the instructions."""
    parts: list[Part] = []
    waiting: tuple[Block, ...] = ()
    said: list[str] = []
    placed = {path.split(".")[0] for path in taken}
    for section in spec.sections:
        placed.update(str(name).split(".")[0] for name in section.fields)
        blocks = _totalled(_blocks(spec, section.fields, taken, rows))
        if section.id == "cover":
            waiting, said = blocks, [section.note] if section.note else []
        elif waiting or blocks:
            parts.append(Part("" if section.zh == spec.title_zh else section.zh, section.note or "", _run_on(waiting, blocks)))
            waiting = ()
    rest = _run_on(waiting, _blocks(spec, tuple(name for name in spec.fields if name not in placed), taken, rows))
    if rest:
        parts.append(Part("其他事项" if parts else "填报内容", "", rest))
    return parts, said


def _heading(spec: FormSpec) -> str:
    """The last words of the title that stand in a line of their own on a cover: 申报书, 评审报告."""
    said = str(spec.cover.get("heading") or "")
    if said and said != spec.title_zh:
        return said
    return next((ending for ending in _HEADINGS if spec.title_zh.endswith(ending) and len(spec.title_zh) > 8), "")


def _leaf_at(spec: FormSpec, path: str) -> Entry:
    names = path.split(".")
    node: Node = spec.fields[names[0]]
    labels = [_label(node, names[0])]
    for name in names[1:]:
        node = node["schema"][name]
        labels.append(_label(node, name))
    label = labels[-1] if len(names) == 1 else _joined(labels)
    return Entry(path, label.split("（")[0] if len(label) > 8 else label, node)


def _joined(labels: list[str]) -> str:
    """`申请单位` + `单位名称` is printed as `申请单位`; other pairs are put one behind the other."""
    group, own = labels[-2], labels[-1]
    if own.endswith("名称") or own == "姓名":
        return group
    return own if own.startswith(group[:2]) else group + own


def _label(node: Node, name: str) -> str:
    return str((node.get("meta") or {}).get("label") or name)


def _kind(node: Node) -> str:
    return str((node.get("meta") or {}).get("kind") or {"dict": "group", "list": "table"}.get(str(node.get("type")), "text"))


def _blocks(spec: FormSpec, names: tuple[str, ...], taken: set[str], rows: Mapping[str, int]) -> tuple[Block, ...]:
    blocks: tuple[Block, ...] = ()
    for path in names:
        node = _node_at(spec, path)
        blocks = _run_on(blocks, tuple(_block(path, _label(node, path.split(".")[-1]), node, taken, rows)))
    return blocks


def _totalled(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Leaves that add up a column of a table of the same section (`meta.sum`) moved into a row below that table."""
    tables = {block.path for block in blocks if isinstance(block, Table) and not block.cards}
    placed: list[Block] = []
    totals: dict[str, list[Entry]] = {}
    for block in blocks:
        if isinstance(block, Grid):
            for entry in (entry for group in block.groups for entry in group.entries if _summed(entry) in tables):
                totals.setdefault(_summed(entry), []).append(entry)
            groups = (replace(group, entries=tuple(entry for entry in group.entries if _summed(entry) not in tables)) for group in block.groups)
            block = Grid(tuple(group for group in groups if group.entries))
        if not isinstance(block, Grid) or block.groups:
            placed.append(block)
    return tuple(replace(block, totals=tuple(totals.get(block.path, ()))) if isinstance(block, Table) else block for block in placed)


def _summed(entry: Entry) -> str:
    """The table whose column a leaf adds up, empty for other leaves."""
    return str(entry.meta.get("sum") or "").rpartition(".")[0]


def _run_on(before: tuple[Block, ...], after: tuple[Block, ...]) -> tuple[Block, ...]:
    """Blocks one after the other, grids that meet made one."""
    joined = list(before)
    for block in after:
        last = joined[-1] if joined else None
        if isinstance(block, Grid) and isinstance(last, Grid):
            joined[-1] = Grid(_merged(last.groups, block.groups))
        else:
            joined.append(block)
    return tuple(joined)


def _merged(before: tuple[Group, ...], after: tuple[Group, ...]) -> tuple[Group, ...]:
    if before[-1].label == after[0].label == "":
        return (*before[:-1], Group("", before[-1].entries + after[0].entries), *after[1:])
    return before + after


def _node_at(spec: FormSpec, path: str) -> Node:
    names = path.split(".")
    node: Node = spec.fields[names[0]]
    for name in names[1:]:
        node = node["schema"][name]
    return node


def _block(path: str, label: str, node: Node, taken: set[str], rows: Mapping[str, int]) -> Iterator[Block]:
    kind = _kind(node)
    if kind == "table":
        yield _table(path, label, node, rows)
    elif kind != "group":
        if path not in taken:
            yield Grid((Group("", (Entry(path, label, node),)),))
    else:
        leaves = tuple(entry for entry in _leaves(path, "", node) if entry.path not in taken)
        opinion = _opinion(label, node, leaves)
        if opinion:
            yield opinion
        elif leaves:
            yield Grid((Group(label, leaves, str((node.get("meta") or {}).get("hint") or "")),))
        yield from _inner_tables(path, label, node, rows)


def _inner_tables(path: str, label: str, node: Node, rows: Mapping[str, int]) -> Iterator[Table]:
    for name, inner in node["schema"].items():
        below = f"{path}.{name}"
        if _kind(inner) == "table":
            yield _table(below, f"{label}：{_label(inner, name)}", inner, rows)
        elif _kind(inner) == "group":
            yield from _inner_tables(below, f"{label}·{_label(inner, name)}", inner, rows)


def _leaves(path: str, prefix: str, node: Node) -> Iterator[Entry]:
    for name, inner in node["schema"].items():
        below, label = f"{path}.{name}", _label(inner, name)
        if _kind(inner) == "group":
            yield from _leaves(below, label, inner)
        elif _kind(inner) != "table":
            yield Entry(below, label if label.startswith(prefix) else prefix + label, inner)


def _opinion(label: str, node: Node, leaves: tuple[Entry, ...]) -> Opinion | None:
    """A group of at most seven leaves with a date and either a long text or a seal is an opinion to be signed."""
    meta = node.get("meta") or {}
    texts = tuple(entry for entry in leaves if entry.kind == "long_text")
    others = tuple(entry for entry in leaves if entry.kind != "long_text")
    signed = texts or any(entry.path.endswith(".sealed") for entry in others)
    if not signed or len(leaves) > 7 or not any(entry.kind == "date" for entry in others):
        return None
    return Opinion(label, bool(node.get("required")), str(meta.get("wording") or meta.get("hint") or ""), texts, others)


def _table(path: str, label: str, node: Node, rows: Mapping[str, int]) -> Table:
    meta = node.get("meta") or {}
    columns = tuple(_leaves(f"{path}[]", "", node["schema"]))
    count = rows.get(path) or int(meta.get("rows") or 0) or max(DEFAULT_ROWS, int(node.get("minlength") or 0))
    return Table(path, label, str(meta.get("hint") or ""), bool(node.get("required")), columns, count)


