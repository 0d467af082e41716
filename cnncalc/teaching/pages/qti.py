"""Worksheets as a QTI 2.1 package, which Canvas and other course systems import: a zip of items, a test, a manifest."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape, quoteattr

from cnncalc.analyses.style import Style
from cnncalc.teaching.instructions import instructions
from cnncalc.teaching.pages.standing import Standing, standing
from cnncalc.teaching.question import Handout, Worksheet

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
TEMPLATE = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SCHEMA = (
    f'xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xsi:schemaLocation="{NAMESPACE} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"'
)
_ALWAYS = (1980, 1, 1, 0, 0, 0)  # the same sheet gives the same bytes


def package(handout: Handout, style: Style) -> bytes:
    """The zip: `imsmanifest.xml`, `test.xml`, and an item for each question."""
    found = standing(handout.sheet)
    files = {"imsmanifest.xml": _manifest(handout.sheet, found), "test.xml": _test(handout.sheet, found)}
    files |= {f"items/q{one.question.id}.xml": item(one) for one in found}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, text in files.items():
            about = zipfile.ZipInfo(name, _ALWAYS)
            about.compress_type, about.external_attr, about.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            file.writestr(about, text.encode())
    return packed.getvalue()


def item(one: Standing) -> str:
    """One question: a text to be typed in, or a choice; every known right answer has its points."""
    question = one.question
    if question.kind == "choice":
        rights = [f"c{choice[:1]}" for choice in question.choices if choice[:1] in question.accepted]
        kind = "identifier"
        choices = "".join(
            f'<simpleChoice identifier="c{choice[:1]}">{escape(choice)}</simpleChoice>' for choice in question.choices
        )
        how = 'responseIdentifier="RESPONSE" shuffle="false" maxChoices="1"'
        asked = f"<choiceInteraction {how}>{choices}</choiceInteraction>"
    else:
        rights, kind = list(one.right), "string"
        asked = '<p><textEntryInteraction responseIdentifier="RESPONSE" expectedLength="24"/></p>'
    entries = "".join(f'<mapEntry mapKey={quoteattr(text)} mappedValue="{question.points}"/>' for text in rights)
    return (
        f'{_HEAD}<assessmentItem {_SCHEMA} identifier="q{question.id}" title={quoteattr(one.name)}'
        ' adaptive="false" timeDependent="false">\n'
        f'<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="{kind}">\n'
        f"<correctResponse><value>{escape(rights[0])}</value></correctResponse>\n"
        f'<mapping lowerBound="0" upperBound="{question.points}" defaultValue="0">{entries}</mapping>\n'
        "</responseDeclaration>\n"
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float">'
        "<defaultValue><value>0</value></defaultValue></outcomeDeclaration>\n"
        f"<itemBody>{_body(one.text)}{asked}</itemBody>\n"
        f'<responseProcessing template="{TEMPLATE}"/>\n</assessmentItem>\n'
    )


def _body(html: str) -> str:
    """Text whose elements are those of an item's body."""
    return re.sub(r"<(/?)var>", r"<\1em>", html)


def _test(sheet: Worksheet, found: list[Standing]) -> str:
    items = "".join(
        f'<assessmentItemRef identifier="r{one.question.id}" href="items/q{one.question.id}.xml"/>' for one in found
    )
    how = "".join(f"<p>{escape(sentence)}</p>" for sentence in instructions(sheet, cells=False))
    return (
        f'{_HEAD}<assessmentTest {_SCHEMA} identifier="worksheet" title={quoteattr(sheet.title)}>\n'
        '<testPart identifier="part" navigationMode="nonlinear" submissionMode="simultaneous">\n'
        f'<assessmentSection identifier="section" title={quoteattr(sheet.title)} visible="true">'
        f'<rubricBlock view="candidate">{how}</rubricBlock>{items}</assessmentSection>\n'
        "</testPart>\n</assessmentTest>\n"
    )


def _manifest(sheet: Worksheet, found: list[Standing]) -> str:
    names = [f"items/q{one.question.id}.xml" for one in found]
    depends = "".join(f'<dependency identifierref="i{one.question.id}"/>' for one in found)
    resources = [_resource("test", "test", "test.xml", depends)]
    resources += [_resource(f"i{one.question.id}", "item", name) for one, name in zip(found, names, strict=True)]
    return (
        f'{_HEAD}<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="worksheet">\n'
        "<metadata><schema>QTIv2.1</schema><schemaversion>2.1</schemaversion></metadata>\n<organizations/>\n"
        f"<resources>\n{chr(10).join(resources)}\n</resources>\n</manifest>\n"
    )


def _resource(identifier: str, kind: str, name: str, more: str = "") -> str:
    kind = f"imsqti_{kind}_xmlv2p1"
    return f'<resource identifier="{identifier}" type="{kind}" href="{name}"><file href="{name}"/>{more}</resource>'
