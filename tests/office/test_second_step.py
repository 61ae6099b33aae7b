"""Two-factor sign-in: asked of wide rights and of whoever unmasks, and of nobody else."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hemei.core.actions.secondfactor import RECOVERY_CODES, new_secret, set_up
from hemei.core.models import Account, AuditEntry, Duty, Holding, Household, Person, Place, SecondFactor
from hemei.core.personal import encrypt
from hemei.terms import onetime
from tests.conftest import PASSWORD, VILLAGE, People

CODE_PAGE, SET_UP_PAGE = "/office/second-step/", "/office/second-step/set-up/"


class Clock:
    """The wall clock, which a test may move on: no code counts twice."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(autouse=True)
def _asked_for(settings: LazySettings) -> None:
    settings.SECOND_FACTOR = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # these tests sign in often


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def enter(people: People) -> Callable[[str], Client]:
    """A browser in which the person has given their password, and nothing more."""

    def enter(who: str) -> Client:
        account = getattr(people, who).account
        if not account.has_usable_password():
            account.set_password(PASSWORD)
            account.save(update_fields=["password"])
        client = Client()
        answer = client.post("/sign-in/", {"username": account.username, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return enter


def secret_on(client: Client) -> bytes:
    shown = re.search(r'id="secret">([A-Z2-7 ]+)<', client.get(SET_UP_PAGE).content.decode())
    assert shown
    return base64.b32decode(shown.group(1).replace(" ", ""))


def code_now(secret: bytes, clock: Clock) -> str:
    return onetime.code_of(secret, onetime.step_at(clock.now().timestamp()))


def set_up_app(client: Client, clock: Clock) -> tuple[bytes, list[str]]:
    secret = secret_on(client)
    page = client.post(SET_UP_PAGE, {"code": code_now(secret, clock)})
    assert page.status_code == 200
    clock.ahead += timedelta(seconds=60)
    return secret, re.findall(r'<li class="code">([a-z0-9-]+)</li>', page.content.decode())


def test_a_password_alone_opens_nothing_of_a_district(enter: Callable[[str], Client], clock: Clock) -> None:
    client = enter("district")
    for page in ("/office/", "/office/cases/", "/maps/", "/field/", "/houses/", "/office/places/file.csv"):
        answer = client.get(page)
        assert answer.headers["Location"].startswith(SET_UP_PAGE), page
    assert client.post("/office/rounds/add/", {}).headers["Location"] == SET_UP_PAGE
    assert client.get("/api/cases").status_code == 401
    set_up_app(client, clock)
    assert client.get("/office/cases/").status_code == 200
    assert client.get("/api/cases").status_code == 200


def test_the_next_sign_in_asks_for_a_code_and_goes_on(enter: Callable[[str], Client], clock: Clock) -> None:
    secret, _codes = set_up_app(enter("district"), clock)
    client = enter("district")
    asked = client.get("/office/cases/?severity=3")
    assert asked.headers["Location"] == f"{CODE_PAGE}?next=%2Foffice%2Fcases%2F%3Fseverity%3D3"
    wrong = client.post(CODE_PAGE, {"code": "000000", "next": "/office/cases/"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.content.decode()
    right = code_now(secret, clock)
    answer = client.post(CODE_PAGE, {"code": f" {right[:3]}　{fullwidth(right[3:])} ", "next": "/office/cases/"})
    assert answer.headers["Location"] == "/office/cases/"
    assert client.get("/office/cases/").status_code == 200
    other = enter("district")
    assert other.post(CODE_PAGE, {"code": right}).status_code == 422, "a code counts once"
    elsewhere = other.post(CODE_PAGE, {"code": code_after(secret, clock), "next": "https://elsewhere.example/"})
    assert elsewhere.headers["Location"] == "/office/"


def fullwidth(digits: str) -> str:
    """As a Chinese keyboard may write them."""
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


def code_after(secret: bytes, clock: Clock) -> str:
    clock.ahead += timedelta(seconds=60)
    return code_now(secret, clock)


def test_recovery_codes_are_kept_as_hashes_and_each_counts_once(
    enter: Callable[[str], Client], people: People, clock: Clock
) -> None:
    _secret, codes = set_up_app(enter("district"), clock)
    assert len(set(codes)) == RECOVERY_CODES
    factor = SecondFactor.objects.get(account=people.district.account)
    for code in codes:
        assert code not in str(factor.recovery)
        assert code.replace("-", "") not in str(factor.recovery)
    client = enter("district")
    answer = client.post(CODE_PAGE, {"code": codes[0].upper()}, follow=True)
    assert "还剩 9 个" in answer.content.decode()
    assert enter("district").post(CODE_PAGE, {"code": codes[0]}).status_code == 422
    renewed = client.post("/office/second-step/recovery/")
    assert codes[1] not in renewed.content.decode()
    assert enter("district").post(CODE_PAGE, {"code": codes[1]}).status_code == 422
    verbs = list(
        AuditEntry.objects.filter(subject=f"account:{people.district.account.pk}").values_list("verb", flat=True)
    )
    for verb in ("account.second_factor", "account.recovery_code", "account.wrong_code", "account.recovery_codes"):
        assert verb in verbs


def test_changing_ones_own_ends_what_is_signed_in_elsewhere(enter: Callable[[str], Client], clock: Clock) -> None:
    here, elsewhere = enter("village"), enter("village")
    assert elsewhere.get("/office/").status_code == 200
    secret, _codes = set_up_app(here, clock)
    assert here.get("/office/").status_code == 200
    assert elsewhere.get("/office/").headers["Location"].startswith("/sign-in/")
    elsewhere = enter("village")
    assert elsewhere.post(CODE_PAGE, {"code": code_now(secret, clock)}).status_code == 302
    assert elsewhere.get("/office/").status_code == 200
    assert here.post("/office/second-step/recovery/").status_code == 200
    assert here.get("/office/").status_code == 200
    assert elsewhere.get("/office/").headers["Location"].startswith("/sign-in/")


def test_the_secret_is_encrypted_and_its_picture_is_our_own(
    enter: Callable[[str], Client], people: People, clock: Clock
) -> None:
    client = enter("district")
    secret = secret_on(client)
    picture = client.get("/office/second-step/code.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture.headers["Cache-Control"]
    assert b"style" not in picture.content
    assert b"script" not in picture.content
    client.post(SET_UP_PAGE, {"code": code_now(secret, clock)})
    stored = bytes(SecondFactor.objects.get(account=people.district.account).secret)
    assert secret not in stored
    assert onetime.written(secret).replace(" ", "").encode() not in stored
    assert 'id="secret"' not in client.get(SET_UP_PAGE).content.decode(), "shown only while it is being set up"


def test_a_village_is_asked_only_if_it_wants_to_be(enter: Callable[[str], Client], clock: Clock) -> None:
    client = enter("village")
    assert client.get("/office/cases/").status_code == 200
    set_up_app(client, clock)
    assert enter("village").get("/office/cases/").headers["Location"].startswith(CODE_PAGE)


def test_the_demo_signs_in_with_the_password_alone_and_says_why(enter: Callable[[str], Client], people: People) -> None:
    Account.objects.filter(pk=people.district.account.pk).update(is_demo=True)
    people.district.account.refresh_from_db()
    assert "演示账号只用密码登录" in Client().get("/sign-in/").content.decode()
    client = enter("district")
    assert client.get("/office/cases/").status_code == 200
    assert "演示账号谁都知道密码" in client.get(SET_UP_PAGE).content.decode()
    Account.objects.filter(pk=people.district.account.pk).update(is_demo=False)
    assert "演示账号" not in Client().get("/sign-in/").content.decode()
    assert client.get("/office/cases/").headers["Location"].startswith(SET_UP_PAGE)


@pytest.fixture
def old_man(house: Place) -> Person:
    person = Person.objects.create(name="老人", region=VILLAGE, id_last4="002X", phone=encrypt("13800001234"))
    household = Household.objects.create(number="1", region=VILLAGE, head=person)
    Holding.objects.create(household=household, place=house)
    return person


def test_unmasking_asks_again_when_the_last_code_is_old(
    enter: Callable[[str], Client], house: Place, old_man: Person, clock: Clock, settings
) -> None:
    client = enter("township")
    page, button = f"/office/places/{house.pk}/", f"/office/places/{house.pk}/persons/{old_man.pk}/"
    assert client.get(page).status_code == 200

    def press():
        return client.post(button, HTTP_REFERER=f"http://testserver{page}")

    asked = press()
    assert asked.headers["Location"] == f"{CODE_PAGE}?next={page.replace('/', '%2F')}"
    assert not AuditEntry.objects.filter(verb="person.unmask").exists()
    secret, _codes = set_up_app(client, clock)
    assert "13800001234" in press().content.decode()
    clock.ahead += timedelta(minutes=settings.SECOND_FACTOR_MINUTES, seconds=1)
    assert press().headers["Location"].startswith(CODE_PAGE)
    assert client.get(page).status_code == 200, "only unmasking asks again"
    client.post(CODE_PAGE, {"code": code_now(secret, clock), "next": page})
    assert "13800001234" in press().content.decode()
    assert AuditEntry.objects.filter(verb="person.unmask").count() == 2


def test_a_lost_phone_is_reset_by_an_administrator_as_an_act(
    enter: Callable[[str], Client], people: People, clock: Clock
) -> None:
    for who in ("township", "administrator", "neighbour"):
        secret = new_secret()
        right = onetime.code_of(base64.b32decode(secret), onetime.step_at(clock.now().timestamp()))
        actor = getattr(people, who)
        set_up(account=actor.account, secret=secret, code=right, by=actor)
    duty = Duty.objects.get(account=people.township.account)
    reset = f"/office/duties/{duty.pk}/second-step/"
    for who in ("village", "district", "neighbour"):
        Account.objects.filter(username=getattr(people, who).account.username).update(is_demo=True)
        assert enter(who).post(reset).status_code in {403, 404}, who
    assert SecondFactor.objects.filter(account=people.township.account).exists()
    at_work, stolen = enter("neighbour"), Client()
    stolen.force_login(people.township.account)
    assert stolen.get(CODE_PAGE).status_code == at_work.get(CODE_PAGE).status_code == 200
    Account.objects.filter(username="admin").update(is_demo=True)
    answer = enter("administrator").post(reset, follow=True)
    assert stolen.get(CODE_PAGE).headers["Location"].startswith("/sign-in/"), "the telephone was signed in"
    assert at_work.get(CODE_PAGE).status_code == 200, "nobody else is signed out"
    assert "下次登录时要重新设置" in answer.content.decode()
    assert not SecondFactor.objects.filter(account=people.township.account).exists()
    entry = AuditEntry.objects.get(verb="account.reset_second_factor")
    assert entry.actor == str(people.administrator)


def test_codes_cannot_be_tried_out(enter: Callable[[str], Client], clock: Clock, settings, tmp_path: Path) -> None:
    set_up_app(enter("village"), clock)
    settings.VAR, settings.LIMITS = tmp_path, {"code": (3, 600)}
    client = enter("village")
    answers = [client.post(CODE_PAGE, {"code": f"00000{n}"}).status_code for n in range(4)]
    assert answers == [422, 422, 422, 429]
    assert enter("village").post(CODE_PAGE, {"code": "000009"}).status_code == 429, "whatever the session"


def test_switched_off_it_asks_nobody(enter: Callable[[str], Client], settings) -> None:
    settings.SECOND_FACTOR = False
    assert enter("district").get("/office/cases/").status_code == 200


def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(
    enter: Callable[[str], Client], clock: Clock, settings
) -> None:
    client = enter("village")
    for _turn in range(5):
        clock.ahead += timedelta(seconds=settings.SESSION_COOKIE_AGE * 0.8)
        assert client.get("/office/").status_code == 200, "what is used does not go stale"
    clock.ahead += timedelta(seconds=settings.SESSION_COOKIE_AGE + 1)
    assert client.get("/office/").headers["Location"].startswith("/sign-in/")
    settings.SESSION_COOKIE_AGE = 100 * 3600
    client = enter("village")
    assert client.get("/office/").status_code == 200
    clock.ahead += timedelta(hours=settings.SESSION_LONGEST_HOURS, seconds=1)
    answer = client.get("/office/", follow=True)
    assert "请重新登录" in answer.content.decode()


def test_a_page_seldom_costs_a_write(enter: Callable[[str], Client]) -> None:
    client = enter("village")
    client.get("/office/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/office/")
    assert not [one for one in asked if one["sql"].startswith(("UPDATE", "INSERT"))]
