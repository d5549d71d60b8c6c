"""Sets up an office on disk: folders, forms, demo keys, settings, people. Repeating it completes what is missing."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.cases.trigger import APPLICANT
from pipeline.clockwork import Clock, wall_clock
from pipeline.desk.keyring import Keyring
from pipeline.diskwork import write_whole
from pipeline.errors import SettingsError
from pipeline.intake.names import ANSWERS
from pipeline.law.pack import Pack, jurisdictions, load_pack
from pipeline.office import ROLES, Office, Person, check_layout, load_office, people_yaml
from pipeline.papers.forms import fill_form_name
from pipeline.settings import Value, commented_toml

DEMO: Mapping[str, Value] = {"office.mode": "demo", "signing.policy": "folder"}
_MODES = {"申报": 0o2771, "评审": 0o2771, "办理": 0o2771, "签发": 0o2771, "预审": 0o3777}
"""A role's folder may be walked through, not listed; a personal folder belongs to its owner and this program alone."""
PERSONAL = 0o2770
BLANKS = "空白表格"


def demo_people(names: Iterable[str]) -> tuple[Person, ...]:
    """Plainly invented people for a demo office: a signing officer, a clerk, experts and applicants of each pack."""
    rows = (("签发", "测试局长"), ("办理", "测试承办人"), ("评审", "测试专家组长"), ("申报", "测试申请人甲"), ("申报", "测试申请人乙"), ("申报", "测试申请人丙"))
    return tuple(Person(name, role, who, who) for name in names for role, who in rows)


def init_office(root: Path, source: Path, chosen: Mapping[str, Value] = DEMO, clock: Clock = wall_clock) -> Office:
    """Make `root` an office: forms and schemas copied from `source`, settings, people, folders and demo keys.

    What is there stays as it is. Raises LayoutError, SettingsError, PackError.
    """
    root.mkdir(parents=True, exist_ok=True)
    for part in ("schemas", "forms"):
        if not (root / part).exists():
            shutil.copytree(source / part, root / part)
    if not (root / "office.toml").exists():
        write_whole(root / "office.toml", commented_toml(chosen).encode())
    if not (root / "people.yaml").exists():
        write_whole(root / "people.yaml", people_yaml(_first_people(load_office(root))).encode())
    office = load_office(root)
    make_folders(office, clock)
    return office


def _first_people(office: Office) -> tuple[Person, ...]:
    """The invented people of a demo office; nobody in production."""
    return demo_people(office.settings.texts("office.jurisdictions") or jurisdictions(office.schemas)) if office.demo else ()


def make_folders(office: Office, clock: Clock = wall_clock) -> None:
    """All folders an office needs, with the permissions of their roles, and its demo keys."""
    check_layout(office)
    packs: dict[str, Pack] = {}
    chosen = office.settings.texts("office.jurisdictions") or jurisdictions(office.schemas)
    for name in chosen:
        packs[name] = load_pack(office.schemas, name)
        for role in ROLES:
            _folder(office.role_folder(name, role), _MODES[role])
            _folder(office.role_folder(name, role) / ANSWERS, _MODES[role])
        for person in (p for p in office.people if p.jurisdiction == name):
            home = office.role_folder(name, person.role) / person.folder
            _folder(home, PERSONAL, person.account)
            _folder(home / ANSWERS, PERSONAL, person.account)
        _folder(office.outbox / name, 0o2755)
        _give_blanks(office, packs[name])
    for inner, mode in ((office.var, 0o700), (office.spool, 0o700), (office.store, 0o700)):
        _folder(inner, mode)
    if not office.keys.exists():
        _folder(office.keys, 0o700)
        _folder(office.keys / "published", 0o755)
    Keyring(office, packs, clock).make_demo()


def _folder(path: Path, mode: int, account: str = "") -> None:
    path.mkdir(parents=True, exist_ok=True)
    if account and os.geteuid() == 0:
        os.chown(path, _user_id(account), os.getegid())
    path.chmod(mode)


def _user_id(account: str) -> int:
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError as fault:
        raise SettingsError(f"people.yaml：本机没有账户 {account}", f"people.yaml: there is no account {account} here") from fault


def _give_blanks(office: Office, pack: Pack) -> None:
    """`空白表格/`: all forms in the outbox; beside the inbox folders those that an applicant may file."""
    source = office.forms / pack.jurisdiction / "fill"
    for spec in pack.forms.values():
        homes = [office.outbox] + ([office.inbox] if APPLICANT in spec.filed_by else [])
        for path in (source / fill_form_name(spec, suffix) for suffix in (".docx", ".pdf", ".xlsx")):
            for home in homes if path.is_file() else ():
                target = home / pack.jurisdiction / BLANKS / path.name
                if not target.exists() or target.read_bytes() != path.read_bytes():
                    write_whole(target, path.read_bytes())


def add_person(office: Office, person: Person, clock: Clock = wall_clock) -> None:
    """Enter a person, and make the personal folder (and demo certificate). Raises SettingsError for an unknown account."""
    if person.account:
        _user_id(person.account)
    people = tuple(p for p in office.people if (p.jurisdiction, p.role, p.folder) != (person.jurisdiction, person.role, person.folder))
    write_whole(office.root / "people.yaml", people_yaml((*people, person)).encode())
    make_folders(load_office(office.root), clock)
