"""Is this office fit to work? Each check is a value: what was looked at, how it stands, and what to do.

A check that could not be made says `not_run`, which is not ok. The machine's programs and fonts are looked at in
`machine`; here are the office's own folders, keys, clock and watcher.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from pipeline.clockwork import SHANGHAI, Clock, wall_clock
from pipeline.desk.ailments import Check, Status, Words, failed, not_run, ok, warning
from pipeline.desk.devices import look_at_devices
from pipeline.desk.keepchecks import examine_keeping
from pipeline.desk.machine import Run, examine_machine, run_program
from pipeline.desk.sealchecks import examine_seals
from pipeline.desk.sweep import sick_cases, unswept
from pipeline.errors import HongtouError
from pipeline.intake.names import CANARY
from pipeline.law.pack import jurisdictions, load_pack
from pipeline.office import ROLES, Office, Person, check_layout
from pipeline.papers.demo_pki import DEMO_PASSPHRASE
from pipeline.papers.pki import Expiry, common_name, expiries, is_demo, load_pair
from pipeline.work.database import open_database, reading

GIGABYTE = 1 << 30
LEAST_FREE, LITTLE_FREE = 1 * GIGABYTE, 5 * GIGABYTE
SOON_DAYS = 60
SKEW_SECONDS = 60.0
SILENT_SECONDS = 120.0

__all__ = ["Check", "Status", "examine"]


def examine(office: Office, clock: Clock = wall_clock, run: Run = run_program, *, watched: bool = True) -> tuple[Check, ...]:
    """Every check, in the order an administrator would go through them. `watched`: whether a watch should be running."""
    parts: tuple[Callable[[], Iterator[Check]], ...] = (
        lambda: examine_machine(run), lambda: _layout(office), lambda: _packs(office), lambda: _editions(office), lambda: _folders(office), lambda: _private(office), lambda: _disk(office),
        lambda: _keys(office, clock()), lambda: examine_seals(office, clock), lambda: examine_keeping(office), lambda: _settings(office), lambda: _clock(office, clock),
    )  # fmt: skip
    found = [check for part in parts for check in part()]
    return (*found, *_heartbeat(office, clock())) if watched else tuple(found)


def _layout(office: Office) -> Iterator[Check]:
    """Folders apart, spool on the inbox's filesystem, keys not on a share."""
    name = ("文件夹布置（含暂存与 inbox 同一文件系统）", "layout of the folders (spool on the inbox's filesystem)")
    try:
        check_layout(office)
    except HongtouError as fault:
        yield failed("layout", name, (fault.zh, fault.en), ("按提示改 office.toml 的 [folders]", "part them in [folders] of office.toml"))
        return
    yield ok("layout", name, (str(office.root), str(office.root)))


def _packs(office: Office) -> Iterator[Check]:
    for jurisdiction in office.settings.texts("office.jurisdictions") or jurisdictions(office.schemas):
        name = (f"规则包 {jurisdiction}", f"pack {jurisdiction}")
        try:
            pack = load_pack(office.schemas, jurisdiction)
        except HongtouError as fault:
            yield failed(f"pack.{jurisdiction}", name, (fault.zh, fault.en), ("改正后运行 hongtou law check", "mend it, then run `hongtou law check`"))
            continue
        missing = sorted({str(d["template"]) for d in pack.documents.values() if d.get("template")} - _names(office.forms / jurisdiction / "issue"))
        if missing:
            yield failed(
                f"pack.{jurisdiction}", name, (f"缺模板：{'、'.join(missing)}", f"templates missing: {', '.join(missing)}"),
                ("运行 hongtou forms build", "run `hongtou forms build`"),
            )  # fmt: skip
        else:
            yield ok(f"pack.{jurisdiction}", name, (f"版本 {pack.version}", f"version {pack.version}"))


def _editions(office: Office) -> Iterator[Check]:
    """Cases whose edition of a pack is lost, as the last sweep found them. Looks only: a database that is not there is not made."""
    name = ("案件立案时的规则包版本", "editions of the packs cases were opened under")
    if not (office.settings.text("database.url") or (office.var / "hongtou.db").is_file()):
        yield ok("editions", name, ("还没有案件", "there are no cases yet"))
        return
    try:
        with reading(open_database(office.database_url)) as connection:
            lost, sick = unswept(connection), sick_cases(connection)
    except sa.exc.SQLAlchemyError as fault:
        yield not_run("editions", name, (f"数据库打不开：{fault}", f"the database cannot be read: {fault}"), ("核对 office.toml 的 [database]", "look at [database] in office.toml"))
        return
    whole = ("案件记录可读，期限有人看管", "records of the cases, and their deadlines looked after")
    if sick:
        repair = ("运行 hongtou journal verify 核对日志，被改动的从备份恢复", "run `hongtou journal verify`; restore from a backup")
        yield failed("cases", whole, ("；".join(sick.values()), f"trouble with {', '.join(sick)}"), repair)
    else:
        yield ok("cases", whole)
    if not lost:
        yield ok("editions", name)
        return
    yield failed("editions", name, ("；".join(lost.values()), f"lost for {', '.join(lost)}"), ("从备份恢复 var/packs", "restore var/packs from the backup"))


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*")}


def _folders(office: Office) -> Iterator[Check]:
    """Each role's folder is there and may be written; a person's own folder is closed to others."""
    repair = ("运行 hongtou init 补齐；在共享服务器上按角色设组权限", "run `hongtou init`; on a share give each role its group")
    for jurisdiction in office.settings.texts("office.jurisdictions") or jurisdictions(office.schemas):
        for role in ROLES:
            folder = office.role_folder(jurisdiction, role)
            yield _writable(f"inbox.{jurisdiction}.{role}", (f"收件文件夹 {jurisdiction}/{role}", f"inbox {jurisdiction}/{role}"), folder, repair)
        folder = office.outbox / jurisdiction
        yield _writable(f"outbox.{jurisdiction}", (f"发件文件夹 {jurisdiction}", f"outbox {jurisdiction}"), folder, repair, others_write=False)
    for person in office.people:
        yield _personal(person, office.role_folder(person.jurisdiction, person.role) / person.folder, repair)


def _personal(person: Person, folder: Path, repair: Words) -> Check:
    """A personal folder is closed to others and belongs to the person's account."""
    key = f"person.{person.jurisdiction}.{person.role}.{person.folder}"
    name = (f"{person.jurisdiction}/{person.role}/{person.folder} 只有本人与工作人员可进", f"the folder of {person.folder} is closed to others")
    if not folder.is_dir():
        return failed(key, name, ("文件夹不存在", "the folder is missing"), repair)
    found = folder.stat()
    if found.st_mode & 0o007:
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        return failed(key, name, (f"权限 {mode}，别人也能看", f"mode {mode}: others can look in"), (f"chmod o-rwx {folder}", f"chmod o-rwx {folder}"))
    try:
        owner = pwd.getpwnam(person.account).pw_uid if person.account else found.st_uid
    except KeyError:
        told = (f"本机没有账户 {person.account}", f"there is no account {person.account} here")
        return failed(key, name, told, ("改正 people.yaml 的 account", "mend account in people.yaml"))
    if owner != found.st_uid:
        told = (f"不归账户 {person.account} 所有，本人投不进去", f"it does not belong to {person.account}, who cannot drop there")
        return failed(key, name, told, (f"chown {person.account} {folder}", f"chown {person.account} {folder}"))
    return ok(key, name)


def _writable(key: str, name: Words, folder: Path, repair: Words, others_write: bool = True) -> Check:
    if not folder.is_dir():
        return failed(key, name, (f"{folder} 不存在", f"{folder} is missing"), repair)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return failed(key, name, (f"{folder} 本程序不能读写", f"{folder} may not be read and written"), repair)
    if not others_write and folder.stat().st_mode & 0o002:
        return failed(key, name, ("任何人都能改写发件文件夹", "everybody may write into it"), (f"chmod o-w {folder}", f"chmod o-w {folder}"))
    return ok(key, name)


def _private(office: Office) -> Iterator[Check]:
    """Database, originals and keys are for this program only."""
    for key, label, folder in (("var", "内部文件夹", office.var), ("keys", "密钥文件夹", office.keys), ("spool", "暂存文件夹", office.spool)):
        name = (f"{label}只有本程序可进", f"{key} is closed to everybody else")
        if not folder.is_dir():
            yield failed(key, name, (f"{folder} 不存在", f"{folder} is missing"), ("运行 hongtou init 补齐", "run `hongtou init`"))
        elif folder.stat().st_mode & 0o077 or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            mode = f"{stat.S_IMODE(folder.stat().st_mode):04o}"
            yield failed(key, name, (f"{folder} 权限 {mode}", f"{folder} has mode {mode}"), (f"chmod 700 {folder}", f"chmod 700 {folder}"))
        else:
            yield ok(key, name)


def _disk(office: Office) -> Iterator[Check]:
    for key, folder in (("inbox", office.inbox), ("outbox", office.outbox), ("var", office.var)):
        name = (f"磁盘空间（{key}）", f"disk space of {key}")
        repair = ("清理磁盘或扩容；空间用尽时收件会暂停", "free or add space; claiming stops when it is gone")
        if not folder.exists():
            yield not_run(f"disk.{key}", name, (f"{folder} 不存在", f"{folder} is missing"), repair)
            continue
        free = shutil.disk_usage(folder).free
        told = (f"剩余 {free / GIGABYTE:.1f} GB", f"{free / GIGABYTE:.1f} GB free")
        make = failed if free < LEAST_FREE else warning if free < LITTLE_FREE else None
        yield make(f"disk.{key}", name, told, repair) if make else ok(f"disk.{key}", name, told)


def _keys(office: Office, now: datetime) -> Iterator[Check]:
    """Certificates that have ended or soon will; test keys in an office that works for real."""
    name = ("证书", "certificates")
    try:
        held, wrong = look_at_devices(office)
        found = [*expiries(sorted((office.keys / "published").glob("*.pem"))), *_sealing(office), *held]
    except (HongtouError, ValueError, OSError) as fault:
        yield failed("certificates", name, (str(fault), str(fault)), ("核对 keys 文件夹与口令", "look at the keys folder and the passphrase"))
        return
    yield from wrong
    if not found:
        repair = ("正式办公室请放入证书；演示办公室运行 hongtou init", "put the certificates in; in a demo office run `hongtou init`")
        yield failed("certificates", name, ("没有证书", "there are none"), repair)
    for one in found:
        told = (f"{one.subject} 有效至 {one.not_after:%Y-%m-%d}", f"{one.subject} ends {one.not_after:%Y-%m-%d}")
        repair = ("向发证机构换发，放入 keys 后重启 watch", "have it renewed, put it into keys and start the watch anew")
        key, label = f"certificate.{one.name}", (f"证书 {one.name}", f"certificate {one.name}")
        if one.demo and not office.demo:
            yield failed(key, label, ("正式办公室里有测试证书", "a test certificate in a production office"), ("换成正式证书，删去测试证书", "put the real one in its place"))
        elif one.ends_within(now, 0):
            yield failed(key, label, told, repair)
        elif one.ends_within(now, SOON_DAYS):
            yield warning(key, label, told, repair)
        else:
            yield ok(key, label, told)


def _sealing(office: Office) -> list[Expiry]:
    """The certificates inside the key files. Raises SigningError for one that cannot be opened."""
    variable = office.settings.text("signing.passphrase_variable")
    passphrase = os.environ.get(variable, DEMO_PASSPHRASE if office.demo else "")
    pairs = ((path.name, load_pair(path, passphrase, demo_allowed=True).certificate) for path in sorted(office.keys.glob("*.p12")))
    return [Expiry(name, common_name(each), each.not_valid_after_utc, is_demo(each)) for name, each in pairs]


def _settings(office: Office) -> Iterator[Check]:
    """What a production office must have settled."""
    name = ("办公室方式与签发凭据", "mode of the office and proof of the officer")
    if office.demo:
        yield ok("mode", name, ("演示：所有文书标明“测试 无效”", "demo: every page is marked 测试 无效"))
        return
    wrong = []
    if office.settings.text("signing.policy") == "folder":
        wrong.append(("签发只凭文件夹，不能证明签发人", "officers are proven by folder only"))
    if not office.settings.texts("signing.timestamp_urls"):
        wrong.append(("没有时间戳服务", "no timestamp service"))
    if office.settings.number("intake.settle_seconds") < 10:
        wrong.append(("settle_seconds 小于 10，网络共享上可能收到半个文件", "settle_seconds is below 10, too short for a network share"))
    for zh, en in wrong:
        yield failed("mode", name, (zh, en), ("在 office.toml 中改正（见 docs/settings.md）", "mend office.toml, see docs/settings.md"))
    if not wrong:
        yield ok("mode", name, ("正式", "production"))


def _clock(office: Office, clock: Clock) -> Iterator[Check]:
    """This machine's clock against the file systems', which on a share is the server's."""
    repair = ("校准本机与文件服务器的时间（NTP），再启动 watch", "set this machine's and the file server's clocks (NTP), then start the watch")
    for key, folder in (("inbox", office.inbox), ("var", office.var)):
        name = (f"时钟与 {key} 所在文件系统一致", f"clock agrees with the filesystem of {key}")
        probe = folder / f".{secrets.token_hex(6)}.tmp"
        try:
            probe.write_bytes(b"")
            written = datetime.fromtimestamp(probe.stat().st_mtime, SHANGHAI)
            probe.unlink()
        except OSError as fault:
            yield not_run(f"clock.{key}", name, (f"写不了试验文件：{fault}", f"no file can be written: {fault}"), repair)
            continue
        apart = (clock() - written).total_seconds()
        told = (f"相差 {apart:+.0f} 秒", f"{apart:+.0f} s apart")
        yield ok(f"clock.{key}", name, told) if abs(apart) <= SKEW_SECONDS else failed(f"clock.{key}", name, told, repair)


def _heartbeat(office: Office, now: datetime) -> Iterator[Check]:
    """The canary file a running watch writes into the inbox every few seconds."""
    name, canary = ("收件程序在运行", "the watch is alive"), office.inbox / CANARY
    repair = ("启动 hongtou watch（建议设为开机服务）；若已启动，看 系统状态.txt", "start `hongtou watch`, best as a service; if it runs, read 系统状态.txt")
    if not canary.exists():
        yield not_run("watch", name, ("从未见过它的心跳", "its heartbeat was never seen"), repair)
        return
    seen = datetime.fromtimestamp(canary.stat().st_mtime, SHANGHAI)
    told = (f"最近一次心跳 {seen:%Y-%m-%d %H:%M:%S}", f"last heartbeat {seen:%Y-%m-%d %H:%M:%S}")
    yield ok("watch", name, told) if now - seen <= timedelta(seconds=SILENT_SECONDS) else failed("watch", name, told, repair)
