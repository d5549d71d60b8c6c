"""`docs/settings.md`, written from the settings themselves: `python -m pipeline.cli.reference > docs/settings.md`."""

from __future__ import annotations

import sys

from pipeline.settings import SETTINGS, Setting


def settings_page() -> str:
    """The page of all settings."""
    lines = [
        "# 设置 / Settings", "",
        "办公室的设置写在 `office.toml`；每一项也可用环境变量覆盖（环境变量优先）。`hongtou init` 写出的文件列有全部设置，未启用的加了注释号。",
        "写错的键、类型、取值都会被指出来，不会悄悄忽略。另有 `HONGTOU_OFFICE`：默认的办公室文件夹，相当于 `--office`。", "",
        "Settings live in `office.toml`; each can be overridden by its environment variable. `HONGTOU_OFFICE` stands for `--office`. "
        "This page is written from `pipeline/settings.py` by `python -m pipeline.cli.reference`.",
    ]  # fmt: skip
    section = ""
    for setting in SETTINGS:
        part = setting.key.split(".", 1)[0]
        if part != section:
            section = part
            lines += ["", f"## [{section}]", "", "| 键 / key | 默认 / default | 说明 / what for | 环境变量 / variable |", "|---|---|---|---|"]
        lines.append(_row(setting))
    return "\n".join(lines) + "\n"


def _row(setting: Setting) -> str:
    bounds = ["只能是 " + "、".join(setting.allowed)] if setting.allowed else []
    bounds += [f"不小于 {setting.least:g}"] if setting.least is not None else []
    words = f"{setting.zh}{'（' + '；'.join(bounds) + '）' if bounds else ''} / {setting.en}"
    return f"| `{setting.key}` | `{_default(setting)}` | {words} | `{setting.variable}` |"


def _default(setting: Setting) -> str:
    value = setting.default
    if isinstance(value, list):
        return "[]"
    return f'"{value}"' if isinstance(value, str) else str(value)


if __name__ == "__main__":
    sys.stdout.write(settings_page())
