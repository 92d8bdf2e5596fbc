"""The same order in two shops: recognised, shown once, read after a cancellation, never touched by itself."""

from __future__ import annotations

from cancellations.execution import mirrored_orders
from cancellations.models import MirrorWatch
from cancellations.scheduler import sweep
from cancellations.selectors import cancellations, looks
from cancellations.services import decide
from stores.kernel import clock
from stores.models import AuditEvent, Role, StoreState
from tests import make
from tests.rigs.copies import read_on


def kinds():
    return set(AuditEvent.objects.filter(kind__startswith="cancellation.copy").values_list("kind", flat=True))


def test_a_copy_that_follows_agrees_and_is_read_no_more(desk, pair):
    original, copy = pair
    desk.work(desk.confirm(original, desk.some(original, 2)))
    desk.work(desk.confirm(copy, desk.some(copy, 2)))
    watch = MirrorWatch.objects.get(order=copy)

    desk.travel(61)
    mirrored_orders.look(str(watch.uuid))

    watch.refresh_from_db()
    assert (watch.state, watch.next_attempt_at, watch.seen_at) == ("agrees", None, clock.now())
    assert kinds() == {"cancellation.copy_agrees"}


def test_a_copy_that_stays_open_for_a_day_needs_a_look(desk, pair):
    original, _copy = pair
    done = desk.work(desk.confirm(original, desk.everything(original)))
    assert cancellations.first_looks(desk.staff) == []

    early = read_on(desk, 23)
    assert early.state == "watching"
    late = read_on(desk, 3)

    assert late.state == "open"
    assert cancellations.first_looks(desk.staff) == [done]
    assert kinds() == {"cancellation.copy_open"}
    assert len(desk.world.effects(late.order.external_id)) == 0, "nothing is done there silently"


def test_what_was_let_stand_leaves_needs_a_look(desk, pair):
    original, _copy = pair
    done = desk.work(desk.confirm(original, desk.everything(original)))
    read_on(desk, 26)

    decide.let_stand(actor=desk.staff, cancellation=done, reason="They keep theirs.")

    assert cancellations.first_looks(desk.staff) == []


def test_cancelled_there_after_all_it_agrees(desk, pair):
    original, copy = pair
    desk.work(desk.confirm(original, desk.everything(original)))
    watch = read_on(desk, 26)
    desk.work(desk.confirm(copy, desk.everything(copy)))

    mirrored_orders.look(str(watch.uuid))

    watch.refresh_from_db()
    assert watch.state == "agrees"
    assert cancellations.first_looks(desk.staff) == []


def test_a_silent_shop_is_asked_again_and_named_after_a_day(desk, pair):
    original, copy = pair
    desk.work(desk.confirm(original, desk.everything(original)))
    copy.store.state = StoreState.PAUSED
    copy.store.save()

    watch = read_on(desk, 25)

    assert watch.state == "open"
    assert watch.seen_at is None
    assert "paused" in watch.detail


def test_a_shop_the_requester_may_not_see_is_not_watched(desk, pair):
    original, copy = pair
    desk.staff.memberships.filter(store=copy.store).delete()

    desk.work(desk.confirm(original, desk.everything(original)))

    assert not MirrorWatch.objects.exists()


def test_who_may_not_see_the_other_shop_hears_nothing_of_it(desk, pair):
    original, _copy = pair
    colleague = make.person()
    make.membership(colleague, original.store, Role.STAFF)
    desk.work(desk.confirm(original, desk.everything(original)))

    read_on(desk, 26)

    assert looks.count(colleague) == 0
    assert looks.count(desk.staff) == 1


def test_an_order_without_a_copy_is_not_watched(desk, mirror):
    record = desk.order()

    desk.work(desk.confirm(record, desk.everything(record)))

    assert not MirrorWatch.objects.exists()


def test_the_sweep_rings_for_a_watch_that_is_due_and_two_workers_read_once(desk, pair):
    original, _copy = pair
    desk.work(desk.confirm(original, desk.everything(original)))
    desk.travel(61)
    read = []
    desk.world.on_exchange(read.append)

    assert sweep.run(clock.now())["cancellations.watch_copy"] == 1
    uuid = str(MirrorWatch.objects.get().uuid)
    mirrored_orders.look(uuid)
    once = len(read)
    mirrored_orders.look(uuid)

    assert len(read) == once > 0
