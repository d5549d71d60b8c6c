"""What people may do with a case besides moving it by the law. Each is a filing through the same door, recorded like any other."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.cases.operations import acts, archiving, copies, posts, two_people, verbs
from pipeline.cases.operations.answers import Operation

OPERATIONS: Mapping[str, Operation] = {
    "sign_off_sheet": acts.sign_off,
    "retraction": acts.take_back,
    "service_receipt": acts.deliver,
    "retry_request": acts.retry,
    "move_request": acts.ask_move,
    "series_start": acts.start_series,
    "delegation": posts.delegate,
    "absence_notice": posts.away,
    "duty_handover": posts.hand_over,
    "case_takeover": two_people.propose_takeover,
    "holiday_table": two_people.propose_holidays,
    "office_confirmation": two_people.confirm,
    "urging_slip": verbs.urge,
    "task_transfer": verbs.hand_on,
    "opinion_request": verbs.ask_opinion,
    "opinion_sheet": verbs.give_opinion,
    "return_slip": verbs.send_back,
    "print_record": copies.record_print,
    "archiving_record": archiving.archive,
    "destruction_record": archiving.destroy,
}
"""Forms that are recorded operations rather than steps of the law, by form code."""
