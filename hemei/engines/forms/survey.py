"""The survey sheet, row by row: questions into sections, and what is wrong with each row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from hemei.engines.forms.checking import Follows, Gives, Names, OfRepeats, compiled, gives_of
from hemei.engines.forms.expressions import NAME, Expression, both, is_ours, said
from hemei.engines.forms.faults import Fault
from hemei.engines.forms.form import LONGEST_TEXT, MOST_ROWS, Choice, Kind, Question, Section
from hemei.engines.forms.languages import COLUMNS, Languages
from hemei.engines.forms.limits import impossible
from hemei.engines.forms.parsing import Unknown, Unreadable
from hemei.engines.forms.senseless import a_bare_day, senseless
from hemei.engines.forms.words import plain
from hemei.engines.forms.workbook import Row, Sheet

BEGIN = {"begin group": "group", "begin_group": "group", "begin repeat": "repeat", "begin_repeat": "repeat"}
END = {word.replace("begin", "end"): kind for word, kind in BEGIN.items()}
SELECTS = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE)
SPOKEN = {
    "单选": "select_one 选项表名称",
    "多选": "select_multiple 选项表名称",
    "文字": "text",
    "文本": "text",
    "整数": "integer",
    "数字": "integer",
    "小数": "decimal",
    "日期": "date",
    "照片": "image",
    "图片": "image",
    "说明": "note",
    "定位": "geopoint",
    "位置": "geopoint",
    "计算": "calculate",
    "string": "text",
    "int": "integer",
    "photo": "image",
    "gps": "geopoint",
    "location": "geopoint",
    "geotrace": "geopoint",
    "geoshape": "geopoint",
    "range": "integer 或 decimal，在 constraint 列写两头的数，例如 . >= 1 and . <= 10",
    "barcode": "text",
    "time": "text，在 hint 列写明怎样填",
    "datetime": "date",
    "acknowledge": "select_one 选项表名称",
    "rank": "几道 select_one 题，一道问一个名次",
    "hidden": "calculate",
    "select_one_from_file": "select_one 选项表名称，把文件里的选项写进 choices 表",
    "select_multiple_from_file": "select_multiple 选项表名称，把文件里的选项写进 choices 表",
    "select": "select_one 选项表名称",
    "select1": "select_one 选项表名称",
}
UNNEEDED = (
    *("start", "end", "today", "deviceid", "phonenumber", "username", "email", "start-geopoint", "audit"),
    *("background-audio", "audio", "video", "file", "csv-external", "xml-external"),
)
NOT_NEEDED = "请删去这一行。何时、何地、谁、用哪部手机填的，系统自己会记下；录音、录像和文件还收不了。"
UNASKED = (Kind.NOTE, Kind.CALCULATE)


def not_fixed(row: Row) -> Iterator[Fault]:
    """Texts that ask for an answer, which not every client can show."""
    for heading, text in row.texts.items():
        if heading.partition("::")[0] in COLUMNS and "${" in text:
            yield row.fault(heading, "题目文字里还不能引用别的题的答案。", "请去掉 ${…}，改写成固定的文字。")
        if heading.partition("::")[0] in COLUMNS and len(text) > LONGEST_TEXT:
            yield row.fault(heading, f"文字太长，最多 {LONGEST_TEXT} 字。", "请写短一些。")


class Survey:
    """Reads the rows in order and keeps what later rows need: the open section, the questions so far, the faults."""

    def __init__(
        self,
        languages: Languages,
        lists: Mapping[str, tuple[Choice, ...]],
        faults: list[Fault],
        unsound: Collection[str] = (),
        misnamed: bool = False,
    ) -> None:
        self.languages, self.lists, self.faults = languages, lists, faults
        self.unsound = unsound  # lists of which a choice was refused
        self.sections: list[Section] = []
        self.asked: dict[str, Question] = {}
        self.repeat_of: dict[str, str] = {}
        self.names: set[str] = set()
        self.doubtful: set[str] = set()  # names of what was refused: what follows from that is not told once more
        self.called: set[str] = set()  # their words
        self.nameless = False  # whether a row was refused of which not even the name is known
        self.misnamed = misnamed  # whether a column is called by no known name, which may be one that is missed
        self.coming: list[str] = []
        self.group: Row | None = None
        self.open: list[Question] = []
        self.holds: Expression | None = None
        self.repeat = ""
        self.inner = 0  # groups refused inside the open one, which have not ended yet
        self.filled = False  # whether a row stands in the open one
        self.unbalanced = False  # whether a begin or an end was refused
        self.of_repeats: list[Fault] = []  # faults that may follow from that

    def sections_of(self, sheet: Sheet) -> tuple[Section, ...]:
        if len(sheet.rows) > MOST_ROWS:
            self.fault(sheet.rows[MOST_ROWS], "type", f"题目太多，最多 {MOST_ROWS} 行。", "请拆成几张表。")
            return ()
        self.coming = [row.get("name") for row in sheet.rows]
        for row in sheet.rows:
            self.read(row)
            self.coming = self.coming[1:]
        return self.finish(sheet)

    def read(self, row: Row) -> None:
        if row.unread & {"type", "name"}:
            self.refused(row)
            self.nameless |= "name" in row.unread
            self.unbalanced |= "type" in row.unread
            self.filled = True
            return
        word = " ".join(row.get("type").split())
        if (begun := word.lower()) in BEGIN:
            self.begin(row, BEGIN[begun])
        elif begun in END:
            self.end(row, END[begun])
        else:
            self.question(row, word)

    @property
    def word(self) -> str:
        return "repeat" if self.repeat else "group"

    def begin(self, row: Row, kind: str) -> None:
        if self.group is not None:  # what stands in it counts as standing in the outer one
            self.fault(row, "type", "分组里不能再套分组。", f"请先写 end {self.word} 结束上一组。")
            self.doubtful.add(row.get("name"))
            self.inner, self.unbalanced = self.inner + 1, True
            return
        name = self.name(row)
        self.faults += not_fixed(row)
        self.close()
        self.filled = False
        self.group, self.holds = row, self.expression(row, "relevant", Gives.TRUTH)
        self.repeat = name if kind == "repeat" else ""
        for heading in ("constraint", "calculation"):
            if row.get(heading):
                self.fault(row, heading, f"分组不能有 {heading}。", "请清空这一格。")
        if kind == "repeat" and self.languages.default not in self.languages.texts(row, "label"):
            heading = self.languages.heading("label")
            self.fault(row, heading, "重复组没有文字。", f"请填写 {heading} 列，例如“每一间房”。")

    def end(self, row: Row, kind: str) -> None:
        if self.inner:
            self.inner -= 1
            return
        for heading in (one for one in row.texts if one not in ("type", "name") and one.partition("::")[0] != "label"):
            self.fault(row, heading, f"结束的那一行不能有 {heading}。", f"请写到 begin {kind} 那一行，或清空这一格。")
        named = "分组" if kind == "group" else "重复组"
        self.unbalanced |= self.group is None or kind != self.word
        if self.group is None:
            self.fault(row, "type", f"这里没有可以结束的{named}。", f"请删去这一行，或在前面加上 begin {kind}。")
        elif kind != self.word:
            self.fault(row, "type", "开头和结尾不是一种。", f"请改为 end {self.word}。")
        elif not self.filled:
            self.fault(
                self.group, "type", f"这个{named}里一道题也没有。", "请在里面写题目，或把 begin 和 end 这两行都删去。"
            )
        self.close()

    def close(self) -> None:
        """Put the open questions into a section of their own."""
        if self.open or self.group is not None:
            name = self.group.get("name") if self.group else ""
            labels = self.languages.texts(self.group, "label") if self.group else {}
            self.sections.append(Section(name, labels, tuple(self.open), self.holds, bool(self.repeat)))
        self.group, self.open, self.holds, self.repeat = None, [], None, ""

    def finish(self, sheet: Sheet) -> tuple[Section, ...]:
        if self.group is not None and not self.unbalanced:
            self.unbalanced = True
            self.fault(self.group, "type", "这个分组没有结束。", f"请在该组最后一题的下一行写 end {self.word}。")
        self.close()
        if self.unbalanced:
            self.faults[:] = [fault for fault in self.faults if fault not in self.of_repeats]
        if not self.faults and not any(q.takes_answer and q.is_shown for q in self.asked.values()):
            self.faults.append(sheet.fault("type", "一道题也没有。", "请从第 2 行起填写题目。"))
        return tuple(section for section in self.sections if section.questions)

    def question(self, row: Row, word: str) -> None:
        self.filled = True
        kind, _, listed = word.partition(" ")
        if not self.known(row, word, kind, listed):
            self.refused(row)
            return
        if listed in self.unsound:
            self.doubtful.add(row.get("name"))
        name = self.name(row)
        question = Question(
            name=name,
            kind=Kind(kind),
            labels=self.languages.texts(row, "label"),
            hints=self.languages.texts(row, "hint"),
            required=self.required(row, kind),
            choices=self.lists.get(listed, ()),
            relevant=both(self.holds, self.expression(row, "relevant", Gives.TRUTH)),
            picture=row.get("image") or row.get("media::image"),
        )
        question = self.reckoned(row, self.held(row, question))
        heading = self.languages.heading("label")
        if question.is_shown and self.languages.default not in question.labels:
            self.fault(row, heading, "题目没有文字。", f"请填写 {heading} 列。")
        self.faults += not_fixed(row)
        self.asked[name] = question
        self.repeat_of[name] = self.repeat
        self.open.append(question)

    def refused(self, row: Row) -> None:
        """Conditions and findings may name the question all the same."""
        self.doubtful.add(row.get("name"))
        self.called |= {plain(text) for text in self.languages.texts(row, "label").values()}

    def held(self, row: Row, question: Question) -> Question:
        """The question with what its answer is held against."""
        messages = self.languages.texts(row, "constraint_message")
        if not row.get("constraint"):
            for heading in row.texts:
                if heading.partition("::")[0] == "constraint_message":
                    self.fault(row, heading, "有提示，没有条件。", "请在 constraint 列写条件，或清空这一格。")
            return question
        if question.kind in UNASKED:
            self.fault(row, "constraint", f"{question.kind} 没有人来回答，不能有 constraint。", "请清空这一格。")
            return question
        constraint = self.expression(row, "constraint", Gives.TRUTH, question)
        if constraint and impossible(constraint.ast, question):
            problem = f"没有一个答案能符合“{row.get('constraint')}”。"
            self.fault(row, "constraint", problem, "请核对两头的数。")
        return replace(question, constraint=constraint, constraint_messages=messages)

    def reckoned(self, row: Row, question: Question) -> Question:
        """The question with what it is calculated from."""
        if question.kind is not Kind.CALCULATE:
            if row.get("calculation"):
                remedy = "请清空这一格，或把题型改为 calculate。"
                self.fault(row, "calculation", "只有题型 calculate 能有 calculation。", remedy)
            return question
        if not row.get("calculation"):
            remedy = "请在 calculation 列写算式，例如 ${长} * ${宽}（用题目代码）。"
            self.fault(row, "calculation", "没有写怎样计算。", remedy)
            self.doubtful.add(question.name)
            return question
        calculation, gives = self.compiled(row, "calculation", None, question)
        if calculation is None:
            self.doubtful.add(question.name)
        if calculation and gives is Gives.EMPTY:
            self.fault(row, "calculation", "算出来总是空的。", "请改写算式。")
        kept = gives if gives in (Gives.NUMBER, Gives.DAY, Gives.TRUTH) else Gives.TEXT
        return replace(question, calculation=calculation, gives=kept)

    def known(self, row: Row, word: str, kind: str, listed: str) -> bool:
        """Whether the type is one of the subset; a fault is noted where it is not."""
        if kind not in list(Kind) or (listed and kind not in SELECTS):
            meant = kind.lower() if kind.lower() in list(Kind) and not listed else ""
            wanted = SPOKEN.get(word) or SPOKEN.get(kind.lower()) or meant or "、".join(Kind)
            shown = f"还不支持题型“{word}”。" if word else "没有写题型。"
            merged = "" if word else "和上一行合并的单元格请取消合并。"
            self.fault(row, "type", shown, NOT_NEEDED if word in UNNEEDED else f"请改为 {wanted}。{merged}")
            return False
        if kind in SELECTS and listed not in self.lists:
            self.fault(row, "type", *self.without_list(listed))
            return False
        return True

    def without_list(self, listed: str) -> tuple[str, str]:
        """What is wrong with a list of choices that is not there, and what to do."""
        if listed.endswith(" or_other"):
            return "还不支持 or_other。", "请在选项表里加一项“其他”，再加一道 text 题问是什么。"
        known = "、".join(filter(None, self.lists))
        shown = f"choices 表里没有选项表“{listed}”。" if listed else "没有写选项表的名称。"
        return shown, "请在 choices 表的 list_name 列加上它" + (f"，或改为已有的名称：{known}。" if known else "。")

    def name(self, row: Row) -> str:
        name = row.get("name")
        if not NAME.fullmatch(name):
            remedy = "请用英文字母开头，只含英文字母、数字和“_”，最多 64 个字。"
            self.fault(row, "name", f"题目代码“{name}”不能用。", remedy)
            self.doubtful.add(name)
        elif is_ours(name):
            self.fault(row, "name", f"题目代码“{name}”系统自己用。", "请换一个。")
        elif name in self.names:
            self.fault(row, "name", f"题目代码“{name}”出现了两次。", "请改成不同的代码。")
            self.doubtful.add(name)
        self.names.add(name)
        return name

    def required(self, row: Row, kind: str) -> bool:
        answer = said(row.get("required"))
        if answer is None:
            self.fault(row, "required", f"必填一栏写的是“{row.get('required')}”。", "必填请写 yes，不必填请留空。")
        if answer and kind in UNASKED:
            named = "说明文字（note）" if kind == Kind.NOTE else "计算（calculate）"
            self.fault(row, "required", f"{named}不能必填。", "请清空这一格。")
        return bool(answer) and kind not in UNASKED

    def expression(
        self, row: Row, heading: str, wanted: Gives | None, itself: Question | None = None
    ) -> Expression | None:
        return self.compiled(row, heading, wanted, itself)[0]

    def compiled(
        self, row: Row, heading: str, wanted: Gives | None, itself: Question | None
    ) -> tuple[Expression | None, Gives]:
        """What the cell says, if it says something; a fault is noted where it cannot be read."""
        text = row.get(heading)
        if not text or heading in row.dated:
            return None, Gives.EMPTY
        names = Names(
            asked={**self.asked, itself.name: itself} if itself and heading == "constraint" else self.asked,
            repeat_of={**self.repeat_of, itself.name: self.repeat} if itself else self.repeat_of,
            within=self.repeat,
            coming=frozenset(self.coming),
            itself=gives_of(itself) if itself and heading == "constraint" else None,
            repeats=frozenset(self.repeat_of.values()) - {""},
            own=row.get("name"),
            doubtful=frozenset(self.doubtful),
        )
        try:
            made, gives = compiled(text, names, wanted)
        except Follows:
            return None, Gives.TEXT
        except Unreadable as unread:
            if isinstance(unread, Unknown) and self.nameless:
                return None, Gives.TEXT
            self.fault(row, heading, unread.problem, unread.remedy)
            self.of_repeats += self.faults[-1:] if isinstance(unread, OfRepeats) else []
            return None, Gives.TEXT
        if refused := senseless(made.ast, names.asked) or a_bare_day(text):
            self.fault(row, heading, refused.problem, refused.remedy)
        return made, gives

    def fault(self, row: Row, heading: str, problem: str, remedy: str) -> None:
        if self.misnamed and heading not in row.letters:
            return
        self.faults.append(row.fault(heading, problem, remedy))
