"""Three organisations made up by hand, of different health: what a person would say of them is in their names."""

GOOD = """
party/board active {type: org_unit}
party/harbour active {type: org_unit, owner: party/board}
party/it active {type: org_unit, owner: party/board}
party/astrid active {type: person, owner: party/harbour}
party/bo active {type: person, owner: party/harbour}
role/duty-manager active {type: process_owner}
role/quay-manager active {type: process_manager}
role/sailor active {type: process_practitioner}
role/agent active {type: process_practitioner}
consumer_group/passengers active {type: external, size: 90000}
outcome/on-time agreed {type: external, consumer_group_id: consumer_group/passengers}
strategy/sail-on-time in_force {type: business, owner: party/board}
strategy/one-timetable in_force {type: it, owner: party/it}; supports strategy/sail-on-time
objective/nine-of-ten in_force {level: strategic, owner: party/harbour}; serves outcome/on-time, decomposes strategy/sail-on-time, measured_by kpi/minutes-late
tactic/faster-boarding in_force {owner: party/harbour}; decomposes objective/nine-of-ten
operation/open-gates-early in_force {owner: party/harbour}; decomposes tactic/faster-boarding
kpi/minutes-late active {owner: party/harbour, unit: minutes, direction: down, baseline: 9, target: 0}
kpi/sold active {owner: party/harbour, unit: seats, direction: up, baseline: 100, target: 120}
strategy_element/always-there in_force {type: perspective, strategy_id: strategy/sail-on-time}
strategy_element/shortest-crossing in_force {type: position, strategy_id: strategy/sail-on-time}
strategy_element/two-ships in_force {type: plan, strategy_id: strategy/sail-on-time}
strategy_element/we-wait-for-nobody in_force {type: pattern, strategy_id: strategy/sail-on-time, evidence_refs: [{system: minutes, id: "1"}, {system: minutes, id: "2"}]}
strategy_element/one-truth in_force {type: perspective, strategy_id: strategy/one-timetable}
strategy_element/no-copies in_force {type: position, strategy_id: strategy/one-timetable}
strategy_element/one-engine in_force {type: plan, strategy_id: strategy/one-timetable}
strategy_element/we-ask-the-engine in_force {type: pattern, strategy_id: strategy/one-timetable, evidence_refs: [{system: minutes, id: "3"}, {system: minutes, id: "4"}]}
increment/agreed attested {type: attested, items: [strategy/sail-on-time, strategy/one-timetable, objective/nine-of-ten, tactic/faster-boarding, operation/open-gates-early, strategy_element/always-there, strategy_element/shortest-crossing, strategy_element/two-ships, strategy_element/we-wait-for-nobody, strategy_element/one-truth, strategy_element/no-copies, strategy_element/one-engine, strategy_element/we-ask-the-engine]}
policy/nobody-runs published {owner: party/board}; justified_by objective/nine-of-ten, governs process/boarding, governs process/selling
process/boarding operational {owner: party/harbour, purpose: Everybody on board in ten minutes, trigger: The ship is there, inputs: [ticket], outputs: [count]}; realizes objective/nine-of-ten, measured_by kpi/minutes-late
process/selling operational {owner: party/harbour, purpose: A seat for everybody who wants one, trigger: Somebody asks, inputs: [wish], outputs: [ticket]}; serves outcome/on-time, measured_by kpi/sold
activity/count operational {process_id: process/boarding, raci: [{role_id: role/duty-manager, letter: A}, {role_id: role/sailor, letter: R}]}
activity/let-in operational {process_id: process/boarding, raci: [{role_id: role/duty-manager, letter: A}, {role_id: role/sailor, letter: R}]}
activity/sell operational {process_id: process/selling, raci: [{role_id: role/duty-manager, letter: A}, {role_id: role/agent, letter: R}]}
procedure/at-the-gate published {activity_ids: [activity/count, activity/let-in]}; justified_by objective/nine-of-ten
procedure/at-the-desk published {activity_ids: [activity/sell]}; justified_by outcome/on-time
deliverable/count active {produced_by_ids: [activity/count], consumed_by_ids: [activity/let-in]}
deliverable/list active {produced_by_ids: [activity/let-in], consumed_by_ids: [activity/count]}
deliverable/ticket active {produced_by_ids: [activity/sell], consumed_by_ids: [activity/count]}
role_assignment/owns-boarding active {party_id: party/astrid, role_id: role/duty-manager, scope: process/boarding}
role_assignment/owns-selling active {party_id: party/astrid, role_id: role/duty-manager, scope: process/selling}
role_assignment/runs-boarding active {party_id: party/bo, role_id: role/quay-manager, scope: process/boarding}
role_assignment/runs-selling active {party_id: party/bo, role_id: role/quay-manager, scope: process/selling}
role_assignment/on-deck active {party_id: party/bo, role_id: role/sailor, scope: process/boarding}
role_assignment/at-the-desk active {party_id: party/bo, role_id: role/agent, scope: process/selling}
product/timetable-engine in_use {owner: party/it}
partner/radio-company active
contract/radio active {type: uc, provider: partner/radio-company, customer: party/it, items: [{service_id: service/timetable}], signatories: [{side: provider, name: Radio}, {side: customer, name: Ferry}]}
service/tickets operational {type: business, owner: party/harbour}; serves outcome/on-time, depends_on product/timetable-engine
service/timetable operational {type: application, owner: party/it}; serves service/tickets
design_package/tickets-design accepted {service_id: service/tickets, elements: [{type: people, ref: role/agent, competence: Sells}, {type: process, ref: process/selling}, {type: product, ref: product/timetable-engine}, {type: partner, not_applicable: true, reason: We sell ourselves}]}
design_package/timetable-design accepted {service_id: service/timetable, elements: [{type: people, ref: role/duty-manager, competence: Decides}, {type: process, ref: process/boarding}, {type: product, ref: product/timetable-engine}, {type: partner, ref: partner/radio-company}]}
service_offering/season-ticket launched {service_ids: [service/tickets], consumer_group_ids: [consumer_group/passengers], components: [{type: access, resource: All crossings of a season, terms: Not to be passed on}], terms: For one summer, commitments: [{metric: crossings on time, comparator: ">=", value: 90, unit: percent}]}
"""  # noqa: E501
"""A ferry: one line of sight from the board to the gate. Nothing is missing that is asked for."""

MIDDLING = """
party/directors active {type: org_unit}
party/branch active {type: org_unit, owner: party/directors}
party/former left {type: person}
role/librarian active
role/helper active
consumer_group/readers active {type: external}
outcome/found-in-minutes agreed {type: external, consumer_group_id: consumer_group/readers}
strategy/open-shelves in_force {type: business, owner: party/directors}
strategy/new-catalogue in_force {type: it, owner: party/branch}
objective/self-service in_force {level: strategic, owner: party/branch}; serves outcome/found-in-minutes
objective/less-paper in_force {level: strategic}
tactic/label-shelves in_force; decomposes objective/self-service
tactic/tidy-cellar in_force
policy/quiet-hours published {owner: party/directors}; justified_by objective/less-paper, governs process/lending
policy/no-food published
process/lending operational {owner: party/branch, purpose: Out and back in one minute}; serves outcome/found-in-minutes
process/buying operational {purpose: New books}; realizes objective/less-paper
process/repairing operational {owner: party/former}
activity/scan operational {process_id: process/lending, raci: [{role_id: role/librarian, letter: A}, {role_id: role/helper, letter: R}]}
activity/choose operational {process_id: process/buying, raci: [{role_id: role/librarian, letter: R}]}
product/catalogue-server in_use
service/catalogue operational {type: business, owner: party/branch}; serves outcome/found-in-minutes, depends_on product/catalogue-server
service/printing operational {type: technology}
design_package/catalogue-design accepted {service_id: service/catalogue, elements: [{type: people, ref: role/librarian}, {type: process, ref: process/lending}, {type: product, ref: product/catalogue-server}]}
service_offering/card launched {service_ids: [service/catalogue], consumer_group_ids: [consumer_group/readers], components: [{type: access, resource: Lending}]}
service_offering/print-shop launched {service_ids: [service/printing]}
"""  # noqa: E501
"""A library: the main thing is in order, half of the rest has lost its reason, its owner or its letters."""

POOR = """
party/everybody active {type: org_unit}
role/somebody active
consumer_group/people active {type: external}
strategy/cloud-first in_force {type: it}
objective/be-modern in_force {level: strategic}
tactic/move-servers in_force
operation/nightly-copy in_force
policy/passwords published
process/tickets operational
process/changes operational
process/releases operational
process/reports operational; serves process/changes
activity/file operational {process_id: process/tickets}
activity/approve operational {process_id: process/changes, raci: [{role_id: role/somebody, letter: A}, {role_id: role/somebody, letter: R}]}
activity/meet operational {process_id: process/changes}
product/old-database retired
product/server in_use
service/intranet operational {type: business}; depends_on product/old-database
service/mail operational {type: business, owner: party/everybody}; depends_on product/server
service/backup operational {type: technology}
service/wiki operational
service_offering/mailbox launched {service_ids: [service/mail]}
service_offering/bundle launched
"""  # noqa: E501
"""An IT department: much is running, and nobody can say what for, whose it is or who does it."""
