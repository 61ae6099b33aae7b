from hemei.programmes.craftsmen.models.craftsman import Certificate, Craftsman, DutyCard, EarlierTraining, Trade
from hemei.programmes.craftsmen.models.training import Arrival, Attendance, LessonKind, Session

__all__ = [
    "Arrival",
    "Attendance",
    "Certificate",
    "Craftsman",
    "DutyCard",
    "EarlierTraining",
    "LessonKind",
    "Session",
    "Trade",
]
