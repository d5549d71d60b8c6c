"""Settings of an office: `office.toml`, overridden by the environment, checked, errors named with their place.

Each setting is one row of `SETTINGS`: key, type, default, and what it is for. The commented `office.toml` that
`hongtou init` writes is printed from the same rows, so none can be missing there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError

Value = str | int | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: dotted key, default (its type is the setting's type), explanation, and what values are allowed."""

    key: str
    default: Value
    zh: str
    en: str
    allowed: tuple[str, ...] = ()
    least: float | None = None

    @property
    def variable(self) -> str:
        """The environment variable that overrides it."""
        return "HONGTOU_" + self.key.upper().replace(".", "__")


SETTINGS: tuple[Setting, ...] = (
    Setting("office.name", "测试办公室", "本办公室名称，出现在系统状态中", "name of this office"),
    Setting("office.mode", "demo", "demo 演示（测试密钥，页面标“测试 无效”）；production 正式（拒绝测试密钥）", "demo or production", ("demo", "production")),
    Setting("office.language", "zh", "命令行信息先用哪种语言", "language that comes first on the command line", ("zh", "en")),
    Setting("office.jurisdictions", [], "启用的规则包；空表示 schemas 下全部已核实的（status 不是 unverified）", "packs in use; empty means all but unverified ones"),
    Setting("folders.inbox", "inbox", "收件文件夹", "where people drop files"),
    Setting("folders.outbox", "outbox", "发件文件夹", "where cases are shown"),
    Setting("folders.var", "var", "内部文件夹：数据库、原件库、密钥、日志；不得放在共享上", "database, originals, keys, logs; never on a share"),
    Setting("folders.spool", "", "暂存文件夹，须与 inbox 同一文件系统；空表示 var/spool", "spool, on the inbox's filesystem; empty means var/spool"),
    Setting("folders.schemas", "schemas", "规则包", "packs"),
    Setting("folders.forms", "forms", "表单与文书模板", "forms and templates"),
    Setting("folders.share_prefix", "", "用户看到的共享路径前缀，例如 \\\\服务器\\公文；用于检查路径长度", "prefix users see; used to keep whole paths short"),
    Setting("folders.longest_path", 180, "共享上整条路径最多多少个字符", "longest whole path on the share", least=80),
    Setting("intake.settle_seconds", 2.0, "文件静止多少秒才收；网络共享至少 10", "how long a drop must lie still; at least 10 on a network share", least=0.0),
    Setting("intake.scan_seconds", 2.0, "多少秒扫描一次", "seconds between scans", least=0.05),
    Setting("intake.largest_file_mb", 200, "单个文件最大多少 MB", "largest file", least=1),
    Setting("intake.largest_drop_mb", 1000, "一次提交最大多少 MB", "largest drop", least=1),
    Setting("intake.most_files", 500, "一次提交最多多少个文件", "most files in a drop", least=1),
    Setting("intake.reading_seconds", 60, "读取一次提交最多多少秒", "seconds one drop may take to read", least=1),
    Setting("intake.reading_memory_mb", 2048, "读取一次提交最多多少 MB 内存", "memory one drop may take to read", least=256),
    Setting("database.url", "", "数据库；空表示 var/hongtou.db（SQLite）", "database; empty means SQLite in var"),
    Setting("journal.second_place", "", "日志日根的第二存放处（最好在另一台机器）；空表示 var/roots", "where the journal's daily roots are copied, best on another machine; empty means var/roots"),
    Setting("engine.workers", 2, "同时办理的任务数", "jobs at once", least=1),
    Setting("engine.attempts", 5, "任务失败后最多试几次", "tries before a job counts as failed", least=1),
    Setting("engine.polling_seconds", 0.1, "任务队列多少秒看一次", "seconds between looks at the queue", least=0.02),
    Setting("libreoffice.processes", 2, "常驻的 LibreOffice 进程数", "LibreOffice processes kept warm", least=1),
    Setting("libreoffice.program", "soffice", "LibreOffice 程序", "LibreOffice program"),
    Setting("signing.policy", "certificate", "签发人凭什么证明身份：certificate 签发单上本人的电子签名；folder 只有本人能写的个人文件夹（仅演示）", "how the signing officer is proven", ("certificate", "folder")),
    Setting("signing.timestamp_urls", [], "时间戳服务地址，依次尝试；空表示本机时间戳（仅演示）", "RFC 3161 services in order; empty means the local one (demo only)"),
    Setting("signing.fetch_revocation", False, "是否到证书所写地址取吊销名单或 OCSP 应答，用于长期签名；否则只用密钥文件夹 published 里的 *.crl", "fetch revocation data from the addresses in certificates; otherwise only lists in published/"),
    Setting("signing.keys", "", "密钥文件夹；空表示 var/keys", "folder of keys; empty means var/keys"),
    Setting("signing.passphrase_variable", "HONGTOU_KEY_PASSPHRASE", "存放密钥口令的环境变量名", "environment variable holding the passphrase of the keys"),
    Setting("archive.fonds", [], "全宗号，由档案馆给定：写 规则包=全宗号，各规则包共用一个的只写全宗号；空表示归档时由档案员填写", "fonds number the archive gave, as pack=number, or one for all packs; empty: typed when filing"),
    Setting("archive.second_place", "", "第二处：原件库和归档信息包另存一份的文件夹，应在另一块盘或另一台机器上；空表示不存", "a second folder for copies of originals and packages, on another disk or machine; empty for none"),
    Setting("archive.audit_days", 30, "每隔多少天核对一次全部保存的文件；0 表示不自动核对", "days between audits of everything kept; 0 for none", least=0),
    Setting("verify.address", "", "核验网址，印在二维码里；空表示不印", "verification address in the QR; empty for none"),
)

_BY_KEY = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their values; `settings["intake.scan_seconds"]`."""

    values: Mapping[str, Value]

    def text(self, key: str) -> str:
        """A text setting."""
        return str(self.values[key])

    def number(self, key: str) -> float:
        """A numeric setting."""
        value = self.values[key]
        if isinstance(value, list):
            raise TypeError(key)
        return float(value)

    def whole(self, key: str) -> int:
        """A whole-number setting."""
        return int(self.number(key))

    def flag(self, key: str) -> bool:
        """A yes-or-no setting."""
        return self.values[key] is True

    def texts(self, key: str) -> tuple[str, ...]:
        """A list setting."""
        value = self.values[key]
        return tuple(value) if isinstance(value, list) else (str(value),)


def read_settings(path: Path, environment: Mapping[str, str]) -> Settings:
    """Settings from `path` (may be absent: defaults) and `environment`. Raises SettingsError naming file and key."""
    found = _flatten(_parse(path), str(path)) if path.exists() else {}
    values: dict[str, Value] = {}
    for setting in SETTINGS:
        value: Any = found.get(setting.key, setting.default)
        place = f"{path.name} [{setting.key}]"
        if setting.variable in environment:
            value, place = _from_text(setting, environment[setting.variable]), setting.variable
        values[setting.key] = _checked(setting, value, place)
    return Settings(values)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{path.name} 不是合法的 TOML：{fault}", f"{path.name} is not valid TOML: {fault}") from fault


def _flatten(table: Mapping[str, Any], file: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for section, entries in table.items():
        if not isinstance(entries, Mapping):
            raise SettingsError(f"{file}：“{section}”应写在某个 [节] 之下", f"{file}: {section} must stand in a [section]")
        for name, value in entries.items():
            key = f"{section}.{name}"
            if key not in _BY_KEY:
                raise SettingsError(f"{file}：没有名为 {key} 的设置，请对照注释改正", f"{file}: there is no setting {key}")
            flat[key] = value
    return flat


def _from_text(setting: Setting, text: str) -> Value:
    if isinstance(setting.default, bool):
        return text.lower() in ("1", "true", "yes", "是")
    if isinstance(setting.default, list):
        return [part for part in text.split(",") if part]
    if isinstance(setting.default, int | float):
        try:
            return type(setting.default)(float(text))
        except ValueError as fault:
            raise SettingsError(f"{setting.variable}：应为数字，现为“{text}”", f"{setting.variable}: a number is wanted, not {text!r}") from fault
    return text


def _checked(setting: Setting, value: Any, place: str) -> Value:
    wanted = type(setting.default)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise SettingsError(f"{place}：类型不对，应为 {wanted.__name__}，现为 {value!r}", f"{place}: {wanted.__name__} is wanted, not {value!r}")
    if setting.allowed and value not in setting.allowed:
        raise SettingsError(f"{place}：只能是 {'、'.join(setting.allowed)}，现为“{value}”", f"{place}: one of {', '.join(setting.allowed)} is wanted, not {value!r}")
    if setting.least is not None and isinstance(value, int | float) and value < setting.least:
        raise SettingsError(f"{place}：不得小于 {setting.least:g}，现为 {value}", f"{place}: must be at least {setting.least:g}, not {value}")
    return value


def commented_toml(chosen: Mapping[str, Value] | None = None) -> str:
    """The text of an `office.toml` with every setting, explained; those in `chosen` set, the others commented out."""
    lines = ["# 红头办公室设置 / settings of a hongtou office", "# 每项也可用环境变量覆盖，变量名见各项 / each can be overridden by the variable named", ""]
    section = ""
    for setting in SETTINGS:
        part, name = setting.key.split(".", 1)
        if part != section:
            section = part
            lines += [f"[{section}]"]
        value = (chosen or {}).get(setting.key, setting.default)
        mark = "" if setting.key in (chosen or {}) else "# "
        choices = f"（{' | '.join(setting.allowed)}）" if setting.allowed else ""
        lines += [f"# {setting.zh}{choices} / {setting.en} [{setting.variable}]", f"{mark}{name} = {_toml(value)}", ""]
    return "\n".join(lines)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
