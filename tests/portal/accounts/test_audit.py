import csv
import datetime
import io

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from huiqi_portal.accounts import append_only
from huiqi_portal.accounts.audit import note_reading, note_readings
from huiqi_portal.accounts.changes import note_change
from huiqi_portal.accounts.models import Change, Reading
from huiqi_portal.accounts.roles import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", [Reading, Change])
@pytest.mark.parametrize("what", ["update", "delete", "raw"])
def test_the_database_itself_refuses_to_change_the_trail(user_of, table, what):
    officer = user_of(Role.OFFICER)
    note_reading(officer, "firm-1", "a page")
    note_change("made", officer, officer)
    with pytest.raises(IntegrityError, match=append_only.REFUSAL), transaction.atomic():
        match what:
            case "update":
                table.objects.update(user=user_of(Role.AUDITOR))
            case "delete":
                table.objects.all().delete()
            case "raw":
                connection.cursor().execute(f"DELETE FROM {table._meta.db_table}")
    assert table.objects.get().user == officer


def test_a_user_of_whom_something_is_on_record_cannot_be_deleted(user_of):
    officer = user_of(Role.OFFICER)
    note_reading(officer, "firm-1", "a page")
    with pytest.raises(IntegrityError):
        officer.delete()


def test_missing_triggers_are_noticed_and_put_back(db):
    assert append_only.missing() == []
    gone = "accounts_reading_row" if connection.vendor == "postgresql" else "accounts_reading_update"
    connection.cursor().execute(f"DROP TRIGGER {gone}" + (" ON accounts_reading" if connection.vendor == "postgresql" else ""))
    assert append_only.missing() == [gone]
    append_only.refuse_changes()
    assert append_only.missing() == []


def test_what_an_officer_reads_of_a_firm_is_put_down_with_its_page_and_the_firm_sees_it(client_of):
    officer, member = client_of(Role.OFFICER), client_of(Role.ENTERPRISE)
    assert officer.get("/en/readers/firm-1/").status_code == 200
    reading = Reading.objects.get()
    assert (reading.user.username, reading.subject, reading.what, reading.page) == ("officer", "firm-1", "accounts:readers", "/en/readers/firm-1/")
    assert "officer" in member.get("/zh-hans/readers/firm-1/").content.decode()
    assert Reading.objects.count() == 1, "who speaks for the firm is not put down"


def test_auditors_are_put_down_too_and_editors_and_administrators_see_nothing(client_of):
    assert client_of(Role.AUDITOR).get("/en/readers/firm-1/").status_code == 200
    for role in (Role.EDITOR, Role.ADMINISTRATOR):
        assert client_of(role).get("/en/readers/firm-1/").status_code == 403
    assert [reading.user.username for reading in Reading.objects.all()] == ["auditor"]


def test_auditors_filter_the_trail_by_firm_user_and_days(client_of, user_of):
    officer, auditor = user_of(Role.OFFICER), client_of(Role.AUDITOR)
    note_readings(officer, ["firm-1", "firm-2"], "a list", token="night run")
    today = timezone.localdate()
    for question, count in (
        ("", 2),
        ("?subject=firm-2", 1),
        ("?user=officer", 2),
        ("?user=nobody", 0),
        (f"?first={today}&last={today}", 2),
        (f"?last={today - datetime.timedelta(days=1)}", 0),
    ):
        assert auditor.get(f"/en/readings/{question}").context["page"].paginator.count == count, question
    assert auditor.get("/en/readings/?first=31.12.2024").status_code == 422
    assert auditor.get("/en/readings.csv?first=31.12.2024").status_code == 422


def test_the_table_has_all_readings_and_no_cell_that_a_table_program_would_run(client_of, user_of):
    officer = user_of(Role.OFFICER)
    note_reading(officer, '=HYPERLINK("x")', "a page", page="/en/x/")
    note_reading(officer, "firm-2", "evaluate", token="-1+1")
    answer = client_of(Role.AUDITOR).get("/en/readings.csv?user=officer")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["firm"] for row in rows] == ["firm-2", '\'=HYPERLINK("x")']
    assert rows[0]["token"] == "'-1+1"
    assert "attachment" in answer["Content-Disposition"]


def test_every_page_about_a_firm_that_can_be_read_has_its_words():
    from huiqi_portal.accounts.pages_in_words import WORDS
    from portal_addresses import addresses

    assert {address.name for address in addresses() if address.access.firm and not address.access.own} - set(WORDS) == set()
