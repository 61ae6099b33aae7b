"""Scans of certificates, and of the documents of trainings that were held elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hemei.core.access import Refused
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Evidence
from hemei.programmes.craftsmen.actions.scans import add_scans
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining, Scan
from hemei.terms.day import today
from tests.conftest import People, photo
from tests.programmes.craftsmen.conftest import certified, craftsman_named

PAPER = {"body": "云岭建筑培训学校", "number": "云培9", "issued_on": "2026-01-05", "valid_to": "2029-01-04"}


@pytest.fixture
def clerk(client: Client, people: People) -> Client:
    client.force_login(people.township.account)
    return client


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("证.jpg", photo().content, "image/jpeg")


def test_a_certificate_comes_with_its_scan(clerk: Client, mason: Craftsman) -> None:
    address = f"/craftsmen/{mason.pk}/certificates/add/"
    rubbish = SimpleUploadedFile("证.jpg", b"MZ" + bytes(99), "image/jpeg")
    answer = clerk.post(address, PAPER | {"photo": rubbish})
    assert answer.status_code == 422
    assert "不是能打开的照片" in answer.content.decode()
    assert not Certificate.objects.exists(), "nothing half-written"
    assert clerk.post(address, PAPER | {"photo": picture()}).status_code == 302
    scan = Scan.objects.get()
    assert scan.certificate == Certificate.objects.get()
    shown = clerk.get(f"/craftsmen/{mason.pk}/files/{scan.pk}/")
    assert b"".join(shown.streaming_content) == photo().content
    assert "sandbox" in shown["Content-Security-Policy"]
    assert clerk.get(f"/craftsmen/{mason.pk}/files/{scan.pk}/small/").status_code == 200
    assert f"/craftsmen/{mason.pk}/files/{scan.pk}/" in clerk.get(f"/craftsmen/{mason.pk}/").content.decode()
    assert AuditEntry.objects.get(verb="certificate.record").detail["files"] == 1
    other = craftsman_named("石有根", phone="13800001111")
    assert clerk.get(f"/craftsmen/{other.pk}/files/{scan.pk}/").status_code == 404, "not theirs"


def test_so_does_the_document_of_a_training_elsewhere(clerk: Client, mason: Craftsman) -> None:
    day = (today() - timedelta(days=30)).isoformat()
    said = {"on": day, "body": "州建筑学校", "document": "学时证明 12 号", "basic": "8", "photo": picture()}
    assert clerk.post(f"/craftsmen/{mason.pk}/trainings/add/", said).status_code == 302
    assert Scan.objects.get().training == EarlierTraining.objects.get()
    assert AuditEntry.objects.get(verb="training.enter").detail["files"] == 1


def test_a_scan_is_added_to_a_paper_that_is_there(clerk: Client, mason: Craftsman, people: People) -> None:
    paper = certified(mason, people.township)
    address = f"/craftsmen/{mason.pk}/certificates/{paper.pk}/scans/add/"
    assert "请拍照或选扫描件" in clerk.post(address, {"go": "1"}).content.decode()
    assert clerk.post(address, {"go": "1", "photo": [picture(), picture()]}).status_code == 302
    assert Scan.objects.filter(certificate=paper).count() == 2
    assert AuditEntry.objects.get(verb="paper.scan").detail == {"row": paper.pk, "of": "certificate", "files": 2}
    other = craftsman_named("石有根", phone="13800001111")
    assert clerk.get(f"/craftsmen/{other.pk}/certificates/{paper.pk}/scans/add/").status_code == 404
    with pytest.raises(Mistaken, match="不是他的"):
        add_scans(craftsman=other, paper=paper, files=[photo()], by=people.township)


@pytest.mark.parametrize("who", ["village", "grid", "other_township", "neighbour", "auditor", "nobody"])
def test_others_add_none(mason: Craftsman, people: People, client: Client, who: str) -> None:
    paper = certified(mason, people.township)
    with pytest.raises(Refused):
        add_scans(craftsman=mason, paper=paper, files=[photo()], by=getattr(people, who))
    assert not Evidence.objects.exists()
    client.force_login(getattr(people, who).account)
    assert client.get(f"/craftsmen/{mason.pk}/certificates/{paper.pk}/scans/add/").status_code in (403, 404)
