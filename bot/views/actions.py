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
    REFUSE = "gate_refuse"
    RAISE = "gate_raise"
    FINISH = "gate_finish"
    ASK_DELEGATION = "delegation_ask"
    DELEGATE = "delegation_give"
    DECLINE_DELEGATION = "delegation_decline"
    AGAIN = "mission_again"
    STOP = "mission_stop"
    PAUSE = "mission_pause"
    RESUME = "mission_resume"
    DEFAULTS = "questions_defaults"
    REPLY = "questions_reply"
    TAKE_OVER = "change_approve"
    KEEP = "change_keep"
    EDIT_RESULT = "result_edit"
    READ = "work_read"
    EVIDENCE = "evidence_open"
    PAGE = "evidence_page"  # with _back or _on after it
    CONTEST = "claim_contest"
    NEW = "mission_new"
    FEEDBACK = "result_feedback"


class Form(StrEnum):
    """callback_id of modals."""

    NEW = "new_mission"
    EDIT = "edit_plan"
    QUESTIONS = "answer_questions"
    EDIT_RESULT = "edit_result"
    CHANGE = "change_plan"
    SEND_BACK = "send_back"
    RETRY = "retry_task"
    READ = "read_work"
    EVIDENCE = "evidence_list"
    APPROVE = "approve_anyway"
    ACCEPT = "accept_anyway"
    CONTEST = "contest_claim"
