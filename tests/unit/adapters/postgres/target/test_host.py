import socket

import pytest

from orchestrator.adapters.postgres.target import host
from orchestrator.adapters.postgres.target.host import diagnose_host

DIRECT = "postgresql://postgres:hunter2@db.abcdefghijkl.supabase.co:5432/postgres"


def resolver(**known):
    def getaddrinfo(name, _port, family, _kind):
        addresses = known.get({socket.AF_INET: "ipv4", socket.AF_INET6: "ipv6"}[family], [])
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(family, 0, 0, "", (address, 0)) for address in addresses]

    return getaddrinfo


def test_a_direct_host_with_ipv6_only_gets_the_session_pooler_as_remedy(monkeypatch):
    monkeypatch.setattr(host.socket, "getaddrinfo", resolver(ipv6=["2001:db8::1"]))
    found = diagnose_host(DIRECT)
    assert found.problem == "db.abcdefghijkl.supabase.co has an IPv6 address only"
    assert "postgres.abcdefghijkl:PASSWORD@aws-0-REGION.pooler.supabase.com:5432" in found.remedy
    assert "hunter2" not in repr(found)


def test_another_host_with_ipv6_only_gets_no_pooler(monkeypatch):
    monkeypatch.setattr(host.socket, "getaddrinfo", resolver(ipv6=["2001:db8::1"]))
    assert "pooler" not in diagnose_host("postgresql://u@db.example.com/d").remedy


def test_a_host_with_both_is_fine(monkeypatch):
    monkeypatch.setattr(host.socket, "getaddrinfo", resolver(ipv4=["192.0.2.1"], ipv6=["2001:db8::1"]))
    found = diagnose_host(DIRECT)
    assert (found.problem, found.ipv4, found.ipv6) == ("", ("192.0.2.1",), ("2001:db8::1",))


def test_an_unknown_host_is_said_to_be_unknown(monkeypatch):
    monkeypatch.setattr(host.socket, "getaddrinfo", resolver())
    assert "not known" in diagnose_host("postgresql://u@db.example.com/d").problem


@pytest.mark.parametrize("url", ["postgresql:///d", "postgresql://%2Fvar%2Frun/d", "nonsense"])
def test_where_there_is_no_host_there_is_no_problem(url):
    assert diagnose_host(url).problem == ""
