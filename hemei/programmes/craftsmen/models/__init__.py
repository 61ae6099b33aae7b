from hemei.programmes.craftsmen.models.craftsman import Certificate, Craftsman, DutyCard, EarlierTraining, Trade
from hemei.programmes.craftsmen.models.plan import ExamResult, Plan, PlanSession
from hemei.programmes.craftsmen.models.portrait import Portrait
from hemei.programmes.craftsmen.models.scan import Scan
from hemei.programmes.craftsmen.models.training import Arrival, Attendance, LessonKind, Session
from hemei.programmes.craftsmen.models.worksite import Posting, Rating, Sort, Worksite

__all__ = [
    "Arrival",
    "Attendance",
    "Certificate",
    "Craftsman",
    "DutyCard",
    "EarlierTraining",
    "ExamResult",
    "LessonKind",
    "Plan",
    "PlanSession",
    "Portrait",
    "Posting",
    "Rating",
    "Scan",
    "Session",
    "Sort",
    "Trade",
    "Worksite",
]
