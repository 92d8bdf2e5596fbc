"""docs/access.md says what the table of actions says."""

from pathlib import Path

from stores.models import Role
from stores.selectors import access

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"


def test_the_page_tells_the_table_of_actions():
    rows = [line.split("|")[1:-1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    told = {
        name.strip().strip("`"): {
            role for role, cell in zip((Role.ADMIN, Role.STAFF, Role.AUDITOR), cells, strict=True) if cell.strip()
        }
        for name, _owner, *cells in rows
    }

    assert told == {name: set(roles) for name, roles in access.ACTIONS.items()}
