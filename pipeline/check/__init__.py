"""A form gets its verdict: field by field (Cerberus with our types), then rule by rule (CEL), all findings at once."""

from pipeline.check.examples import check_examples
from pipeline.check.form import RuleContext, check_form

__all__ = ["RuleContext", "check_examples", "check_form"]
