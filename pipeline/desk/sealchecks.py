"""What `doctor` and the status page say of the seals: whether the register lets them be used, and which soon ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pipeline.clockwork import Clock
from pipeline.desk.ailments import Check, failed, not_run, ok, warning
from pipeline.desk.keyring import TRUSTED, Keyring
from pipeline.desk.seals import ending, words_of_end
from pipeline.errors import HongtouError
from pipeline.law.pack import Pack, jurisdictions, load_pack
from pipeline.office import Office
from pipeline.papers.sealbook import REGISTER, USES, Words

_REPAIR: Words = (f"换发印章，或更正密钥文件夹里的印章登记簿 {REGISTER}（见 docs/install.md）", f"have it renewed, or mend {REGISTER} in the folder of keys, see docs/install.md")


def examine_seals(office: Office, clock: Clock) -> Iterator[Check]:
    """Each seal a pack uses: on the register, of this authority, in its time, with the certificate entered."""
    packs: dict[str, Pack] = {}
    for name in office.settings.texts("office.jurisdictions") or jurisdictions(office.schemas):
        try:
            packs[name] = load_pack(office.schemas, name)
        except HongtouError:
            continue  # said among the packs
    keys = Keyring(office, packs, clock)
    try:
        soon = {seal.id: (left, words_of_end(seal, left, last)) for seal, left, last in ending(keys, clock().date())}
    except HongtouError as fault:
        yield failed("seals", ("印章登记簿", "register of seals"), (fault.zh, fault.en), _REPAIR)
        return
    for jurisdiction, pack in packs.items():
        for use in (use for use in USES if use in pack.seals):
            yield _seal(keys, jurisdiction, use, soon)
    if keys.published.is_dir():
        yield from _trusted(keys)


def _trusted(keys: Keyring) -> Iterator[Check]:
    """The roots and pins by which applicants and countersigners are known can be read."""
    name = (f"信任的他方证书（keys/{TRUSTED}）", f"trusted certificates of others (keys/{TRUSTED})")
    try:
        own, others = len(keys.trust.roots), len(keys.wide_trust.roots)
        pins = len(keys.pins)
    except HongtouError as fault:
        yield failed("trusted", name, (fault.zh, fault.en), ("按提示改正或移走该文件，然后重启 watch", "mend or remove that file, then start the watch anew"))
        return
    yield ok("trusted", name, (f"另加 {others - own} 个根证书，指定证书 {pins} 项", f"{others - own} more roots, {pins} pins"))


def _seal(keys: Keyring, jurisdiction: str, use: str, soon: dict[str, tuple[int, Words]]) -> Check:
    key, name = f"seal.{jurisdiction}.{use}", (f"{jurisdiction} 的{USES[use][0]}", f"{USES[use][1]} of {jurisdiction}")
    try:
        refusal = keys.refusal(jurisdiction, use)
        seal = keys.registered(jurisdiction, use)
    except HongtouError as fault:
        return not_run(key, name, (fault.zh, fault.en), _REPAIR)
    if refusal:
        return failed(key, name, refusal, _REPAIR)
    if seal.id in soon:
        return warning(key, name, soon[seal.id][1], _REPAIR)
    if not seal.sha256:
        return warning(key, name, (f"{seal.name}没有登记证书指纹，换了证书不会被发现", f"seal {seal.id}: no certificate is entered, an exchange would pass unseen"), _REPAIR)
    return ok(key, name, (seal.name, seal.id))


_known: dict[tuple[object, ...], tuple[str, ...]] = {}


def seal_lines(keys: Keyring, now: datetime) -> tuple[str, ...]:
    """Seals that soon end, or may not be used, in words; looked at once a day and whenever the register has changed."""
    today = now.date()
    try:
        asked = (*keys.register_stamp, today)
        if asked not in _known:
            _known.clear()
            _known[asked] = tuple(words_of_end(*each)[0] for each in ending(keys, today))
        return _known[asked]
    except HongtouError as fault:
        return (fault.zh,)
