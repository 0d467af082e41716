"""Tables of responses as forms, course systems and spreadsheets export them: which column holds what.

Known are Google Forms, Microsoft Forms, Moodle's responses, Canvas' student analysis, and any table with a header.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection

from cnncalc.core.figures import plural
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.teaching.answers import plain
from cnncalc.teaching.files import Unreadable
from cnncalc.teaching.recipe import MOST_QUESTIONS

MOST_ANSWERS = 1_000  # of one student
MOST_STUDENTS = 10_000  # in one table
MOST_COLUMNS = 500

SAYS_ANSWER = (
    r"response|answer|antwort|antwoord|réponse|respuesta|resposta|risposta|odpowiedź|svar|ответ"
    r"|응답|답변|답안|답|回答|解答|答案|答え|答"
)
SAYS_QUESTION = r"question|q|frage|pregunta|domanda|вопрос|문제|문항|질문|問題|質問|問|第|题目"
_LABEL = re.compile(
    rf"(?:\d{{3,}}: *)?[(\[#]?(?:(?P<answer>{SAYS_ANSWER})|{SAYS_QUESTION})?[. :#]*(?P<id>\d{{1,4}})"
    r"(?: *(?:번|問|题|題)| *$|[)\].:]+(?!\d)| +- |\s+(?=[^\d/\s]))",
    re.IGNORECASE,
)
_POINTS = re.compile(r"/ *\d+(?:[.,]\d+)?$|^\d+\.\d+$")
_FIRST = r"\bfirst ?name\b|\bvorname|given name|prénom"
_LAST = r"\blast ?name\b|\bsurname|\bnachname|family name|apellido|cognome|фамилия|^성$|^姓$"
_NAMES = (  # the best first
    r"(?<!user )(?<!file )(?<!section )\bname\d?\b|이름|성명|학생|氏名|名前|姓名|名字|\bnom\b|\bnombre|\bnome\b"
    r"|фио|имя|^student$",
    _FIRST,
    r"e-?mail|\bmail\b|user ?name|benutzername|이메일|メール|邮箱",
    r"^(?:student )?(?:id|no|nr|number)\b|id number|학번|번호|matrikel|学籍番号|学号|^#$",
)
NAMED = re.compile("|".join((*_NAMES, _LAST)), re.IGNORECASE)
_ABOUT_ROWS = re.compile(
    "|".join(_NAMES)
    + rf"|{_LAST}|time|zeit|date|datum|시간|일시|タイム|score|points|punkt|grade|bewertung|점수|点数|state|status"
    r"|duration|attempt|section|submitted|started|completed|correct|feedback|sis_id|department|institution",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,4}[-/.] ?\d{1,2}[-/.] ?\d{1,4}\b.*|.*\d{1,2}:\d{2}.*")
_MEANS = re.compile(r"(?:overall )?average|gesamtdurchschnitt|전체 평균|moyenne générale", re.IGNORECASE)
IDS = tuple(str(number) for number in range(1, MOST_QUESTIONS + 1))


class Answers(Record):
    """The answers of one student, by question, with the header of the sheet where there is one, and what is odd.

    `problem` says why nothing was read; `columns`, of which columns of a table; `student` is their name where the file
    says it. See Graded for `passed_over`.
    """

    name: str
    answers: dict[str, str] = {}
    header: str | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""
    columns: str = ""
    passed_over: bool = False
    student: str = ""


class Wanted(Record):
    """The questions of the sheet, and the columns that somebody names: numbers from 1 on, or headings."""

    ids: tuple[str, ...] = IDS
    names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def read_csv(text: str) -> tuple[list[list[str]], str]:
    """The rows of a CSV file, and the sign between its cells: what its first line has most of, outside of quotes.

    >>> read_csv('Name;"a, b";1\\nAda;x;28x28x6\\n')
    ([['Name', 'a, b', '1'], ['Ada', 'x', '28x28x6']], ';')
    """
    declared = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if declared:  # as Excel writes it
        text = text[declared.end() :]
    first = re.sub(r'"(?:[^"]|"")*"', "", text.lstrip("\r\n")[:50_000]).partition("\n")[0]
    delimiter = declared[1] if declared else max("\t;,", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter)), delimiter
    except csv.Error as error:
        raise Unreadable(f"is not CSV: {clean(str(error))}") from None


def from_table(name: str, cells: list[list[str]], delimiter: str, wanted: Wanted) -> list[Answers]:
    """The answers in a table: a row for each student below a header, or a row for each question."""
    numbered = [(number, [cell.strip() for cell in row]) for number, row in enumerate(cells, 1)]
    rows = [(number, _without_end(row)) for number, row in numbered if any(row)]
    if not rows:
        raise Unreadable("is empty")
    if len(rows) > MOST_STUDENTS + 1:
        raise Unreadable(f"has more than {MOST_STUDENTS:,} rows")
    head = rows[0][1]
    if head[:6] == ["answers", "status", "points", "open", "of", "percent"]:
        return [Answers(name, problem="holds the marks that `cnncalc grade` gave, no answers", passed_over=True)]
    if len(head) > MOST_COLUMNS:
        raise Unreadable(f"has more than {MOST_COLUMNS} columns")
    labels = [_label(cell, wanted.ids) for cell in head]
    down = [_label(row[0], wanted.ids) for _, row in rows]
    named = [id for id in down if id]
    alone = all(len(row) <= 2 for _, row in rows)  # a question and its answer: one may stand twice
    by_rows = 2 * len(named) >= len(rows) and (alone or len(set(named)) == len(named))
    if all(labels):
        by_rows = by_rows and 2 * sum(map(bool, down[1:])) >= len(rows) - 1 and (len(labels) < 3 or not rows[1:])
    elif any(labels[1:]) or (down[0] is None and len(head) > 2 and _questions(head, wanted)[0]):
        by_rows = by_rows and down[0] is not None
    if by_rows and named and not wanted.columns:
        return [_pairs(name, rows, delimiter, wanted.ids)]
    return _one_row_each(name, rows, wanted)


def _without_end(row: list[str]) -> list[str]:
    """A row up to its last cell that says something."""
    filled = len(row)
    while filled and not row[filled - 1]:
        filled -= 1
    return row[:filled]


def _label(cell: str, ids: tuple[str, ...]) -> str | None:
    """The question that a cell names: `3`, `(3)`, `Q3`, `Response 3`, `3번`, `3. conv1 output`."""
    match = _LABEL.match(plain(cell).strip())
    id = str(int(match["id"])) if match and not _POINTS.search(cell) else None
    return id if id in ids else None


def keep(found: dict[str, str], notes: list[str], id: str, given: str) -> None:
    """The answer to a question, kept; two different ones stay both, for a person to look at."""
    id = str(int(id))
    given = given.strip().strip("_ ").strip()[:1000]
    if not given:
        found.setdefault(id, "")
    elif found.get(id) and found[id] != given:
        notes.append(f"question {id} is answered twice")
        found[id] = f"{found[id]} and {given}"[:1000]
    else:
        found[id] = given
    if len(found) > MOST_ANSWERS:
        raise Unreadable(f"has more than {MOST_ANSWERS:,} answers")


def _pairs(name: str, rows: list[tuple[int, list[str]]], delimiter: str, ids: tuple[str, ...]) -> Answers:
    found: dict[str, str] = {}
    notes: list[str] = []
    for place, (number, row) in enumerate(rows):
        id = _label(row[0], ids)
        if id is not None:
            keep(found, notes, id, delimiter.join(row[1:]))  # 34,848 without quotes is two cells
        elif place:
            notes.append(f"row {number} names no question: {clean(row[0])[:40]}")
    return Answers(name, found, None, tuple(notes))


# ------------------------------------------------------------------------------------------------ a row for each


def _one_row_each(name: str, rows: list[tuple[int, list[str]]], wanted: Wanted) -> list[Answers]:
    (_, head), *students = rows
    questions, order = _questions(head, wanted)
    if not questions:
        raise Unreadable("has no answers: no column, and no row, is headed by the number of a question (see --columns)")
    if not students:
        raise Unreadable("has no answers: there is no row below its header")
    named = names_in(head, [row for _, row in students], wanted, set(questions.values()))
    said = _said(head, named, questions, order, wanted)
    found = []
    called = [" ".join(part for at in named for part in row[at : at + 1] if part) for _, row in students]
    times = Counter(called)
    for (number, row), student in zip(students, called, strict=True):
        title = f"{name}:{student or f'row {number}'}"
        given = {id: row[at] if at < len(row) else "" for id, at in questions.items()}
        if len(row) > len(head):
            problem = f"row {number} has more cells than the first one: quote answers with commas"
            found.append(Answers(title, problem=problem, columns=said))
        elif not any(given.values()) and any(_MEANS.fullmatch(cell) for cell in row):
            found.append(Answers(title, problem="is a row of averages, no student", columns=said, passed_over=True))
        else:
            notes = (f"{times[student]} rows have this name; this is row {number}",) if times[student] > 1 else ()
            found.append(Answers(title, given, None, notes if student else (), columns=said, student=student))
    return found


def _questions(head: list[str], wanted: Wanted) -> tuple[dict[str, int], bool]:
    """The column of each question, and whether it was found by its order alone."""
    if wanted.columns:
        chosen = [_column(head, one) for one in wanted.columns]
        if len(chosen) > len(wanted.ids):
            raise Unreadable(f"has {len(wanted.ids)} questions on its sheet, --columns names {len(chosen)} columns")
        return dict(zip(wanted.ids, chosen, strict=False)), True
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(head):
        id = _label(cell, wanted.ids)
        if id and not any(cell != other and cell.startswith(f"{other} [") for other in head if other):
            found.setdefault(id, []).append(at)
    for id, places in found.items():
        if len(places) > 1:  # the text of a question beside its answer
            answers = [at for at in places if (match := _LABEL.match(plain(head[at]))) and match["answer"]]
            found[id] = answers or places
        if len(found[id]) > 1:
            listed = " and ".join(str(at + 1) for at in places)
            raise Unreadable(f"has question {id} in columns {listed}: say --columns")
    if found:
        return {id: found[id][0] for id in wanted.ids if id in found}, False
    others = [at for at, cell in enumerate(head) if cell and not _ABOUT_ROWS.search(cell) and not _POINTS.search(cell)]
    return (dict(zip(wanted.ids, others, strict=True)), True) if len(others) == len(wanted.ids) else ({}, True)


def names_in(head: list[str], rows: list[list[str]], wanted: Wanted, taken: Collection[int] = ()) -> list[int]:
    """The columns that a student is called by: a name, or names, then an address, then a number."""
    if wanted.names:
        return [_column(head, one) for one in wanted.names]
    free = [at for at in range(len(head)) if at not in taken]

    def telling(at: int) -> bool:
        cells = [row[at] for row in rows if at < len(row) and row[at]]
        return 2 * len(cells) >= len(rows) and (len(cells) == 1 or len(set(cells)) > 1)

    last = [at for at in free if re.search(_LAST, head[at], re.IGNORECASE)][:1]
    for pattern in _NAMES:
        fitting = [at for at in free if re.search(pattern, head[at], re.IGNORECASE) and telling(at)]
        if pattern != _FIRST:
            fitting = [at for at in fitting if not re.search(f"{_FIRST}|{_LAST}", head[at], re.IGNORECASE)]
        if fitting and last and head[last[0]] in ("성", "姓"):
            return [*last, fitting[0]]
        if fitting:
            return [fitting[0], *last] if pattern == _FIRST else fitting[:1]
    times = {at for at in free if all(_TIME.fullmatch(row[at]) for row in rows if at < len(row) and row[at])}
    return [at for at in free if at not in times and telling(at)][:1]


def _column(head: list[str], said: str) -> int:
    """The place of a column that somebody names by its number or its heading."""
    if re.fullmatch(r"\d{1,3}", said, re.ASCII) and 1 <= int(said) <= len(head):
        return int(said) - 1
    fitting = [at for at, cell in enumerate(head) if cell.lower() == said.strip().lower()]
    if len(fitting) != 1:
        raise Unreadable(f"has no column '{clean(said)}'; it has {len(head)}" if not fitting else f"has two '{said}'")
    return fitting[0]


def _said(head: list[str], named: list[int], questions: dict[str, int], order: bool, wanted: Wanted) -> str:
    """Which columns were read, as a sentence."""
    called = " and ".join(f"{at + 1} '{clean(head[at])[:40]}'" for at in named)
    names = f"names from {plural('column', len(named))} {called}" if named else "no column of names"
    places = _runs([at + 1 for at in questions.values()])
    numbers = _runs([int(id) for id in questions])
    found = f"{names}; {plural('question', len(questions))} {numbers} from {plural('column', len(questions))} {places}"
    if order and not wanted.columns:
        found += ", by their order"
    missing = [int(id) for id in wanted.ids if id not in questions]
    if missing and wanted.ids is not IDS:
        found += f"; no column for {plural('question', len(missing))} {_runs(missing)}"
    return found


def _runs(numbers: list[int]) -> str:
    """Numbers, neighbours as a range.

    >>> _runs([1, 2, 3, 5])
    '1–3, 5'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
