"""Forms as data: an XLSForm workbook in, a frozen form out; answers in, what is wrong with them out."""

from hemei.engines.forms.answers import AnswerError, clean, complete, examine, is_asked, relevant_answers
from hemei.engines.forms.data import as_data
from hemei.engines.forms.expressions import Expression
from hemei.engines.forms.faults import Fault, FormRefused
from hemei.engines.forms.form import Choice, Form, Kind, Question, Section
from hemei.engines.forms.reading import read_form, read_published
from hemei.engines.forms.submission import NotASubmission, Submission, answers_of, read_submission
from hemei.engines.forms.xform import PLACE, PLACES, xform

__all__ = [
    "PLACE",
    "PLACES",
    "AnswerError",
    "Choice",
    "Expression",
    "Fault",
    "Form",
    "FormRefused",
    "Kind",
    "NotASubmission",
    "Question",
    "Section",
    "Submission",
    "answers_of",
    "as_data",
    "clean",
    "complete",
    "examine",
    "is_asked",
    "read_form",
    "read_published",
    "read_submission",
    "relevant_answers",
    "xform",
]
