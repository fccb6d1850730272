"""Rules that are asked of everything at once: what they find, by hand and by brute force, and how long it holds."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from services.alignment.judge.catalogue import RULES, shapes
from services.alignment.judge.examples import START, Text
from services.alignment.judge.graph import Node
from services.alignment.judge.survey import survey
from services.alignment.judge.whole import Besides, plain

MINUTE = timedelta(minutes=1)


def surveyed(graph: str) -> Text:
    text = Text()
    text.add(graph)
    text.survey()
    return text


def subjects(text: Text, rule: str) -> list[str]:
    return sorted(each.subject for each in text.open() if each.rule == rule)


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ("service:a operational +name=Mail, service:b operational +name=mail", ["service/b"]),
        ("service:a operational +name=Mail, product:b in_use +name=Mail", []),
        ("service:a operational technology +name=Mail, service:b operational business +name=Mail", []),
        ("service:a operational +name=Mail, service:b retired +name=Mail", []),
        (
            "activity:a operational +name=Shut, activity:b operational +name=Shut, activity:c operational +name=Shut, "
            "process:p operational, process:q operational; a part_of p, b part_of q, c part_of q",
            ["activity/c"],
        ),
    ],
)
def test_a_name_is_taken_twice_within_a_kind_a_type_and_a_whole(graph: str, found: list[str]) -> None:
    assert subjects(surveyed(graph), "D06") == found


def test_names_are_compared_as_people_read_them() -> None:
    assert plain("  Ｍail\u00a0 Server ") == plain("mail server") != plain("mail-server")


def test_one_id_elsewhere_is_one_thing() -> None:
    text = surveyed(
        "service:a operational +external_refs=[system:cmdb/id:1], "
        "service:b operational +external_refs=[system:cmdb/id:1], "
        "service:c operational +external_refs=[system:crm/id:1], product:d in_use +external_refs=[system:cmdb/id:1]"
    )
    assert subjects(text, "D07") == ["service/b"]
    [found] = text.of("D07", "service/b")
    assert found.evidence == {"part": "service/a", "same_as": "service/a"}


def test_each_circle_is_told_once_and_shown_as_a_way_round() -> None:
    text = surveyed(
        "service:a operational, service:b operational, service:c operational, product:d in_use, product:e in_use; "
        "c depends_on b, b depends_on a, a depends_on c, a depends_on d, d depends_on e, e depends_on d"
    )
    assert subjects(text, "Y02") == ["product/d", "service/a"]
    [found] = text.of("Y02", "service/a")
    assert found.evidence == {"circle": ["service/a", "service/c", "service/b"], "members": 3}


def test_what_is_first_too_deep_is_told_with_what_is_above_it() -> None:
    names = [f"c{number}" for number in range(10)]
    links = ", ".join(f"{below} part_of {above}" for above, below in pairwise(names))
    text = surveyed(", ".join(f"capability:{name} in_force" for name in names) + f"; {links}")
    [found] = [each for each in text.open() if each.rule == "Y03"]
    assert found.subject == "capability/c7"
    assert found.evidence == {"level": 8, "below": [f"capability/c{number}" for number in range(6, -1, -1)]}


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ("process:p operational, outcome:u agreed; p serves u ~0.4", ["process/p"]),
        ("process:p operational, outcome:u agreed; p serves u ~0.5", []),
        ("process:p operational, outcome:u agreed, outcome:v agreed; p serves u ~0.4, p serves v", []),
        ("process:p operational, objective:o in_force; p justified_by o ~0.1", []),
        # told where it breaks, and not of what rests on that
        ("procedure:w published, process:p operational, outcome:u agreed; w part_of p, p serves u ~0.1", ["process/p"]),
        (
            "service:s operational, process:p operational, outcome:u agreed; s serves p, p serves u ~0.1, s serves u",
            ["process/p"],
        ),
        ("service:s operational, process:p operational, outcome:u agreed; s serves p ~0.1, p serves u", ["service/s"]),
    ],
)
def test_a_chain_is_as_good_as_its_weakest_relation(graph: str, found: list[str]) -> None:
    assert subjects(surveyed(graph), "V12") == found


def test_a_conflict_of_objectives_is_told_while_nobody_says_how_it_is_weighed() -> None:
    two = "objective:o in_force, objective:n in_force, objective:m draft; "
    assert subjects(surveyed(f"{two}o influences n against"), "S11") == ["objective/o"]
    assert subjects(surveyed(f"{two}o influences n, n influences o because"), "S11") == []
    assert subjects(surveyed(f"{two}o influences m against"), "S11") == []


def test_what_says_something_else_than_was_signed_is_told_until_it_is_signed_again() -> None:
    one = "objective:o in_force, increment:i signed, increment:j {state}; i covers o changed"
    assert subjects(surveyed(one.format(state="draft")), "S02") == ["objective/o"]
    assert subjects(surveyed(one.format(state="signed") + ", j covers o"), "S02") == []
    assert subjects(surveyed(one.format(state="signed") + ", j covers o changed"), "S02") == ["objective/o"]
    assert subjects(surveyed("objective:o retired, increment:i signed; i covers o changed"), "S02") == []


def nodes(size: int, dice: Random) -> tuple[list[Node], dict[Node, list[Node]]]:
    made = [Node(f"service/{number:03}") for number in range(size)]
    return made, {node: dice.sample(made, min(size, dice.choice([0, 1, 1, 2, 3]))) for node in made}


def reached(starts: list[Node], over: dict[Node, list[Node]], without: Node | None = None) -> set[Node]:
    found = {node for node in starts if node is not without}
    while fresh := {each for node in found for each in over[node] if each is not without} - found:
        found |= fresh
    return found


@pytest.mark.parametrize("seed", range(30))
def test_shapes_are_what_brute_force_finds(seed: int) -> None:
    """With circles, things that nothing leads to, and several roots."""
    dice = Random(seed)
    made, over = nodes(dice.choice([1, 5, 12, 25]), dice)
    after = {node: reached(over[node], over) for node in made}
    circles = {frozenset(o for o in after[n] if n in after[o]) for n in made if n in after[n]}
    found = {frozenset(each) for each in shapes.components(made, lambda node: over[node])}
    assert found == {circle for circle in circles if len(circle) > 1}
    roots = dice.sample(made, min(len(made), 2))
    resting, _ = shapes.orphaned(roots, lambda node: over[node])
    everything = reached(roots, over)
    for node in everything:
        assert resting[node] == len(everything - reached(roots, over, node) - {node}), node


@pytest.mark.parametrize("seed", range(10))
def test_levels_are_counted_from_the_tops_down(seed: int) -> None:
    made, over = nodes(12, Random(seed))
    back = {node: [each for each in made if node in over[each]] for node in made}
    told = shapes.levels(made, lambda node: back[node], lambda node: over[node])
    level, count = [node for node in made if not back[node]], 0
    seen = dict[Node, int]()
    while level:
        count += 1
        seen |= dict.fromkeys(level, count)
        level = [each for node in level for each in over[node] if each not in seen]
    assert {node: found for node, (found, _) in told.items()} == seen


# -- how long it holds

CIRCLE = "service:r operational, service:s operational; r depends_on s, s depends_on r"


def test_it_opens_at_the_newest_instant_that_is_judged_and_holds_until_the_next_look() -> None:
    text = surveyed(CIRCLE)
    [found] = text.of("Y02", "service/r")
    assert found.opened_at == START + MINUTE
    text.add("; s depends_on r ended")
    assert text.of("Y02", "service/r") == [found], "nothing says yet that it is mended"
    text.survey()
    assert text.of("Y02", "service/r") == []


def test_whom_it_is_told_of_has_to_be_there() -> None:
    text = surveyed(CIRCLE)
    text.add("service:r retired")
    assert text.of("Y02", "service/r") == []


def test_a_look_that_finds_the_same_changes_nothing() -> None:
    text = surveyed(CIRCLE)
    survey(text.judge, Besides())
    changes = text.judge.flush()
    assert (changes.made, changes.ended, changes.dropped) == ([], {}, set())


def test_an_interval_does_not_end_where_it_began() -> None:
    """What came late changes what is there, and not until when has been judged."""
    text = surveyed(CIRCLE)
    until = text.judge.until
    assert until
    with text.judge.loading():
        text.judge.standing.take(text._node(["service:q", "operational"], until)[0])
        for words in ("q depends_on r", "r depends_on q"):
            text.judge.standing.take(text._link(words.split(), until)[0])
    survey(text.judge, Besides())
    changes = text.judge.flush()
    assert [at > each[1] for each, at in changes.ended.items()] == [True]
    assert [each.opened_at for each in changes.made] == [*changes.ended.values()]


def test_what_was_found_before_is_taken_over_and_judged_no_other() -> None:
    """As after a restart: before the next look nothing is asked anew."""
    text, later = surveyed(CIRCLE), Text()
    later.add(CIRCLE)
    later.judge.adopt(text.of("Y02", "service/r"))
    later.add("service:r operational 5")
    [found] = later.of("Y02", "service/r")
    assert found.severity == RULES["Y02"].severity + 1
    later.add("service:r retired 5")
    assert later.of("Y02", "service/r") == []
