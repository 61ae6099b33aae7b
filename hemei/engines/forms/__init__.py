"""Forms as data: an XLSForm workbook in, a frozen form out; answers in, what is wrong with them out."""

from hemei.engines.forms.answers import AnswerError, clean, examine, is_asked, relevant_answers
from hemei.engines.forms.faults import Fault, FormRefused
from hemei.engines.forms.form import Choice, Condition, Form, Kind, Question, Section
from hemei.engines.forms.reading import read_form

__all__ = [
    "AnswerError",
    "Choice",
    "Condition",
    "Fault",
    "Form",
    "FormRefused",
    "Kind",
    "Question",
    "Section",
    "clean",
    "examine",
    "is_asked",
    "read_form",
    "relevant_answers",
]
