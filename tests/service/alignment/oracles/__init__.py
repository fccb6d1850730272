"""What the families of rules that came later find at one moment, each made from the facts by plain loops."""

from collections.abc import Callable

from tests.service.alignment.oracles import course, oversight, people, trade, whole, work
from tests.service.alignment.oracles.facts import Facts, State, Told

Asked = Callable[[Facts, str, State], Told]
OF_ANY: tuple[Asked, ...] = (
    course.dated,
    course.in_force,
    course.neighbours,
    whole.of_any,
    whole.of_chain,
    whole.of_kinds,
)
OF_KIND: dict[str, tuple[Asked, ...]] = {
    "service": (people.of_service, work.of_service),
    "process": (people.of_process, work.of_process, trade.measured),
    "activity": (people.of_activity, work.of_activity, oversight.of_activity),
    "role": (people.of_role,),
    "party": (people.of_party, oversight.of_agent),
    "role_assignment": (people.of_role_assignment,),
    "handoff": (work.of_handoff,),
    "deliverable": (work.of_deliverable,),
    "design_package": (work.of_design_package,),
    "partner": (work.of_partner,),
    "service_offering": (trade.of_service_offering,),
    "consumer_group": (trade.of_consumer_group,),
    "contract": (trade.of_contract,),
    "objective": (trade.of_objective, course.of_objective),
    "kpi": (trade.of_kpi,),
    "csf": (trade.measured,),
    "increment": (course.of_increment,),
    "strategy": (course.of_strategy,),
    "strategy_element": (course.of_strategy_element,),
    "project": (course.of_project,),
    "outcome": (course.of_outcome,),
    "product": (oversight.of_agent,),
    "control": (oversight.of_control,),
    "policy": (oversight.of_policy,),
    "procedure": (course.documents,),
    "work_instruction": (course.documents,),
}


def wrong(facts: Facts, ref: str, state: State) -> Told:
    for asked in (*OF_ANY, *OF_KIND.get(state["kind"], ())):
        yield from asked(facts, ref, state)
