"""docs/permissions.md, written from the table of roles: `python -m hemei.site.permissions`."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.utils import translation

from hemei.core.roles import ACCEPT_LEVEL, BEARER_RIGHTS, DOOR_RIGHTS, PHONE_RIGHTS, ROLES, VERBS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"

HEAD = """\
# Who may do what

Written from the code by `python -m hemei.site.permissions`; a test asserts that it is current, and that `may()`
answers as this table says. A right holds where a person has a duty: in its region and whatever lies inside it, for its
matter, between its dates. Nobody may do anything anywhere else, and what stands outside cannot be told from what is
not there. Somebody may hold several duties; then they may what any of them allows.
"""
NOTES = """\
## What narrows a right

* The end of a case is accepted, and its withdrawal agreed to, at a level that depends on how grave it is: {levels}.
  The level is ours, not the law's.
* Nobody accepts what they remedied themselves, nor agrees to a withdrawal they asked for.
* A household's door plate may: {door}. A phone paired with the indoor card may, for its own house only: {phone}.
* Whoever holds a signed slip (a QR code shown at one training session, or handed over with one piece of work) may, with
  that one thing and while the slip lasts: {bearer}.
* A duty for one matter reaches that matter's places, cases, checks, files, rounds, draws, messages, parameters, imports
  and audit entries. Persons, households, units, regions and background jobs belong to no matter. What was imported or
  audited across matters, and duties for every matter, are for those who answer for every matter.
* Another system's key may what its account may. Whoever sits at the server's keyboard may everything, and the audit
  entries have their name.
"""


def written() -> str:
    """The page, in English, with each verb's and role's Chinese name beside it."""

    def chinese(text: object) -> str:
        with translation.override("zh-hans"):
            return str(text)

    roles = list(ROLES.values())
    lines = ["## Roles", "", "| role | name | widest level |", "| --- | --- | --- |"]
    lines += [f"| `{role.key}` | {chinese(role.name)} | {role.level.name.lower()} |" for role in roles]
    lines += ["", "## Rights", ""]
    lines.append(f"| verb | | {' | '.join(chinese(role.name) for role in roles)} |")
    lines.append("| --- | --- |" + " :-: |" * len(roles))
    for verb, name in VERBS.items():
        marks = " | ".join("●" if verb in role.rights else " " for role in roles)
        lines.append(f"| `{verb}` | {chinese(name)} | {marks} |")
    notes = NOTES.format(
        levels=", ".join(
            f"{severity.name.lower()} at the {level.name.lower()}" for severity, level in ACCEPT_LEVEL.items()
        ),
        door=", ".join(f"`{verb}`" for verb in sorted(DOOR_RIGHTS)),
        bearer=", ".join(f"`{verb}`" for verb in sorted(BEARER_RIGHTS)),
        phone=", ".join(f"`{verb}`" for verb in sorted(PHONE_RIGHTS)),
    )
    return "\n".join([HEAD, *lines, "", notes])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
    django.setup()
    PAGE.write_text(written(), "utf-8")
