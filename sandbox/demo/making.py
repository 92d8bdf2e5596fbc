"""Make the demo: people, shops, orders, stories. Each part is skipped when it stands, so it is safe to run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sandbox.demo import cast, shops, stories
from sandbox.world import World
from stores.kernel.errors import DeskError
from stores.models import Store, User

Say = Callable[[str], object]
STORY_SECONDS = 8  # what is not settled by then is the worker's, as always


def make(world_path: Path, say: Say) -> bool:
    """Whether everything could be made; what could not is said."""
    world = World.open(world_path)
    try:
        people = cast.enter()
        shops.fill(world)
        stores = [shops.connect(people["owner"], shop, world) for shop in shops.ALL]
        for store in stores:
            cast.join(people, store)
        count = sum(shops.import_all(store) for store in stores)
        main = stores[0]
        untold = [story for story in stories.STORIES if not stories.is_told(story, main)]
        if untold:
            say(f"Demo: {count} orders in {len(stores)} sandbox shops.")
        return all([_tell(story, main, world, people, say) for story in untold])
    finally:
        world.close()


def _tell(story: stories.Story, store: Store, world: World, people: dict[str, User], say: Say) -> bool:
    straight = world.switches()
    try:
        told = stories.carry_on(stories.begin(story, store, world, people), seconds=STORY_SECONDS)
    except DeskError as exc:
        say(f"Demo: the cancellation meant to be “{story.name}” was not made: {exc.user_message}")
        return False
    finally:
        for name, setting in straight.items():
            world.switch(name, setting)
    say(f"Demo: {told.reference} ({story.name}).")
    return True
