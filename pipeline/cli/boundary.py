"""The one boundary of the command line: troubles become a sentence and an exit code, whatever else an apology."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from pipeline import errors
from pipeline.cli.voice import Language, Pair, Voice
from pipeline.clockwork import wall_clock
from pipeline.diskwork import write_whole
from pipeline.errors import HongtouError, SettingsError
from pipeline.office import find_root, load_office

INTERRUPTED = 130
USAGE = 2

EXIT_CODES: Mapping[int, Pair] = {
    0: ("办成", "done"),
    1: ("程序出错或等不到结果，见提示与日志", "trouble in the program, or no answer in time; see the message and the log"),
    USAGE: ("命令写法不对", "the command was not written as it should be"),
    errors.SettingsError.exit_code: ("office.toml、people.yaml 或环境变量有误，或找不到办公室", "settings are wrong, or there is no office here"),
    errors.LayoutError.exit_code: ("文件夹的布置会丢件或自收自投", "the folders lie where work would be lost or loop"),
    errors.PackError.exit_code: ("规则包、表单或模板不完整（law check、forms check 有问题也是它）", "a pack, form or template is not whole"),
    errors.ConversionError.exit_code: ("公文转换或成页检查没有通过", "a document could not be converted or its page is not right"),
    errors.SigningError.exit_code: ("密钥、证书或时间戳不能用；verify：文件无效或无法判断", "key, certificate or timestamp unusable; verify: not valid, or cannot tell"),
    errors.StoreError.exit_code: ("数据库或原件库与日志不符（journal verify 有问题也是它）", "database or store is not as the journal says"),
    errors.NotFoundError.exit_code: ("找不到所指的案件、任务、人员或文件", "what was asked for by name does not exist"),
    errors.RefusedError.exit_code: ("不合规则，未办理；check：有必须改正的问题", "against a rule, not done; check: things to put right"),
    errors.EnvironmentFaultError.exit_code: ("缺少程序或字体，或版本太旧；doctor 有问题也是它", "a program or font is missing or too old; doctor found something"),
    INTERRUPTED: ("被 Ctrl-C 中断", "interrupted"),
}  # fmt: skip
"""Every exit code and its meaning; printed at the end of `--help` and in docs/commands.md."""


def exit_codes_text() -> str:
    """The exit codes, one in each paragraph."""
    return "\n\n".join(["退出码 / exit codes:", *(f"{code}  {zh} / {en}" for code, (zh, en) in sorted(EXIT_CODES.items()))])


class Boundary(TyperGroup):
    """The outermost command; every way out of the program leads through `main`."""

    def main(
        self, args: Sequence[str] | None = None, prog_name: str | None = None, complete_var: str | None = None, standalone_mode: bool = True,
        windows_expand_args: bool = True, **extra: Any,
    ) -> Any:  # fmt: skip
        """As typer's own, with our messages and exit codes."""
        given = list(sys.argv[1:] if args is None else args)
        extra |= {"complete_var": complete_var, "windows_expand_args": windows_expand_args}
        code = self._run(given, prog_name or "hongtou", extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def _run(self, given: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        voice = voice_of(given)
        try:
            result = super().main(args=given, prog_name=prog_name, standalone_mode=False, **extra)
        except HongtouError as trouble:
            return tell(voice, trouble)
        except (KeyboardInterrupt, typer.Abort):
            voice.complain("已中断。", "Interrupted.")
            return INTERRUPTED
        except BrokenPipeError:
            sys.stderr.close()
            return 0
        except Exception as fault:  # noqa: BLE001 - the outer boundary of the command line
            if hasattr(fault, "format_message"):
                return _usage(voice, fault)
            return _apologise(voice, fault, given)
        return result if isinstance(result, int) and not isinstance(result, bool) else 0


def voice_of(given: Sequence[str]) -> Voice:
    """The voice these arguments ask for, known before they are understood."""
    language = Language.ZH
    for n, word in enumerate(given):
        if word == "--lang=en" or (word == "--lang" and given[n + 1 : n + 2] == ["en"]):
            language = Language.EN
    return Voice(language, machine="--json" in given)


def tell(voice: Voice, trouble: HongtouError) -> int:
    """Say what the trouble is; gives its exit code."""
    voice.complain(trouble.zh, trouble.en)
    voice.give({"ok": False, "error": type(trouble).__name__, "zh": trouble.zh, "en": trouble.en, "exit_code": trouble.exit_code})
    return trouble.exit_code


def _usage(voice: Voice, fault: Any) -> int:
    """A command that was not written right: click's own words, and where to look."""
    context = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "hongtou"
    said = str(fault.format_message())
    voice.complain(f"命令写法不对：{said}。用 {path} --help 查看用法", f"{said}; see {path} --help")
    voice.give({"ok": False, "error": "usage", "zh": f"命令写法不对：{said}", "en": said, "exit_code": USAGE})
    return USAGE


def _apologise(voice: Voice, fault: Exception, given: Sequence[str]) -> int:
    """Something nobody foresaw: a short apology, and the whole story in a file."""
    path = _log(fault, given)
    voice.complain(f"抱歉，程序出了意料之外的错（{type(fault).__name__}）。详情已写入 {path}，请把它交给管理员", f"Sorry, something unforeseen went wrong; the details are in {path}")
    voice.give({"ok": False, "error": type(fault).__name__, "zh": "程序出错", "en": str(fault), "log": str(path), "exit_code": 1})
    return 1


def _log(fault: Exception, given: Sequence[str]) -> Path:
    now = wall_clock()
    text = f"{now.isoformat()}\n{' '.join(given)}\n\n" + "".join(traceback.format_exception(fault))
    name = f"fault-{now:%Y%m%d-%H%M%S-%f}.txt"
    for folder in (_logs(given), Path.home() / ".hongtou"):
        try:
            write_whole(folder / name, text.encode("utf-8", "replace"), mode=0o600)
        except OSError:
            continue
        return folder / name
    sys.stderr.write(text)
    return Path("stderr")


def _logs(given: Sequence[str]) -> Path:
    """The office's own logs, where an office can be found."""
    named = next((Path(given[n + 1]) for n, word in enumerate(given[:-1]) if word == "--office"), Path(os.environ.get("HONGTOU_OFFICE") or "."))
    try:
        return load_office(find_root(named.resolve())).var / "logs"
    except SettingsError:
        return Path.home() / ".hongtou"
