"""What `doctor` says of what must last: documents that wait for their seal, signatures not raised, the key of sealed forms.

Looks only: a database or a key that is not there is not made.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.due import LAST
from pipeline.cases.unsealed import OVER
from pipeline.desk.ailments import Check, failed, not_run, ok, warning
from pipeline.desk.awaiting import unsealed_now
from pipeline.desk.backup import KEYS_SAVED, keys_of
from pipeline.desk.lasting import not_raised
from pipeline.desk.sealingkey import FILE, sealing_key
from pipeline.errors import SigningError
from pipeline.office import Office
from pipeline.papers.demo_pki import DEMO_PASSPHRASE
from pipeline.work.database import open_database, reading

_FEW = 3


def examine_keeping(office: Office) -> Iterator[Check]:
    """What waits and what could not be raised, as the record has it; then the sealing key."""
    saved = ""
    if office.settings.text("database.url") or (office.var / "hongtou.db").is_file():
        try:
            with reading(open_database(office.database_url)) as connection:
                waiting, behind = unsealed_now(connection), not_raised(connection)
                saved = registers.get_mark(connection, KEYS_SAVED) or ""
            yield _waiting(waiting)
            yield _behind(behind)
        except sa.exc.SQLAlchemyError as fault:
            told = (f"数据库打不开：{fault}", f"the database cannot be read: {fault}")
            yield not_run("lasting.not_raised", ("长期签名", "signatures that last"), told, ("核对 office.toml 的 [database]", "look at [database] in office.toml"))
    yield from _key(office, saved)


def _waiting(rows: list[dict[str, str]]) -> Check:
    name = ("没有文书等待用印", "no document waits for its seal")
    if not rows:
        return ok("sealing.waiting", name)
    told = ("；".join(row["zh"] for row in rows[:_FEW]) + _more(rows)[0], "; ".join(row["en"] for row in rows[:_FEW]) + _more(rows)[1])
    repair = ("核对时间戳服务、网络和密钥；应答后自动用印，不须重新签发", "look at the timestamp services, the network and the keys; sealing goes on by itself")
    pressing = any(row["mark"] in (LAST, OVER) for row in rows)
    return (failed if pressing else warning)("sealing.waiting", name, told, repair)


def _behind(found: dict[str, str]) -> Check:
    name = ("签名按日程加归档时间戳", "signatures are raised as the diary says")
    if not found:
        return ok("lasting.not_raised", name)
    few = [f"{paper}：{why}" for paper, why in list(found.items())[:_FEW]]
    told = ("；".join(few) + _more(list(found))[0], f"not raised: {', '.join(list(found)[:_FEW])}" + _more(list(found))[1])
    repair = ("看 hongtou lasting；更新 keys/published 里的吊销名单，或设 signing.fetch_revocation；时间戳服务没有应答的，检查网络", "see `hongtou lasting`; put newer revocation lists into keys/published, or set signing.fetch_revocation")
    return warning("lasting.not_raised", name, told, repair)


def _more(rows: list[dict[str, str]] | list[str]) -> tuple[str, str]:
    left = len(rows) - _FEW
    return (f"；另有 {left} 份", f"; {left} more") if left > 0 else ("", "")


def _key(office: Office, saved: str) -> Iterator[Check]:
    """The key under which sealed forms lie: private, opens with the passphrase, and in a backup as it is now."""
    name, path = ("封存密钥", "the key of sealed forms"), office.keys / FILE
    if not path.is_file():
        yield ok("sealing.key", name, ("还没有用到", "not needed yet"))
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    variable = office.settings.text("signing.passphrase_variable")
    passphrase = DEMO_PASSPHRASE if office.demo else os.environ.get(variable)
    if mode & 0o077:
        yield failed("sealing.key", name, (f"{path} 权限 {mode:04o}，别人也能读", f"{path} has mode {mode:04o}"), (f"chmod 600 {path}", f"chmod 600 {path}"))
        return
    if passphrase is None:
        yield not_run("sealing.key", name, (f"环境变量 {variable} 没有口令，没有试开", f"no passphrase in {variable}"), (f"设好 {variable} 再查", f"set {variable} and look again"))
        return
    try:
        sealing_key(office.keys, passphrase)
    except (SigningError, OSError) as fault:
        told = (fault.zh, fault.en) if isinstance(fault, SigningError) else (str(fault), str(fault))
        yield failed("sealing.key", name, told, ("从备份恢复这个文件；没有它，封存的内容永远打不开", "restore the file from a backup; without it nothing sealed can be opened"))
        return
    if saved.rpartition(" ")[2] != keys_of(office):
        told = ("还没有备份过现在的密钥" if not saved else f"{saved[:10]} 备份之后换过密钥", "these keys are in no backup yet")
        yield warning("sealing.key", name, told, ("运行 hongtou backup（含密钥），备份放到别处", "run `hongtou backup` with the keys and keep it elsewhere"))
        return
    yield ok("sealing.key", name, (f"{saved[:10]} 已备份", f"backed up on {saved[:10]}"))
