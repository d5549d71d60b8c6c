"""All commands in one tree."""

from __future__ import annotations

import typer

from pipeline.cli.archive import (
    archive_audit,
    archive_catalogue,
    archive_check,
    archive_expiring,
    archive_export,
    archive_list,
    archive_migration,
)
from pipeline.cli.backups import backup, drill, restore
from pipeline.cli.boundary import Boundary, exit_codes_text
from pipeline.cli.cases import case, cases
from pipeline.cli.drawing import draw_verify
from pipeline.cli.evidencing import evidence_
from pipeline.cli.filing import check, submit
from pipeline.cli.forms import forms_build, forms_check
from pipeline.cli.lastingdiary import lasting
from pipeline.cli.law import law_check, law_list
from pipeline.cli.lawdiff import law_diff
from pipeline.cli.lawexplain import law_explain
from pipeline.cli.lawnew import law_new
from pipeline.cli.lawplay import law_simulate
from pipeline.cli.lawwork import law_coverage
from pipeline.cli.layout import check_layout
from pipeline.cli.office import demo, doctor, init, person_add, person_list, version, watch
from pipeline.cli.people import person_who
from pipeline.cli.seals import seals_list, seals_show
from pipeline.cli.signing import sign_off
from pipeline.cli.verifying import verify
from pipeline.cli.work import failed, jobs, journal_verify, rebuild, retry

app = typer.Typer(
    name="hongtou", cls=Boundary, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False,
    help="红头：共享文件夹上的公文办理 / official documents on shared folders",
    epilog=exit_codes_text() + "\n\n所有命令见 docs/commands.md，所有设置见 docs/settings.md",
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
person = typer.Typer(help="办公室人员 / people of the office", no_args_is_help=True)
laws = typer.Typer(help="规则包 / packs", no_args_is_help=True)
papers = typer.Typer(help="表单与文书模板 / forms and templates", no_args_is_help=True)
lots = typer.Typer(help="随机抽取 / draws by lot", no_args_is_help=True)
archives = typer.Typer(help="档案 / the archive", no_args_is_help=True)
seals = typer.Typer(help="印章登记簿 / the register of seals", no_args_is_help=True)
chain = typer.Typer(help="日志 / the journal", no_args_is_help=True)

app.command("init")(init)
app.add_typer(person, name="person")
person.command("add")(person_add)
person.command("list")(person_list)
person.command("who")(person_who)
app.command("watch")(watch)
app.command("submit")(submit)
app.command("check")(check)
app.command("cases")(cases)
app.command("case")(case)
app.command("sign-off")(sign_off)
app.command("jobs")(jobs)
app.command("failed")(failed)
app.command("retry")(retry)
app.command("rebuild")(rebuild)
app.command("verify")(verify)
app.command("lasting")(lasting)
app.add_typer(lots, name="draw")
lots.command("verify")(draw_verify)
app.add_typer(laws, name="law")
laws.command("list")(law_list)
laws.command("check")(law_check)
laws.command("explain")(law_explain)
laws.command("coverage")(law_coverage)
laws.command("diff")(law_diff)
laws.command("simulate")(law_simulate)
laws.command("new")(law_new)
app.add_typer(papers, name="forms")
papers.command("build")(forms_build)
papers.command("check")(forms_check)
app.command("doctor")(doctor)
app.command("demo")(demo)
app.add_typer(archives, name="archive")
archives.command("list")(archive_list)
archives.command("check")(archive_check)
archives.command("export")(archive_export)
archives.command("catalogue")(archive_catalogue)
archives.command("audit")(archive_audit)
archives.command("expiring")(archive_expiring)
archives.command("migration")(archive_migration)
app.add_typer(chain, name="journal")
chain.command("verify")(journal_verify)
app.add_typer(seals, name="seals")
seals.command("list")(seals_list)
seals.command("show")(seals_show)
app.command("check-layout")(check_layout)
app.command("evidence")(evidence_)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("drill")(drill)
app.command("version")(version)
