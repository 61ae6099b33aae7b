"""Signing in, being locked out, choosing one's own password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from hemei.core.models import Account, AuditEntry
from tests.conftest import PASSWORD


def sign_in(client: Client, password: str, **more: str):
    return client.post("/sign-in/", {"username": "village", "password": password, **more})


def test_home_leads_to_the_sign_in_and_then_to_today(with_password: Account, client: Client) -> None:
    assert client.get("/").headers["Location"] == "/sign-in/"
    assert sign_in(client, PASSWORD).headers["Location"] == "/office/"
    assert client.get("/").headers["Location"] == "/office/"
    assert client.get("/sign-in/").headers["Location"] == "/office/"


def test_a_wrong_password_says_so_and_keeps_the_name(with_password: Account, client: Client) -> None:
    answer = sign_in(client, "wrong")
    assert answer.status_code == 422
    assert 'value="village"' in answer.content.decode()


def test_after_five_wrong_ones_the_door_is_locked(with_password: Account, client: Client) -> None:
    for _ in range(5):
        answer = sign_in(client, "wrong")
    assert answer.status_code == 429
    assert "暂停登录" in answer.content.decode()
    assert sign_in(client, PASSWORD).status_code == 429


def test_it_goes_back_to_the_page_asked_for_but_never_to_another_site(with_password: Account, client: Client) -> None:
    assert sign_in(client, PASSWORD, next="/office/cases/").headers["Location"] == "/office/cases/"
    client.post("/sign-out/")
    assert sign_in(client, PASSWORD, next="https://elsewhere.example/").headers["Location"] == "/office/"


@pytest.mark.parametrize("page", ["/office/", "/office/cases/", "/office/places/", "/office/zero/"])
def test_a_stranger_is_sent_to_the_sign_in(db, client: Client, page: str) -> None:
    assert client.get(page).headers["Location"] == f"/sign-in/?next={page}"


def test_signing_out(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("village")
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/office/").status_code == 302


def test_a_one_time_password_is_changed_before_anything_else(with_password: Account, client: Client) -> None:
    Account.objects.filter(pk=with_password.pk).update(must_change_password=True)
    sign_in(client, PASSWORD)
    assert client.get("/office/cases/").headers["Location"] == "/office/password/"
    assert client.post("/office/password/", {"new_password1": "短", "new_password2": "短"}).status_code == 422
    new = {"new_password1": "溪水-向东-8472", "new_password2": "溪水-向东-8472"}
    assert client.post("/office/password/", new).headers["Location"] == "/office/"
    assert client.get("/office/cases/").status_code == 200
    assert AuditEntry.objects.filter(verb="account.choose_password").count() == 1


def test_a_form_without_its_token_is_refused_with_what_to_do(with_password: Account) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})
    answer = sign_in(client, PASSWORD)
    assert answer.status_code == 403
    assert "什么也没有写入" in answer.content.decode()
    token = client.cookies["csrftoken"].value
    assert sign_in(client, PASSWORD, csrfmiddlewaretoken=token).status_code == 302
