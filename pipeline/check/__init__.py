"""A form gets its verdict: field by field (Cerberus with our types), then rule by rule (CEL), all findings at once."""

from pipeline.check.examples import check_examples
from pipeline.check.form import RuleContext, check_form
from pipeline.check.pack_files import check_files
from pipeline.law.check_pack import check_pack
from pipeline.law.pack import Pack
from pipeline.model import Finding

__all__ = ["RuleContext", "check_examples", "check_files", "check_form", "prove_pack"]


def prove_pack(pack: Pack) -> tuple[Finding, ...]:
    """All that is unproven about a pack: its files, its references, rules and citations, its examples."""
    return (*check_files(pack), *check_pack(pack), *check_examples(pack))
