"""What a frame becomes on a page: sentences in both languages, a picture, marks of what changed."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation

from tests.access.builders import a_person
from tests.lab.telling import PAIRS, keep_recorded
from yipan.access.roles import Role
from yipan.lab import drawing, showing
from yipan.lab.models import LabRun
from yipan.lab.recorded import read_recorded
from yipan.lab.words import texts, things, titles
from yipan.simulate.stories import BY_CODE, STORIES

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def client(
    role: Role = Role.INVENTORY_CONTROLLER, username: str = "zhao", **more: object
) -> Client:
    found = Client()
    found.force_login(a_person(role, username=username, **more))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_sentence_of_every_run_is_written_with_its_numbers(language: str) -> None:
    with translation.override(language):
        said = [
            showing.write_text(frame["text"], frame["numbers"])
            for frames in read_recorded().values()
            for frame in frames
        ]

    assert all(said)
    assert not [text for text in said if "%(" in text or "None" in text]
    assert bool(CHINESE.search("".join(said))) == (language != "en")


@pytest.mark.parametrize(("quantity", "said"), [(90, "+90"), (-1_200, "−1,200"), (0, ": 0.")])
def test_a_difference_is_written_with_its_sign(quantity: int, said: str) -> None:
    numbers = {
        "there": 1, "document": "DC-1", "difference": quantity, "cause": "miskey", "percent": 91,
        "typed": 10, "came": 100,
    }  # fmt: skip

    assert said in showing.write_text("miskey.found", numbers)


def test_every_story_and_fault_has_its_words() -> None:
    assert list(titles.TITLES) == list(titles.SUMMARIES) == [story.code for story in STORIES]
    assert list(titles.FAULTS) == [
        (story.code, fault) for story in STORIES for fault in story.faults
    ]
    assert {key.partition(".")[0] for key in texts.TEXTS} == set(BY_CODE)
    kinds = {
        row["kind"] for frames in read_recorded().values() for f in frames for row in f["wire"]
    }
    names = {kind.removesuffix(".v1").partition(".")[2] for kind in kinds}
    assert names <= set(things.MESSAGES)


@pytest.mark.parametrize(("code", "fault"), PAIRS)
def test_a_picture_holds_all_that_is_there_within_its_frame(code: str, fault: str) -> None:
    story = BY_CODE[code]
    drawn = {place for row in story.rows for place in row}

    for frame in read_recorded()[code, fault]:
        picture = drawing.draw(story, frame, scale=3)

        assert {place.place for place in picture.places} == drawn
        for place in picture.places:
            there = frame["places"].get(place.place, {})
            assert sum(count for _sku, _n, count in place.counts) == sum(there.values())
            assert len(place.boxes) == sum(-(-count // 3) for count in there.values())
            for box in place.boxes:
                assert place.x <= box.x <= place.x + place.width - drawing.BOX
                assert place.y <= box.y <= place.y + place.height
        assert all(0 <= way.x <= picture.width for way in picture.ways)


@pytest.mark.django_db
def test_a_step_shows_what_changed_and_the_books_side_by_side() -> None:
    keep_recorded("purchase")
    page = client().get("/lab/purchase/?step=5").content.decode()

    assert "The receiver counts 24" in page
    assert "data-lab-equal=no" in page.replace('"', "")
    assert page.count("lab-book tone-") == 4
    behind = client(username="ann").get("/lab/purchase/?step=999").content.decode()
    assert "14 / 14" in behind


@pytest.mark.django_db
def test_a_story_that_was_never_played_begins_when_somebody_of_the_office_opens_it() -> None:
    office, clerk = client(), client(Role.STORE_CLERK, username="chen", sites=["S12"])

    assert 'hx-trigger="load"' in office.get("/lab/offline/").content.decode()
    told = clerk.get("/lab/offline/").content.decode()
    assert "hx-post" not in told
    assert "Nobody has run this story here." in told
    assert clerk.post("/lab/offline/run").status_code == 403
    assert LabRun.objects.exists() is False

    assert office.post("/lab/offline/run").status_code == 302
    run = LabRun.objects.get()
    assert (run.story, run.state, run.created_by) == ("offline", "waiting", "zhao")
    assert "every 1s" in clerk.get("/lab/offline/").content.decode()


@pytest.mark.django_db
def test_what_does_not_exist_is_not_found() -> None:
    reader = client()

    for address in ("/lab/nothing/", "/lab/purchase/?fault=stolen", "/lab/purchase/step?run=none"):
        assert reader.get(address).status_code == 404, address
    assert reader.post("/lab/nothing/run").status_code == 404
    run = keep_recorded("offline")
    assert reader.get(f"/lab/purchase/step?run={run}").status_code == 404


def test_what_passes_a_house_goes_around_it() -> None:
    story = BY_CODE["short_pick"]
    frames = read_recorded()["short_pick", ""]
    ways = [
        way for frame in frames for way in drawing.draw(story, frame, scale=1).ways if way.x > 400
    ]

    # Four from the warehouse past the store, to the customers.
    assert [way.quantity for way in ways] == [4]
    assert f"H{drawing.WIDTH + drawing.CORRIDOR // 2 - 16}" in ways[0].path
    assert ways[0].begins == ("0.00s", "0.16s", "0.32s", "0.48s")


@pytest.mark.django_db
def test_a_big_screen_shows_the_title_first_and_a_step_when_it_is_named(client: Client) -> None:
    keep_recorded("miskey")
    client.force_login(a_person(Role.PLANNER))

    titled = client.get("/lab/miskey/?wall").content.decode()
    stepped = client.get("/lab/miskey/?wall&step=2").content.decode()

    assert 'class="lab-show is-covered"' in titled
    assert 'class="lab-show"' in stepped
    # From the last of all, the first follows; and before the first lies the last.
    last = STORIES[-1].code
    keep_recorded(last)
    page = client.get(f"/lab/{last}/?wall").content.decode()
    assert f'data-lab-after="/lab/{STORIES[0].code}/?wall"' in page
