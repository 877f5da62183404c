"""In production the cookies go to one host, and by HTTPS only."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

PRODUCTION = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from portal.orgs.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("ira@acme.example", "a long enough password")
plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
with override_settings(STORAGES=plain):
    client = Client(headers={"host": "portal.example"})
    insecure = client.get("/accounts/login/")
    client.get("/accounts/login/", secure=True)
    form = {"login": "ira@acme.example", "password": "a long enough password"}
    answer = client.post("/accounts/login/", form, secure=True)
    page = client.get("/", secure=True)
cookies = {
    name: {flag: morsel[flag] for flag in ("secure", "httponly", "samesite", "path", "domain")}
    for name, morsel in client.cookies.items()
}
print(json.dumps([insecure["Location"], cookies, dict(page.headers)]))
"""


@pytest.mark.slow
def test_in_production_cookies_are_bound_to_the_host_and_to_https():
    names = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment = {
        **names,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": "sqlite://:memory:",
        "PORTAL_ENV_FILE": os.devnull,
        "PORTAL_SECRET_KEY": "x1" * 40,
        "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PORTAL_ALLOWED_HOSTS": "portal.example",
    }
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRODUCTION],
        env=environment,
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    insecure, cookies, headers = json.loads(ran.stdout.splitlines()[-1])
    bound = {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}

    assert insecure == "https://portal.example/accounts/login/"
    assert {name: cookies[name] for name in ("__Host-portal_session", "__Host-portal_csrf")} == {
        "__Host-portal_session": bound,
        "__Host-portal_csrf": bound,
    }
    assert int(headers["Strict-Transport-Security"].split(";")[0].partition("=")[2]) >= 31_536_000
