from __future__ import annotations

import socket

from hemei.core.models import Account


def test_demo_accounts_keep_the_server_on_this_machine(db, hemei) -> None:
    Account.objects.create(username="demo", name="演示", is_demo=True)
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org"):
        said = hemei("serve", "--host", host)
        assert said.status == 2
        assert "the demo's accounts are here" in said.err
        assert said.err.count("\n") == 1


def test_a_taken_port_is_said(db, hemei) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = hemei("serve", "--port", str(other.getsockname()[1]))
    assert said.status == 2
    assert "is taken" in said.err
