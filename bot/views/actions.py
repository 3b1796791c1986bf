"""Names of buttons and forms. What a button carries is an id to look up, never something to believe."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """action_id of buttons."""

    APPROVE = "gate_approve"
    EDIT = "gate_edit"
    CHANGE = "gate_change"
    SEND_BACK = "gate_send_back"
    CANCEL = "gate_cancel"
    ACCEPT = "gate_accept"
    RETRY = "gate_retry"
    DROP = "gate_drop"
    AGAIN = "mission_again"
    STOP = "mission_stop"
    READ = "work_read"
    EVIDENCE = "evidence_open"
    NEW = "mission_new"
    FEEDBACK = "result_feedback"
    SCHEDULE_BEGIN = "schedule_begin"
    SCHEDULE_DISCARD = "schedule_discard"
    SCHEDULE_RUN = "schedule_run"
    SCHEDULE_PAUSE = "schedule_pause"
    SCHEDULE_RESUME = "schedule_resume"
    SCHEDULE_DELETE = "schedule_delete"
    SCHEDULE_TAKE = "schedule_take"
    SCHEDULE_EDIT = "schedule_edit"
    SCHEDULE_HAND_OVER = "schedule_hand_over"
    SCHEDULE_HISTORY = "schedule_history"
    SCHEDULE_NEW = "schedule_new"
    REPEAT = "mission_repeat"


class Form(StrEnum):
    """callback_id of modals."""

    NEW = "new_mission"
    EDIT = "edit_plan"
    CHANGE = "change_plan"
    SEND_BACK = "send_back"
    RETRY = "retry_task"
    READ = "read_work"
    SCHEDULE = "schedule"
    HAND_OVER = "hand_over_schedule"
    HISTORY = "schedule_history"
