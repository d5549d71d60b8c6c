"""The audit of everything kept: content store and packages against the record, mended from each other and from the second place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.archive.bags import replace_file, write_package
from pipeline.archive.fixity import Audit, Kept, audit, fault_of
from pipeline.cases import journal, registers
from pipeline.cases.codec import decode
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind
from pipeline.desk.archiving import HOME, package_home, second_place
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.diskwork import copy_whole, move_whole, write_whole

MARK = "last audit"
_DIGESTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SEALED: ("sha256", "docx_sha256", "wet_sha256"), Kind.STAMPED: ("sha256",), Kind.RAISED: ("sha256",), Kind.COUNTERSIGNED: ("sha256",), Kind.ROOTED: ("statement", "signature"), Kind.ROOT_SHEET: ("sha256", "docx_sha256"),
}  # fmt: skip
_FILES = (Kind.PACKAGED, Kind.ARCHIVE_CHECKED)

Package = tuple[Path, Mapping[str, str]]


def audit_office(desk: Desk, mending: bool = True, step: Callable[[], None] = lambda: None) -> Audit:
    """Look at every kept file, mend what can be mended, complete the second place, and record the result. Raises OSError."""
    packages, second = tuple(_packages(desk)), second_place(desk)
    kept = tuple(_kept(desk, packages, second))
    result = audit(kept, _mender(desk, packages, second) if mending else None, step)
    copied = _complete(desk, kept, packages, second) if mending and second is not None else 0
    result = replace(result, copied=copied)
    _record(desk, result)
    return result


def how_many(desk: Desk) -> int:
    """How many files an audit looks at."""
    return sum(1 for _ in _kept(desk, tuple(_packages(desk)), second_place(desk)))


def audit_if_due(desk: Desk, today: date) -> None:
    """Ask for an audit every so many days; the first one so many days after the office began."""
    every = desk.office.settings.whole("archive.audit_days")
    with desk.database.begin() as connection:
        last = registers.get_mark(connection, MARK)
        if last is not None and (not every or (today - date.fromisoformat(last)).days < every):
            return
        registers.set_mark(connection, MARK, today.isoformat())
        if last is not None and every:
            desk.submit(connection, Work("audit", (today.isoformat(),)), "office")


def _packages(desk: Desk) -> Iterator[Package]:
    """Where each recorded package lies in the outbox, and the digests of its files."""
    with desk.reading() as connection:
        cases = tuple(desk.shelf.all(connection).values())
    for case in cases:
        for act in case.archived:
            home = package_home(desk, case, act)
            if "package" in act and ("checked" in act or home.is_dir()):  # else it is being laid down right now
                yield home, act["package"]["files"]


def _kept(desk: Desk, packages: tuple[Package, ...], second: Path | None) -> Iterator[Kept]:
    """Every file that must be there: the store's, the packages', and what lies in the second place already."""
    outbox, copies = desk.office.outbox, {}
    for home, files in packages:
        copies.update({sha256: home / path for path, sha256 in files.items()})
    sealed = {sha256 for sha256 in _recorded(desk) - _present(desk) if desk.vault.has(sha256)}  # not laid open yet
    for sha256 in sorted((_recorded(desk) | _present(desk)) - sealed):
        spares = [copies[sha256]] if sha256 in copies else []
        beside = (second / "store" / sha256[:2] / sha256,) if second is not None else ()
        yield Kept(f"原件库 {sha256}", desk.store.path(sha256), sha256, (*beside, *spares))
        if beside and beside[0].exists():
            yield Kept(f"第二处原件库 {sha256}", beside[0], sha256, (desk.store.path(sha256), *spares))
    for home, files in packages:
        there = second / home.relative_to(outbox) if second is not None else None
        for path, sha256 in sorted(files.items()):
            other = (there / path,) if there is not None else ()
            yield Kept((home / path).relative_to(outbox).as_posix(), home / path, sha256, (desk.store.path(sha256), *other))
            if there is not None and there.is_dir():
                yield Kept(f"第二处 {(home / path).relative_to(outbox).as_posix()}", there / path, sha256, (desk.store.path(sha256), home / path))


def _present(desk: Desk) -> set[str]:
    return {path.name for path in desk.store.root.glob("??/*") if len(path.name) == 64}


def _recorded(desk: Desk) -> set[str]:
    """Digests the record says are kept: what was dropped, sealed, stamped, packaged."""
    table = journal.events
    kinds = [str(kind) for kind in (*_DIGESTS, *_FILES)]
    with desk.reading() as connection:
        found = set(connection.execute(sa.select(registers.drops.c.sha256)).scalars())
        for row in connection.execute(sa.select(table.c.kind, table.c.data).where(table.c.kind.in_(kinds))):
            data, kind = decode(row.data), Kind(row.kind)
            found |= set(data["files"].values()) if kind in _FILES else {data[key] for key in _DIGESTS[kind] if data.get(key)}
    return found


def _mender(desk: Desk, packages: tuple[Package, ...], second: Path | None) -> Callable[[Kept, Path], None]:
    homes = [home for home, _ in packages]
    homes += [second / home.relative_to(desk.office.outbox) for home in homes] if second is not None else []

    def mend(one: Kept, good: Path) -> None:
        data, home = good.read_bytes(), next((h for h in homes if one.path.is_relative_to(h)), None)
        if one.path.exists():
            _keep_aside(desk, one)
        if home is not None:
            replace_file(home, one.path.relative_to(home).as_posix(), data)
        else:
            write_whole(one.path, data, mode=0o444)

    return mend


def _keep_aside(desk: Desk, one: Kept) -> None:
    """A copy of the damaged bytes, for whoever wants to know what happened."""
    aside = desk.office.var / "damaged" / f"{desk.clock():%Y%m%d}-{one.sha256[:16]}-{one.path.name[:40]}"
    if not aside.exists():
        try:
            copy_whole(one.path, aside)
        except OSError:
            return  # what cannot be read cannot be kept
    if one.path.is_dir():
        one.path.parent.chmod(0o755)
        move_whole(one.path, aside.with_name(aside.name + "-folder"))


def _complete(desk: Desk, kept: tuple[Kept, ...], packages: tuple[Package, ...], second: Path | None) -> int:
    """Copy into the second place what is not there yet."""
    assert second is not None
    copied = 0
    for one in kept:
        if one.path.is_relative_to(desk.store.root):
            target = second / "store" / one.sha256[:2] / one.sha256
            if not target.exists() and not fault_of(one.path, one.sha256):
                copy_whole(one.path, target, mode=0o444, expected=one.sha256)
                copied += 1
    for home, files in packages:
        write_package(home, files, desk.store.path)
        copied += len(files) * write_package(second / home.relative_to(desk.office.outbox), files, desk.store.path)
    return copied


def _record(desk: Desk, result: Audit) -> None:
    """The audit on record, and where something was found a note for the archivist."""
    mended = sum(bool(loss.mended_from) for loss in result.losses)
    zh = f"核对保存的文件 {result.checked} 个：有问题 {len(result.losses)} 个，已修复 {mended} 个，补存到第二处 {result.copied} 个"
    en = f"{result.checked} kept files looked at: {len(result.losses)} bad, {mended} mended, {result.copied} copied to the second place"
    losses: list[dict[str, Any]] = [{"name": loss.name, "sha256": loss.sha256, "how": loss.how, "mended_from": loss.mended_from} for loss in result.losses]
    data = {"on": desk.clock().date().isoformat(), "checked": result.checked, "losses": losses, "copied": result.copied, "ok": result.ok, "zh": zh, "en": en}
    note(desk, (Event(Kind.ARCHIVE_AUDITED, data),))
    if result.losses:
        text = "\r\n".join([zh, "", *(f"{loss.zh}\r\n{loss.en}" for loss in result.losses), ""])
        for jurisdiction in desk.packs:
            write_whole(desk.office.outbox / jurisdiction / HOME / f"异常_文件核对_{data['on']}.txt", text.encode("utf-8-sig"))
