"""Everything the interface says is there in English too, and the catalogue is the one the code of today gives."""

from __future__ import annotations

from io import BytesIO

from hemei.site import messages

REMEDY = "run `make messages`, then translate what it names in hemei/locale/en/LC_MESSAGES/django.po"


def test_every_message_has_an_english_text() -> None:
    assert [message.id for message in messages.missing(messages.updated())] == [], REMEDY


def test_the_catalogue_is_not_stale() -> None:
    assert messages.CATALOGUE.read_bytes() == messages.written(messages.updated()), REMEDY


def test_placeholders_survive_translation() -> None:
    wrong = [(message.id, error) for message, errors in messages.updated().check() for error in errors]
    assert wrong == []


def test_templates_are_read_with_plurals_and_contexts() -> None:
    source = """
    {% load i18n %}<p title="it's {% translate "村" context "region" %}">{{ x|default:_("未配置") }}</p>
    {% blocktranslate count n=days trimmed %}
      还有 {{ n }} 天
    {% plural %}
      还有 {{ n }} 天
    {% endblocktranslate %}
    """
    found = messages.extract_template(BytesIO(source.encode()), messages.KEYWORDS, (), {})
    calls = {
        (name, said if isinstance(said, str) else tuple(part for part in said if part)) for _, name, said, _ in found
    }
    assert calls == {
        ("pgettext", ("region", "村")),
        ("_", "未配置"),
        ("ngettext", ("还有 %(n)s 天", "还有 %(n)s 天")),
    }


def test_a_message_with_one_of_two_forms_is_missing() -> None:
    catalogue = messages.Catalog(locale="en")
    catalogue.add(("共 %(n)s 条", "共 %(n)s 条"), ("%(n)s entry", ""))
    catalogue.add("村", "village")
    assert len(messages.missing(catalogue)) == 1
